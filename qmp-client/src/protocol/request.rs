//! How a request looks.

use std::io::Write;

use qmp_types::json::{ToJson, Writer};

use super::{Delivery, RequestId};

/// The arguments of a command, as JSON text.
///
/// Whoever knows the type writes them; everything behind works on text and is compiled once.
#[derive(Clone)]
pub struct Arguments(Vec<u8>);

impl Arguments {
    /// The arguments that a command holds.
    #[must_use]
    pub fn new<T: ToJson + ?Sized>(command: &T) -> Self {
        let mut writer = Writer::new();
        command.to_json(&mut writer);
        Self(writer.into_bytes())
    }

    /// No arguments.
    #[must_use]
    pub fn none() -> Self {
        Self(Vec::new())
    }

    #[cfg(feature = "connect")]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn is_empty(&self) -> bool {
        matches!(self.0.as_slice(), b"" | b"{}")
    }
}

/// Arguments may hold secrets: only their length shows.
impl std::fmt::Debug for Arguments {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Arguments({} bytes)", self.0.len())
    }
}

/// Appends a request. It is as short as can be, for QEMU reads its monitor byte by byte: no white space, no
/// line end, no empty arguments.
pub(super) fn compose(
    name: &str,
    arguments: &Arguments,
    delivery: Delivery,
    id: RequestId,
    out: &mut Vec<u8>,
) {
    let verb: &[u8] = if delivery == Delivery::OutOfBand { b"{\"exec-oob\":" } else { b"{\"execute\":" };
    out.extend_from_slice(verb);
    if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)) {
        out.push(b'"');
        out.extend_from_slice(name.as_bytes());
        out.push(b'"');
    } else {
        out.extend_from_slice(&Arguments::new(name).0);
    }
    if !arguments.is_empty() {
        out.extend_from_slice(b",\"arguments\":");
        out.extend_from_slice(&arguments.0);
    }
    out.extend_from_slice(b",\"id\":");
    // To memory, which never fails.
    let _ = write!(out, "{id}}}");
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Arguments, Delivery, RequestId, compose};

    #[track_caller]
    fn composes(name: &str, arguments: &Arguments, request: &str) {
        let mut out = b"before".to_vec();
        compose(name, arguments, Delivery::InBand, RequestId(12), &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), format!("before{request}"));
    }

    #[test]
    fn a_request_is_compact() {
        composes("stop", &Arguments::none(), r#"{"execute":"stop","id":12}"#);
        composes("stop", &Arguments::new(&json!({})), r#"{"execute":"stop","id":12}"#);
        composes(
            "x",
            &Arguments::new(&json!({"a": ["b c", 1]})),
            r#"{"execute":"x","arguments":{"a":["b c",1]},"id":12}"#,
        );
    }

    #[test]
    fn a_name_cannot_leave_its_string() {
        composes(r#"a","id":"#, &Arguments::none(), r#"{"execute":"a\",\"id\":","id":12}"#);
    }

    #[test]
    fn arguments_do_not_show() {
        assert_eq!(format!("{:?}", Arguments::new("secret")), "Arguments(8 bytes)");
    }
}
