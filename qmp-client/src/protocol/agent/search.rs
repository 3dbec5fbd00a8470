//! The search for the answer to a sync, among what else comes.

use std::fmt;

use qmp_types::ServerError;

use super::DELIMITER;
use crate::protocol::RequestId;
use crate::protocol::envelope::Message;

/// The longest line that is looked at: an answer has about 60 bytes, an error a sentence more.
const LONGEST: usize = 4096;

/// Looks for the answer to one sync.
///
/// It stands behind a delimiter, and so do the answers to earlier syncs. All else may be anything: the end of a reply to
/// another client, errors about what the delimiter of the request interrupted. Only an error that carries the id of
/// the sync says that there will be no answer; errors are not delimited.
pub(super) struct Search {
    /// The number that is asked for, and the id of the request.
    number: i64,
    /// The beginning of the current line, from the latest delimiter on.
    line: Vec<u8>,
    /// Whether the line stands behind a delimiter.
    is_delimited: bool,
    /// Whether the line is longer than any that counts.
    is_passed_over: bool,
    found: Option<Found>,
}

/// What became of a sync.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    Answer,
    Refusal(ServerError),
}

impl Search {
    pub(super) fn new(number: i64) -> Self {
        Self { number, line: Vec::new(), is_delimited: false, is_passed_over: false, found: None }
    }

    /// Takes bytes, and gives back what stands behind the answer.
    pub(super) fn feed<'b>(&mut self, mut bytes: &'b [u8]) -> &'b [u8] {
        while self.found.is_none() {
            let Some(end) = memchr::memchr2(b'\n', DELIMITER, bytes) else {
                self.append(bytes);
                // The line may end here as well: nothing says that an answer has a line end.
                if self.is_delimited && bytes.ends_with(b"}") {
                    self.found = self.read();
                }
                return &[];
            };
            self.append(&bytes[..end]);
            if bytes[end] == b'\n' {
                self.found = self.read();
            }
            self.is_delimited = bytes[end] == DELIMITER;
            self.is_passed_over = false;
            self.line.clear();
            bytes = &bytes[end + 1..];
        }
        bytes
    }

    /// What was found, once.
    pub(super) fn take(&mut self) -> Option<Found> {
        self.found.take()
    }

    fn append(&mut self, bytes: &[u8]) {
        if self.line.len() + bytes.len() > LONGEST {
            self.is_passed_over = true;
            self.line.clear();
        }
        if !self.is_passed_over {
            self.line.extend_from_slice(bytes);
        }
    }

    /// What the line says about this sync.
    fn read(&self) -> Option<Found> {
        let line = self.line.trim_ascii();
        if self.is_passed_over || !line.starts_with(b"{") {
            return None;
        }
        let Ok(Message::Reply { id, outcome, .. }) = Message::from_bytes(line) else { return None };
        match outcome {
            Ok(result) if self.is_delimited && result.parse() == Ok(self.number) => Some(Found::Answer),
            Err(error) if id == Some(RequestId(self.number.unsigned_abs())) => Some(Found::Refusal(error)),
            _ => None,
        }
    }
}

/// Lines may be anybody's.
impl fmt::Debug for Search {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Search").field("number", &self.number).finish_non_exhaustive()
    }
}
