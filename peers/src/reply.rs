//! A recorded reply.

use std::env;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::value::RawValue;

/// The file that is read, unless `QMP_REPLIES` names another.
const DEFAULT: &str = "../../shared/replies/caps_10.0.0_x86_64.replies";

/// What QEMU returned to `query-qmp-schema` in a recorded session, without the white space of the recording. `None`,
/// said aloud, if there is no recording.
///
/// # Panics
/// If the recording is not what it should be: there is nothing to measure.
#[must_use]
pub fn query_qmp_schema() -> Option<String> {
    let path = env::var_os("QMP_REPLIES")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join(DEFAULT), PathBuf::from);
    if !path.exists() {
        eprintln!("skipped: {} is missing", path.display());
        return None;
    }
    let session =
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let reply = returned(&session, "query-qmp-schema").map(compact);
    Some(reply.unwrap_or_else(|| panic!("{}: no reply to query-qmp-schema", path.display())))
}

/// What the first reply to a command returned, in a session of commands and replies in turn.
fn returned<'s>(session: &'s str, command: &str) -> Option<&'s str> {
    #[derive(Deserialize)]
    struct Message<'a> {
        execute: Option<String>,
        #[serde(borrow, rename = "return")]
        returned: Option<&'a RawValue>,
    }

    serde_json::Deserializer::from_str(session)
        .into_iter::<Message<'_>>()
        .map_while(Result::ok)
        .skip_while(|message| message.execute.as_deref() != Some(command))
        .find_map(|message| message.returned)
        .map(RawValue::get)
}

/// The same JSON without white space between its tokens.
fn compact(json: &str) -> String {
    let (mut in_string, mut escaped) = (false, false);
    let is_significant = |&character: &char| {
        let blank = !in_string && character.is_ascii_whitespace();
        in_string ^= character == '"' && !escaped;
        escaped = in_string && character == '\\' && !escaped;
        !blank
    };
    json.chars().filter(is_significant).collect()
}
