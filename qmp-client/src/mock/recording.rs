//! Recorded sessions with real servers.

use std::collections::VecDeque;
use std::path::Path;
use std::{fmt, fs, io};

use serde_json::Value;
use thiserror::Error;

/// A recorded session, to be replayed by [`Builder::replay`](super::Builder::replay).
///
/// The text is JSON messages with any white space between them: commands, their replies, events and greetings as they
/// went over the wire, as in the recordings that libvirt's tests use. A reply belongs to the command of its id; see
/// [`Talk`].
///
/// ```
/// use qmp_client::mock::Recording;
///
/// let recording: Recording = r#"{"execute": "query-name", "id": 1}
///
///     {"return": {"name": "vm"}, "id": 1}"#.parse()?;
/// assert_eq!(recording.exchanges().count(), 1);
///
/// let error = "{\"execute\": \"query-name\"}\n{\"answer\": 1}".parse::<Recording>().unwrap_err();
/// assert_eq!(error.to_string(), "2:1: neither a command, a reply, an event nor a greeting");
/// # Ok::<(), qmp_client::mock::RecordingError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Recording {
    exchanges: Vec<(Sent, Result<Value, Value>)>,
    greeting: Option<Value>,
}

/// Why a recording cannot be replayed. It displays as `FILE:LINE:COLUMN: reason`, as far as there are such.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RecordingError {
    /// The file cannot be read.
    #[error("{path}: {error}")]
    Io {
        /// The file.
        path: String,
        /// Why not.
        error: io::Error,
    },
    /// The text is not JSON, or holds a value that is not a message.
    #[error("{}{line}:{column}: {reason}", Prefix(.path))]
    Malformed {
        /// The file, if the text is one's.
        path: Option<String>,
        /// The line, from 1.
        line: usize,
        /// The column in bytes, from 1.
        column: usize,
        /// What is wrong there.
        reason: String,
    },
}

/// `PATH:`, where there is one.
struct Prefix<'a>(&'a Option<String>);

impl fmt::Display for Prefix<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_ref().map_or(Ok(()), |path| write!(f, "{path}:"))
    }
}

/// A message of a session.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// What a server says first.
    Greeting(Value),
    /// A command.
    Command(Sent),
    /// What a command returned.
    Return {
        /// The command; `None` if it was not recorded.
        command: Option<Sent>,
        /// What it returned.
        value: Value,
    },
    /// Why a command failed.
    Error {
        /// The command; `None` if it was not recorded.
        command: Option<Sent>,
        /// Its class and description.
        error: Value,
    },
    /// An event.
    Event {
        /// Its name.
        name: String,
        /// Its data, if it has some.
        data: Option<Value>,
    },
}

/// A command as it was sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Sent {
    /// Its name.
    pub name: String,
    /// Its arguments, if it has some.
    pub arguments: Option<Value>,
}

/// A session that goes on: which commands wait for a reply.
///
/// A reply belongs to the command that waits under its id, or if it has none, to the one that waits longest: old
/// servers leave it out of some errors. Ids may be used again once they are answered, and after a negotiation.
#[derive(Debug, Default)]
pub struct Talk {
    /// Their ids, and what was sent.
    waiting: VecDeque<(Value, Sent)>,
}

impl Talk {
    /// What a value says; `None` if it is not a message.
    pub fn message(&mut self, value: &Value) -> Option<Message> {
        let id = value.get("id").cloned().unwrap_or_default();
        let part = |key: &str| value.get(key).cloned();
        if let Some(command) = part("execute").or_else(|| part("exec-oob")) {
            let sent = Sent { name: command.as_str()?.to_owned(), arguments: part("arguments") };
            // A command that is sent under the id of one that was never answered takes its place.
            let negotiates = sent.name == "qmp_capabilities";
            self.waiting.retain(|(waiting, _)| !negotiates && (id.is_null() || *waiting != id));
            self.waiting.push_back((id, sent.clone()));
            Some(Message::Command(sent))
        } else if let Some(value) = part("return") {
            Some(Message::Return { command: self.answered(&id), value })
        } else if let Some(error) = part("error") {
            Some(Message::Error { command: self.answered(&id), error })
        } else if let Some(event) = part("event") {
            Some(Message::Event { name: event.as_str()?.to_owned(), data: part("data") })
        } else {
            part("QMP").map(Message::Greeting)
        }
    }

    /// The command that a reply answers.
    fn answered(&mut self, id: &Value) -> Option<Sent> {
        let place = match id {
            Value::Null => 0,
            id => self.waiting.iter().position(|(waiting, _)| waiting == id)?,
        };
        self.waiting.remove(place).map(|(_, sent)| sent)
    }
}

