//! The client's side of a connection to a guest agent.

mod search;

use std::fmt;

use qmp_types::ServerError;

use self::search::{Found, Search};
use super::envelope::{Message, Outcome};
use super::request::compose;
use super::{Arguments, Delivery, Framer, ProtocolError, RequestId, empty_result};

/// The byte that has the agent's reader drop what is unfinished, and that stands before its answer to [`SYNC`]. UTF-8
/// never contains it.
const DELIMITER: u8 = 0xff;

/// The command that is answered behind a [`DELIMITER`].
const SYNC: &str = "guest-sync-delimited";

/// Above this the buffer's memory is given back once it is written.
const KEPT_CAPACITY: usize = 16 << 10;

/// The client's side of one connection to a guest agent: bytes go in, replies and requests come out.
///
/// An agent does not greet and does not know who talks to it: behind a connect there may be half a request of another
/// client in its reader, and replies to it on the way. So a connection is to be [synced](Self::sync) first, and again
/// whenever a reply did not come or could not be told from others ([`is_ready`](Self::is_ready) says so). One request
/// is on its way at a time. The rules are those of `guest-sync-delimited` in QEMU's `qga/qapi-schema.json`.
///
/// ```
/// use qmp_client::protocol::Arguments;
/// use qmp_client::protocol::agent::{Connection, Received};
///
/// let mut connection = Connection::new(1 << 20);
/// let sync = connection.sync()?;
/// assert!(connection.outgoing().starts_with(b"\xff{\"execute\":\"guest-sync-delimited\""));
/// connection.written(connection.outgoing().len());
/// // What the delimiter was to the agent's parser, and then its answer.
/// connection.feed(b"{\"error\": {\"class\": \"GenericError\", \"desc\": \"JSON parse error\"}}\n");
/// connection.feed(&[b"\xff", format!("{{\"return\": {sync}}}\n").as_bytes()].concat());
/// assert!(matches!(connection.next_message()?, Some(Received::Synced)));
///
/// let ping = connection.request("guest-ping", &Arguments::none(), true)?;
/// connection.feed(format!("{{\"return\": {{}}, \"id\": {ping}}}\n").as_bytes());
/// let Some(Received::Reply { id, outcome }) = connection.next_message()? else { panic!() };
/// assert_eq!((id, &*outcome.unwrap()), (ping, "{}"));
/// # Ok::<(), qmp_client::protocol::ProtocolError>(())
/// ```
pub struct Connection {
    stage: Stage,
    framer: Framer,
    max_message_size: usize,
    outgoing: Vec<u8>,
    /// How many of the outgoing bytes are written.
    written: usize,
    last_id: u64,
}

/// What an agent sent.
#[derive(Debug)]
#[non_exhaustive]
pub enum Received {
    /// The answer to the sync: the connection is ready for a request.
    Synced,
    /// The agent refused the sync: it does not know it, or is no agent.
    Refused(ServerError),
    /// What the request came to: the result as JSON text, or the agent's error. For a command that is not answered on
    /// success, the result is empty.
    Reply {
        /// The request.
        id: RequestId,
        /// The result, or the error.
        outcome: Result<Box<str>, ServerError>,
    },
    /// A reply to a request that nobody waits for any more.
    Late,
}

#[derive(Debug)]
enum Stage {
    /// What comes next from the agent may belong to anything.
    Unsynced,
    Syncing(Search),
    Ready,
    Waiting(Waiting),
    Closed,
}

/// A request that is not answered.
#[derive(Debug)]
struct Waiting {
    id: RequestId,
    /// The number of the sync behind a command that is not answered on success: its answer is the command's.
    sync: Option<i64>,
    /// The agent's error, while the answer to the sync behind is on its way: an agent that listens on a socket ends itself
    /// where a client leaves something unread.
    refusal: Option<ServerError>,
    /// Where the command ends in what is outgoing.
    end: usize,
}

impl Connection {
    /// A connection on which nothing has come, to be synced. Messages may be at most `max_message_size` bytes long.
    #[must_use]
    pub fn new(max_message_size: usize) -> Self {
        Self {
            stage: Stage::Unsynced,
            framer: Framer::new(max_message_size),
            max_message_size,
            outgoing: Vec::new(),
            written: 0,
            last_id: 0,
        }
    }

