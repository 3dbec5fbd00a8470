//! What a client tells those who watch it.
//!
//! Messages are told at the level `TRACE` under the target `qmp_client::wire`, without what is secret in requests.

use qmp_types::ServerError;
use tracing::{Level, enabled, trace, warn};

use crate::protocol::{Arguments, EventRecord, RequestId};
use crate::secrets;

const WIRE: &str = "qmp_client::wire";

/// How much of a message is told.
const LONGEST: usize = 4096;

pub(crate) fn request(name: &str, id: RequestId, arguments: &Arguments) {
    if enabled!(target: WIRE, Level::TRACE) {
        let arguments = secrets::redacted(name, arguments.as_bytes());
        trace!(target: WIRE, %id, command = name, arguments = shown(&arguments), "request");
    }
}

pub(crate) fn reply(id: RequestId, outcome: &Result<Box<str>, ServerError>) {
    match outcome {
        Ok(result) => self::result(id, result),
        Err(error) => {
            trace!(target: WIRE, %id, class = error.class.as_str().escape_debug().to_string(), "error")
        }
    }
}

pub(crate) fn result(id: RequestId, result: &str) {
    trace!(target: WIRE, %id, result = shown(result), "reply");
}

/// What an agent answered: contents of files and output of programs are no more for logs than what is sent.
pub(crate) fn agent_reply(name: &str, id: RequestId, outcome: &Result<Box<str>, ServerError>) {
    match outcome {
        Ok(result) if enabled!(target: WIRE, Level::TRACE) => {
            let result = secrets::redacted(name, result.as_bytes());
            trace!(target: WIRE, %id, result = shown(&result), "reply");
        }
        Ok(_) => {}
        Err(_) => reply(id, outcome),
    }
}

pub(crate) fn sync() {
    trace!(target: WIRE, "sync");
}

pub(crate) fn stale() {
    trace!(target: WIRE, "reply to nobody who waits");
}

pub(crate) fn event(event: &EventRecord) {
    trace!(target: WIRE, name = %event.name().escape_debug(), data = shown(event.data().unwrap_or("")), "event");
}

pub(crate) fn late(id: RequestId) {
    trace!(target: WIRE, %id, "reply that came too late");
}

pub(crate) fn unmatched(outcome: &Result<Box<str>, ServerError>) {
    match outcome {
        Ok(_) => warn!("the server sent a result that belongs to no command"),
        Err(error) => warn!(%error, "the server sent an error that belongs to no command"),
    }
}

pub(crate) fn malformed(reason: &str) {
    warn!(reason = %reason.escape_debug(), "the server sent a malformed message");
}

/// The beginning of a text. JSON has no control characters in it but white space.
fn shown(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST)]
}