impl Recording {
    /// Reads a recording from a file.
    ///
    /// # Errors
    /// [`RecordingError`], with the file's name.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, RecordingError> {
        let name = path.as_ref().display().to_string();
        let text =
            fs::read_to_string(path).map_err(|error| RecordingError::Io { path: name.clone(), error })?;
        text.parse().map_err(|error| match error {
            RecordingError::Malformed { line, column, reason, .. } => {
                RecordingError::Malformed { path: Some(name), line, column, reason }
            }
            other => other,
        })
    }

    /// All messages of a text, in order.
    ///
    /// # Errors
    /// [`RecordingError::Malformed`].
    pub fn messages(text: &str) -> Result<Vec<Message>, RecordingError> {
        let mut talk = Talk::default();
        let mut messages = Vec::new();
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
        loop {
            let start = values.byte_offset();
            let value = match values.next() {
                None => return Ok(messages),
                Some(Ok(value)) => value,
                Some(Err(error)) => return Err(malformed_json(&error)),
            };
            let message = talk.message(&value).ok_or_else(|| not_a_message(text, start))?;
            messages.push(message);
        }
    }

    /// The commands that were answered, in the order of their answers: what each returned, or its error.
    pub fn exchanges(&self) -> impl Iterator<Item = (&Sent, Result<&Value, &Value>)> {
        self.exchanges.iter().map(|(sent, result)| (sent, result.as_ref()))
    }

    /// The version of the recorded server and its package, by its greeting or `query-version`.
    pub(super) fn version(&self) -> Option<([u32; 3], String)> {
        let queried = self.exchanges.iter().find(|(sent, _)| sent.name == "query-version");
        let queried = queried.and_then(|(_, result)| result.as_ref().ok());
        let version = self.greeting.as_ref().and_then(|greeting| greeting.get("version")).or(queried)?;
        let part = |name: &str| version.get("qemu")?.get(name)?.as_u64()?.try_into().ok();
        let package = version.get("package").and_then(Value::as_str).unwrap_or_default();
        Some(([part("major")?, part("minor")?, part("micro")?], package.to_owned()))
    }
}

impl std::str::FromStr for Recording {
    type Err = RecordingError;

    fn from_str(text: &str) -> Result<Self, RecordingError> {
        let mut recording = Self::default();
        for message in Self::messages(text)? {
            match message {
                Message::Return { command: Some(sent), value } => recording.exchanges.push((sent, Ok(value))),
                Message::Error { command: Some(sent), error } => recording.exchanges.push((sent, Err(error))),
                Message::Greeting(greeting) => recording.greeting = Some(greeting),
                _ => {}
            }
        }
        Ok(recording)
    }
}

fn malformed_json(error: &serde_json::Error) -> RecordingError {
    let text = error.to_string();
    let reason = text.rfind(" at line ").map_or(&*text, |end| &text[..end]).to_owned();
    RecordingError::Malformed { path: None, line: error.line(), column: error.column(), reason }
}

/// The error that the value behind `start` is not a message.
fn not_a_message(text: &str, start: usize) -> RecordingError {
    let blank = text[start..].bytes().take_while(u8::is_ascii_whitespace).count();
    let before = &text[..start + blank];
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    RecordingError::Malformed {
        path: None,
        line: before.matches('\n').count() + 1,
        column: before.len() - line_start + 1,
        reason: "neither a command, a reply, an event nor a greeting".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Message, Recording};

    fn returns(text: &str) -> Vec<Option<String>> {
        let returned = |message| match message {
            Message::Return { command, .. } => Some(command.map(|sent| sent.name)),
            _ => None,
        };
        Recording::messages(text).unwrap().into_iter().filter_map(returned).collect()
    }

    #[test]
    fn replies_belong_to_the_command_of_their_id() {
        let text = r#"{"QMP": {}} {"execute": "a", "id": 1} {"exec-oob": "b", "id": "x"}
            {"return": 1, "id": "x"} {"event": "STOP"} {"return": 2, "id": 1} {"return": 3, "id": 1}"#;
        assert_eq!(returns(text), [Some("b".to_owned()), Some("a".to_owned()), None]);
    }

    #[test]
    fn replies_without_an_id_belong_to_the_command_that_waits_longest() {
        let text = r#"{"execute": "a", "id": 1} {"execute": "b"} {"error": {}} {"return": 1} {"return": 2}"#;
        assert_eq!(returns(text), [Some("b".to_owned()), None]);
    }

    #[test]
    fn a_negotiation_begins_anew() {
        let text = r#"{"execute": "a", "id": 1} {"execute": "qmp_capabilities", "id": 2} {"return": 1, "id": 2}
            {"execute": "b", "id": 3} {"return": 2, "id": 1} {"return": 3, "id": 3}"#;
        assert_eq!(returns(text), [Some("qmp_capabilities".to_owned()), None, Some("b".to_owned())]);
    }

    #[test]
    fn a_mistake_has_a_place() {
        let error = |text: &str| text.parse::<Recording>().unwrap_err().to_string();
        assert_eq!(
            error("{\"execute\": \"a\"}\n\n  {\"id\": 1}"),
            "3:3: neither a command, a reply, an event nor a greeting"
        );
        assert_eq!(error("{\"execute\": \"a\"}\n{\"return\": x}"), "2:12: expected value");
        assert!(error("{\"execute\": \"a\"}\n{\"return\": ").starts_with("2:11: EOF"));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.replies");
        assert!(Recording::read(&path).unwrap_err().to_string().contains("x.replies: "));
        std::fs::write(&path, "[]").unwrap();
        assert!(Recording::read(&path).unwrap_err().to_string().contains("x.replies:1:1: neither"));
    }
}
