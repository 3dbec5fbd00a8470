//! The server's side of one connection, for mocks and for machine monitors (cargo feature `mock`).

mod profile;
mod request;
mod text;

use std::sync::Arc;

use qmp_types::{ErrorClass, Response, Served, ServerError, json};
use serde::Deserialize;
use serde_json::value::RawValue;

use self::request::Refusal;
use super::{Framer, ProtocolError};

pub use self::profile::Profile;
pub use self::request::Request;

/// The command behind which a server ends the connection.
const QUIT: &str = "quit";

/// The command that negotiates.
const NEGOTIATE: &str = "qmp_capabilities";

/// The byte that stands before the reply to `guest-sync-delimited`, and that resets the reader of either side.
const DELIMITER: u8 = 0xff;

/// The server's side of one connection: bytes go in, requests come out; replies and events go in, bytes come out.
///
/// It greets, negotiates, and refuses what a real server refuses (QEMU's `docs/interop/qmp-spec.rst`, and for an agent
/// the documentation of `guest-sync` in `qga/qapi-schema.json`), with the same error classes and in words of its own.
/// One request is carried out at a time: execution out-of-band overtakes nothing. A line end within a string makes a
/// request malformed when it has come in full, where QEMU drops it at once.
///
/// ```
/// use std::sync::Arc;
/// use qmp_client::protocol::server::{Profile, Received, Session};
/// use qmp_types::Null;
///
/// let mut out = Vec::new();
/// let mut session = Session::new(Arc::new(Profile::monitor()), &mut out);
/// assert!(out.starts_with(br#"{"QMP": {"version": {"qemu": "#));
///
/// session.feed(br#"{"execute":"qmp_capabilities"}{"execute":"stop","id":2}"#);
/// out.clear();
/// assert!(matches!(session.next_message(&mut out), Some(Received::Answered)));
/// assert_eq!(out, b"{\"return\": {}}\r\n");
///
/// out.clear();
/// let Some(Received::Request(stop)) = session.next_message(&mut out) else { panic!() };
/// assert_eq!(stop.name, "stop");
/// session.reply(stop, Ok(Some(qmp_types::json::to_raw_value(&Null))), &mut out);
/// assert_eq!(out, b"{\"return\": null, \"id\": 2}\r\n");
/// ```
#[derive(Debug)]
pub struct Session {
    profile: Arc<Profile>,
    stage: Stage,
    framer: Framer,
    /// What follows a byte that resets the reader, from that byte on.
    behind_reset: Vec<u8>,
}

/// What a client sent.
#[derive(Debug)]
#[non_exhaustive]
pub enum Received {
    /// A message that the session has answered itself: the negotiation, or what is no request to be carried out.
    Answered,
    /// A command to be carried out.
    Request(Request),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Negotiating,
    Ready { out_of_band: bool },
    Ended,
}

/// The arguments of `qmp_capabilities`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Negotiation {
    #[serde(default)]
    enable: Vec<String>,
}

/// The arguments of `guest-sync` and `guest-sync-delimited`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sync {
    id: i64,
}

impl Session {
    /// A connection that was just accepted. Appends the greeting, if the server has one.
    #[must_use]
    pub fn new(profile: Arc<Profile>, out: &mut Vec<u8>) -> Self {
        profile.append_greeting(out);
        let stage =
            if profile.negotiates() { Stage::Negotiating } else { Stage::Ready { out_of_band: false } };
        Self { stage, framer: Framer::new(profile.max_message_size), behind_reset: Vec::new(), profile }
    }

    /// Takes bytes that came from the client. Take all messages before the next are fed.
    pub fn feed(&mut self, bytes: &[u8]) {
        if self.has_ended() {
            return;
        }
        let reset =
            if self.behind_reset.is_empty() { bytes.iter().position(|&byte| resets(byte)) } else { Some(0) };
        let (now, later) = bytes.split_at(reset.unwrap_or(bytes.len()));
        self.framer.feed(now);
        self.behind_reset.extend_from_slice(later);
    }

    /// Takes the next message, if one has come in full. What the session answers itself is appended to `out`.
    pub fn next_message(&mut self, out: &mut Vec<u8>) -> Option<Received> {
        if self.has_ended() {
            return None;
        }
        let out_of_band = self.stage == Stage::Ready { out_of_band: true };
        let message = match self.framer.next_message() {
            Ok(Some(bytes)) => Request::from_bytes(bytes, out_of_band),
            Ok(None) if self.behind_reset.is_empty() => {
                self.framer.release();
                return None;
            }
            Ok(None) => Err(self.reset()?),
            Err(ProtocolError::Garbage(b'[')) => {
                // From now on it is a message, with a mistake that is reported when it has come in full.
                self.framer.pass_garbage();
                return self.next_message(out);
            }
            Err(error) => Err(self.recover(&error)),
        };
        match message.and_then(|request| self.admit(request, out)) {
            Ok(received) => Some(received),
            Err(Refusal { error, id }) => {
                self.append_reply(Err(error), id, out);
                Some(Received::Answered)
            }
        }
    }