    /// Whether a request can be made. If not, the connection is to be synced.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        matches!(self.stage, Stage::Ready)
    }

    /// Makes the request to sync, with a random number that is returned. What was not written yet is dropped, and all that
    /// comes before the answer is passed over.
    ///
    /// # Errors
    /// [`ProtocolError::Closed`].
    pub fn sync(&mut self) -> Result<i64, ProtocolError> {
        if matches!(self.stage, Stage::Closed) {
            return Err(ProtocolError::Closed);
        }
        let number = random_number();
        self.outgoing.clear();
        self.written = 0;
        self.outgoing.push(DELIMITER);
        self.compose_sync(number);
        self.stage = Stage::Syncing(Search::new(number));
        Ok(number)
    }

    /// Makes a request to execute a command. Where `success_response` is false, the agent does not answer on success: a
    /// sync goes behind the request, and its answer, or the end of the connection, says that the command succeeded.
    ///
    /// # Errors
    /// [`ProtocolError::NotReady`] unless the connection [is ready](Self::is_ready); [`ProtocolError::Closed`].
    pub fn request(
        &mut self,
        name: &str,
        arguments: &Arguments,
        success_response: bool,
    ) -> Result<RequestId, ProtocolError> {
        match self.stage {
            Stage::Ready => {}
            Stage::Closed => return Err(ProtocolError::Closed),
            _ => return Err(ProtocolError::NotReady),
        }
        self.last_id += 1;
        let id = RequestId(self.last_id);
        compose(name, arguments, Delivery::InBand, id, &mut self.outgoing);
        let end = self.outgoing.len();
        // Not behind a delimiter: the error that it causes would be taken for the command's.
        let sync = (!success_response).then(random_number);
        if let Some(number) = sync {
            self.compose_sync(number);
        }
        self.stage = Stage::Waiting(Waiting { id, sync, refusal: None, end });
        Ok(id)
    }

    /// Says that nobody waits for the reply any more. A command that is not answered on success, and is on its way, came to
    /// something nevertheless: it succeeded, unless the agent sent an error.
    ///
    /// A request of which nothing is written is not made. Else the connection is to be synced.
    pub fn abandon(&mut self) -> Option<Result<Box<str>, ServerError>> {
        let Stage::Waiting(waiting) = &mut self.stage else {
            self.unsync();
            return None;
        };
        let outcome = waiting.outcome_without_answer(self.written);
        if self.written == 0 && !self.outgoing.is_empty() {
            self.outgoing.clear();
            self.stage = Stage::Ready;
        } else {
            self.unsync();
        }
        outcome
    }

    /// What is to be written next; say how much of it was, by [`written`](Self::written).
    #[must_use]
    pub fn outgoing(&self) -> &[u8] {
        &self.outgoing[self.written..]
    }

    /// Takes note that so many of the [`outgoing`](Self::outgoing) bytes are written.
    pub fn written(&mut self, count: usize) {
        self.written = self.outgoing.len().min(self.written + count);
        if self.written == self.outgoing.len() {
            self.outgoing.clear();
            self.outgoing.shrink_to(KEPT_CAPACITY);
            self.written = 0;
            if let Stage::Waiting(waiting) = &mut self.stage {
                waiting.end = 0;
            }
        }
    }

    /// Takes bytes that came from the agent. Take all messages before the next are fed.
    pub fn feed(&mut self, bytes: &[u8]) {
        match &mut self.stage {
            Stage::Unsynced | Stage::Closed => {}
            Stage::Syncing(search) => {
                let rest = search.feed(bytes);
                self.framer.feed(rest);
            }
            Stage::Ready | Stage::Waiting(_) => self.framer.feed(bytes),
        }
    }

    /// Takes note that no bytes will follow: the agent ended the connection, in order or by a reset. It is the answer to a
    /// command that is not answered on success.
    pub fn end_of_input(&mut self) -> Option<Received> {
        let Stage::Waiting(mut waiting) = std::mem::replace(&mut self.stage, Stage::Closed) else {
            return None;
        };
        let outcome = waiting.outcome_without_answer(self.written)?;
        Some(Received::Reply { id: waiting.id, outcome })
    }

    /// Takes the next message, if one has come in full.
    ///
    /// # Errors
    /// [`ProtocolError::Malformed`] for what is not a message: the connection is to be synced.
    /// [`ProtocolError::MessageTooLong`] closes it.
    pub fn next_message(&mut self) -> Result<Option<Received>, ProtocolError> {
        match &mut self.stage {
            Stage::Closed => return Err(ProtocolError::Closed),
            Stage::Unsynced => return Ok(None),
            Stage::Syncing(search) => {
                let Some(found) = search.take() else { return Ok(None) };
                return Ok(Some(self.synced(found)));
            }
            Stage::Ready | Stage::Waiting(_) => {}
        }
        loop {
            let message = match self.framer.next_message() {
                Ok(Some(bytes)) => Message::from_bytes(bytes),
                Ok(None) => return Ok(None),
                Err(error @ ProtocolError::MessageTooLong { .. }) => {
                    self.stage = Stage::Closed;
                    return Err(error);
                }
                // The next sync passes over it.
                Err(error) => Err(ProtocolError::Malformed(error.to_string())),
            };
            let sorted = message.and_then(|message| self.sort(message)).inspect_err(|_| self.unsync())?;
            if sorted.is_some() {
                return Ok(sorted);
            }
        }
    }

    fn synced(&mut self, found: Found) -> Received {
        match found {
            Found::Answer => {
                self.stage = Stage::Ready;
                Received::Synced
            }
            Found::Refusal(error) => {
                self.unsync();
                Received::Refused(error)
            }
        }
    }

    /// Sees whose a message is; `None` if it is kept until what follows has come.
    fn sort(&mut self, message: Message) -> Result<Option<Received>, ProtocolError> {
        let Message::Reply { id, has_id, outcome } = message else {
            return Err(ProtocolError::Malformed("not a reply".into()));
        };
        let Stage::Waiting(waiting) = &mut self.stage else { return Ok(Some(Received::Late)) };
        let command = waiting.id;
        if waiting.sync.is_some_and(|number| is_answer(number, id, &outcome)) {
            let outcome = waiting.refusal.take().map_or_else(|| Ok(empty_result()), Err);
            self.stage = Stage::Ready;
            return Ok(Some(Received::Reply { id: command, outcome }));
        }
        // Agents before QEMU 4.0 echo no id, and nobody does who cannot read the request.
        if id != Some(command) && has_id {
            return Ok(Some(Received::Late));
        }
        let outcome = match outcome {
            Err(error) if waiting.sync.is_some() => {
                // Further errors are about the same request.
                waiting.refusal.get_or_insert(error);
                return Ok(None);
            }
            outcome => outcome,
        };
        // Where there is more to come, it is passed over: the answer to the sync behind, or further errors that the parser
        // has to report about the same request.
        if waiting.sync.is_some() || (!has_id && outcome.is_err()) {
            self.unsync();
        } else {
            self.stage = Stage::Ready;
        }
        Ok(Some(Received::Reply { id: command, outcome }))
    }

    /// From now on, nothing that comes belongs to a request.
    fn unsync(&mut self) {
        if !matches!(self.stage, Stage::Closed) {
            self.stage = Stage::Unsynced;
        }
        self.framer = Framer::new(self.max_message_size);
    }

    /// Appends a sync. The number is the request's id, too: small ids may be those of another client.
    fn compose_sync(&mut self, number: i64) {
        let arguments = Arguments::new(&serde_json::json!({ "id": number }));
        let id = RequestId(number.unsigned_abs());
        compose(SYNC, &arguments, Delivery::InBand, id, &mut self.outgoing);
    }
}

/// A number for a sync: positive, and an int64, as the agent wants it.
fn random_number() -> i64 {
    fastrand::i64(1..=i64::MAX)
}

/// Whether a reply is that to the sync behind a command: its result, or an error of its own.
fn is_answer(number: i64, id: Option<RequestId>, outcome: &Outcome) -> bool {
    id == Some(RequestId(number.unsigned_abs()))
        || outcome.as_ref().is_ok_and(|result| result.parse() == Ok(number))
}

impl Waiting {
    /// What silence means, with so many of the outgoing bytes written.
    fn outcome_without_answer(&mut self, written: usize) -> Option<Outcome> {
        match self.refusal.take() {
            Some(error) => Some(Err(error)),
            None if self.sync.is_some() && written >= self.end => Some(Ok(empty_result())),
            None => None,
        }
    }
}

/// Requests may hold secrets, and replies file contents: neither shows.
impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("is_ready", &self.is_ready())
            .field("outgoing", &self.outgoing().len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
