//! What of a request is not for logs and error messages.

use qmp_types::ServerError;
use serde_json::Value;

/// What stands for a secret.
const HIDDEN: &str = "***";

/// Below this length a value is too likely to stand in a text by chance.
const SHORTEST: usize = 4;

/// The secrets in the arguments of a request: the server's error may repeat them.
#[derive(Default)]
pub(crate) struct Secrets(Vec<Box<str>>);

impl Secrets {
    pub(crate) fn of(command: &str, arguments: &[u8]) -> Self {
        let mut secrets = Vec::new();
        if may_hold_secrets(arguments)
            && let Ok(mut arguments) = serde_json::from_slice(arguments)
        {
            hide_in(command, &mut arguments, &mut secrets);
        }
        Self(secrets)
    }

    /// The error without the secrets.
    pub(crate) fn hide(&self, mut error: ServerError) -> ServerError {
        for secret in self.0.iter().filter(|secret| secret.len() >= SHORTEST) {
            error.desc = error.desc.replace(&**secret, HIDDEN);
        }
        error
    }
}

/// The arguments of a command, without what is secret in them.
pub(crate) fn redacted(command: &str, arguments: &[u8]) -> String {
    let text = String::from_utf8_lossy(arguments);
    if !may_hold_secrets(arguments) {
        return text.into_owned();
    }
    match serde_json::from_str(&text) {
        Ok(mut arguments) => {
            hide_in(command, &mut arguments, &mut Vec::new());
            arguments.to_string()
        }
        Err(_) => HIDDEN.to_owned(),
    }
}

/// Whether the text has anything in it by which secrets are known. Most requests have not, and need not be read.
fn may_hold_secrets(arguments: &[u8]) -> bool {
    const SIGNS: [&[u8]; 7] =
        [b"pass", b"secret", b"-b64\"", b"-data\"", b"\"data\"", b"\"env\"", b"\"arg\""];
    arguments.len() > 2 && SIGNS.iter().any(|sign| memchr::memmem::find(arguments, sign).is_some())
}

fn hide_in(command: &str, arguments: &mut Value, secrets: &mut Vec<Box<str>>) {
    let Value::Object(members) = arguments else { return };
    // A line of the human monitor, with a syntax of its own.
    let line_is_secret = command == "human-monitor-command";
    // `object-add` of a secret has its content in `data`.
    let data_is_secret = command == "object-add";
    // `qom-set` names the member that it sets in another.
    let value_is_secret = command == "qom-set"
        && members.get("property").and_then(Value::as_str).is_some_and(is_secret_in_object);
    // A program in the guest may be given anything.
    let program = command == "guest-exec";
    for (name, value) in members {
        let is_secret = is_secret(name)
            || (data_is_secret && name == "data")
            || (value_is_secret && name == "value")
            || (line_is_secret && name == "command-line")
            || (program && matches!(name.as_str(), "env" | "arg"));
        if is_secret {
            hide(value, secrets);
        } else {
            hide_in(command, value, secrets);
        }
    }
}

/// Whether a member of this name holds a secret, and not the name of an object that does (`password-secret`).
fn is_secret(name: &str) -> bool {
    matches!(name, "secret" | "buf-b64" | "input-data" | "out-data" | "err-data" | "passphrase")
        || (name.contains("password") && !name.ends_with("-secret") && !name.ends_with("id"))
}

fn is_secret_in_object(property: &str) -> bool {
    property == "data" || is_secret(property)
}

fn hide(value: &mut Value, secrets: &mut Vec<Box<str>>) {
    match value {
        Value::String(secret) => secrets.push(std::mem::take(secret).into()),
        Value::Array(items) => items.iter_mut().for_each(|item| hide(item, secrets)),
        _ => {}
    }
    *value = HIDDEN.into();
}

#[cfg(test)]
mod tests {
    use qmp_types::ServerError;

    use super::{Secrets, redacted};

    #[track_caller]
    fn hides(command: &str, arguments: &str, hidden: &str) {
        assert_eq!(redacted(command, arguments.as_bytes()), hidden);
    }

    #[test]
    fn secrets_are_known_by_the_members_that_hold_them() {
        hides(
            "set_password",
            r#"{"protocol":"vnc","password":"s3cret"}"#,
            r#"{"password":"***","protocol":"vnc"}"#,
        );
        hides(
            "object-add",
            r#"{"qom-type":"secret","id":"s","data":"s3cret"}"#,
            r#"{"data":"***","id":"s","qom-type":"secret"}"#,
        );
        hides(
            "qom-set",
            r#"{"path":"/objects/s","property":"data","value":"s3cret"}"#,
            r#"{"path":"/objects/s","property":"data","value":"***"}"#,
        );
        hides(
            "human-monitor-command",
            r#"{"command-line":"set_password vnc x"}"#,
            r#"{"command-line":"***"}"#,
        );
        hides("guest-file-write", r#"{"handle":1,"buf-b64":"c2VjcmV0"}"#, r#"{"buf-b64":"***","handle":1}"#);
        hides(
            "guest-exec-status",
            r#"{"exited":true,"out-data":"c2Vj"}"#,
            r#"{"exited":true,"out-data":"***"}"#,
        );
        hides(
            "guest-exec",
            r#"{"path":"/bin/x","arg":["s3cret"],"env":["A=s3cret"]}"#,
            r#"{"arg":"***","env":"***","path":"/bin/x"}"#,
        );
        hides("x", r#"{"password":"trunc"#, "***");
    }

    #[test]
    fn names_of_secrets_are_none() {
        let arguments = r#"{"driver":"ssh","password-secret":"sec0","data":"x"}"#;
        hides("blockdev-add", arguments, r#"{"data":"x","driver":"ssh","password-secret":"sec0"}"#);
        hides("device_add", r#"{ "driver": "x" }"#, r#"{ "driver": "x" }"#);
    }

    #[test]
    fn an_error_does_not_repeat_a_secret() {
        let secrets = Secrets::of("set_password", br#"{"password":"s3cret"}"#);
        let hidden = secrets.hide(ServerError::generic("bad password 's3cret'"));
        assert_eq!(hidden.desc, "bad password '***'");
        let secrets = Secrets::of("guest-exec", br#"{"path":"/bin/x","env":["TOKEN=s3cret"]}"#);
        assert_eq!(secrets.hide(ServerError::generic("bad TOKEN=s3cret")).desc, "bad ***");
        let kept = Secrets::of("stop", b"{}").hide(ServerError::generic("bad"));
        assert_eq!(kept.desc, "bad");
    }
}
