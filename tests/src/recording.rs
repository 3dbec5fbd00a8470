//! Recorded sessions: the messages of client and server, one behind the other.

use std::path::Path;

use qmp_client::mock::{Message, Recording};

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

/// The messages of a session.
///
/// # Panics
/// When the text is not JSON, or holds something that is not a message.
#[must_use]
pub fn messages(text: &str) -> Vec<Message> {
    Recording::messages(text).expect("a recording")
}
