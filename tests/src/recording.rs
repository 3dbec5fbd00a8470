//! Recorded sessions: the messages of client and server, one behind the other.

use std::collections::VecDeque;
use std::path::Path;

use serde_json::Value;

use crate::Requirement;
use crate::shared;

/// The recorded sessions with real servers: the name of each file and its text.
///
/// # Panics
/// When they are there and cannot be read.
#[must_use]
pub fn recordings() -> Requirement<Vec<(String, String)>> {
    let Requirement { found, name } = shared::path("replies");
    let read = |folder: std::path::PathBuf| {
        let mut paths: Vec<_> = std::fs::read_dir(folder)
            .expect("the folder")
            .map(|entry| entry.expect("an entry").path())
            .collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "replies"));
        paths.sort();
        paths.iter().map(|path| (file_name(path), std::fs::read_to_string(path).expect("the file"))).collect()
    };
    Requirement { found: found.map(read), name }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// A message of a session.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// What a server says first.
    Greeting(Value),
    /// A command.
    Command {
        /// Its name.
        name: String,
        /// Its arguments, if it has some.
        arguments: Option<Value>,
    },
    /// What a command returned.
    Return {
        /// The command; `None` if it was not recorded.
        command: Option<String>,
        /// What it returned.
        value: Value,
    },
    /// Why a command failed.
    Error(Value),
    /// An event.
    Event {
        /// Its name.
        name: String,
        /// Its data, if it has some.
        data: Option<Value>,
    },
}

/// The messages of a session: JSON values, whatever white space is between them.
///
/// # Panics
/// When the text is not JSON, or holds something that is not a message.
#[must_use]
pub fn messages(text: &str) -> Vec<Message> {
    let mut session = Session::default();
    let message = |value: Result<Value, _>| {
        let value = value.expect("JSON");
        session.message(&value).unwrap_or_else(|| panic!("not a message: {value}"))
    };
    serde_json::Deserializer::from_str(text).into_iter().map(message).collect()
}

/// A session: which commands wait for a reply.
///
/// A reply belongs to the command that waits under its id, or if it has none, to the one that waits longest: old
/// servers leave it out of some errors. Ids may be used again once they are answered.
#[derive(Debug, Default)]
pub struct Session {
    /// Their ids and names.
    waiting: VecDeque<(Value, String)>,
}

impl Session {
    /// What a value says; `None` if it is not a message.
    pub fn message(&mut self, value: &Value) -> Option<Message> {
        let id = value.get("id").cloned().unwrap_or_default();
        let part = |key: &str| value.get(key).cloned();
        if let Some(command) = part("execute").or_else(|| part("exec-oob")) {
            let name = command.as_str()?.to_owned();
            // A command that is sent under the id of one that was never answered takes its place.
            self.waiting.retain(|(waiting, _)| id.is_null() || *waiting != id);
            self.waiting.push_back((id, name.clone()));
            Some(Message::Command { name, arguments: part("arguments") })
        } else if let Some(value) = part("return") {
            Some(Message::Return { command: self.answered(&id), value })
        } else if let Some(error) = part("error") {
            self.answered(&id);
            Some(Message::Error(error))
        } else if let Some(event) = part("event") {
            Some(Message::Event { name: event.as_str()?.to_owned(), data: part("data") })
        } else {
            part("QMP").map(Message::Greeting)
        }
    }

    /// The command that a reply answers.
    fn answered(&mut self, id: &Value) -> Option<String> {
        let place = match id {
            Value::Null => 0,
            id => self.waiting.iter().position(|(waiting, _)| waiting == id)?,
        };
        self.waiting.remove(place).map(|(_, command)| command)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn returns(text: &str) -> Vec<Option<String>> {
        let returned = |message| match message {
            Message::Return { command, .. } => Some(command),
            _ => None,
        };
        messages(text).into_iter().filter_map(returned).collect()
    }

    #[test]
    fn replies_belong_to_the_command_of_their_id() {
        let text = r#"{"QMP": {}} {"execute": "a", "id": 1} {"exec-oob": "b", "id": "x"}
            {"return": 1, "id": "x"} {"event": "STOP"} {"return": 2, "id": 1} {"return": 3, "id": 1}"#;
        let expected = [Some("b".to_owned()), Some("a".to_owned()), None];
        assert_eq!(returns(text), expected);
    }

    #[test]
    fn replies_without_an_id_belong_to_the_command_that_waits_longest() {
        let text = r#"{"execute": "a", "id": 1} {"execute": "b"} {"error": {}} {"return": 1} {"return": 2}"#;
        assert_eq!(returns(text), [Some("b".to_owned()), None]);
    }
}