    /// Appends what a command came to: its reply, unless it is one that is not answered on success.
    ///
    /// `quit` succeeds without a handler, too. When it does the session has ended.
    pub fn reply(&mut self, request: Request, outcome: Served, out: &mut Vec<u8>) {
        let outcome = match outcome {
            Err(error) if request.name == QUIT && error.class == ErrorClass::CommandNotFound => {
                Ok(Some(empty()))
            }
            outcome => outcome,
        };
        if request.name == QUIT && outcome.is_ok() {
            self.stage = Stage::Ended;
        }
        if let Some(result) = outcome.transpose() {
            self.append_reply(result, request.id, out);
        }
    }

    /// Whether events may be sent.
    #[must_use]
    pub fn takes_events(&self) -> bool {
        self.profile.negotiates() && matches!(self.stage, Stage::Ready { .. })
    }

    /// Whether the connection is to be closed: behind `quit`, or because the client cannot be understood any more.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.stage == Stage::Ended
    }

    /// Behind all that came before a byte that resets the reader: drops what is unfinished, and goes on behind it.
    fn reset(&mut self) -> Option<Refusal> {
        let (&byte, behind) = self.behind_reset.split_first()?;
        let behind = behind.to_vec();
        self.framer.feed(&[DELIMITER]);
        self.behind_reset = Vec::new();
        self.feed(&behind);
        Some(Refusal::not_json(&format_args!("byte 0x{byte:02x}")))
    }

    /// Goes on behind what is not a message, if that is possible.
    fn recover(&mut self, error: &ProtocolError) -> Refusal {
        match error {
            ProtocolError::Garbage(_) => self.framer.pass_garbage(),
            _ => self.stage = Stage::Ended,
        }
        Refusal::not_json(error)
    }

    /// Answers what needs no handler, and lets only pass what may be carried out.
    fn admit(&mut self, request: Request, out: &mut Vec<u8>) -> Result<Received, Refusal> {
        let refused = |error| Err(Refusal { error, id: request.id.clone() });
        let outcome = match (self.stage, request.name.as_str()) {
            (Stage::Negotiating, NEGOTIATE) => self.negotiate(&request),
            (Stage::Negotiating, _) => {
                let desc = format!("capabilities have to be negotiated first, by {NEGOTIATE}");
                return refused(ServerError::new(ErrorClass::CommandNotFound, desc));
            }
            (_, NEGOTIATE) if self.profile.negotiates() => {
                let desc = "capabilities are negotiated already";
                return refused(ServerError::new(ErrorClass::CommandNotFound, desc));
            }
            (_, "guest-sync") if !self.profile.negotiates() => sync(&request),
            (_, "guest-sync-delimited") if !self.profile.negotiates() => {
                sync(&request).inspect(|_| out.push(DELIMITER))
            }
            (_, name) if request.out_of_band && !self.profile.out_of_band.contains(name) => {
                return refused(ServerError::generic(format!("{name} cannot be executed out-of-band")));
            }
            _ => return Ok(Received::Request(request)),
        };
        self.append_reply(outcome, request.id, out);
        Ok(Received::Answered)
    }

    fn negotiate(&mut self, request: &Request) -> Result<Box<RawValue>, ServerError> {
        let Negotiation { enable } = arguments(request)?;
        if let Some(unknown) = enable.iter().find(|capability| !self.profile.offers(capability)) {
            return Err(ServerError::generic(format!("there is no capability '{unknown}'")));
        }
        self.stage = Stage::Ready { out_of_band: !enable.is_empty() };
        Ok(empty())
    }

    fn append_reply(
        &self,
        result: Result<Box<RawValue>, ServerError>,
        id: Option<Box<RawValue>>,
        out: &mut Vec<u8>,
    ) {
        let mut message = json::to_string(&Response::new(result, None));
        if let Some(id) = id {
            message.truncate(message.len() - 1);
            message.extend([",\"id\":", id.get(), "}"]);
        }
        self.profile.layout.append(&message, out);
    }
}

/// Whether a byte resets the reader: control characters that are no white space, and what UTF-8 never contains.
fn resets(byte: u8) -> bool {
    matches!(byte, 0..=0x1f if !matches!(byte, b'\t' | b'\r' | b'\n')) || byte == DELIMITER
}

fn sync(request: &Request) -> Result<Box<RawValue>, ServerError> {
    arguments(request).map(|Sync { id }| json::to_raw_value(&id))
}

fn arguments<'a, T: Deserialize<'a>>(request: &'a Request) -> Result<T, ServerError> {
    let text = request.arguments.as_deref().map_or("{}", RawValue::get);
    serde_json::from_str(text)
        .map_err(|error| ServerError::generic(format!("arguments of {}: {error}", request.name)))
}

/// The result of a command that returns nothing.
fn empty() -> Box<RawValue> {
    json::to_raw_value(&())
}

#[cfg(test)]
mod tests;
