//! The client's side of one connection.

use qmp_types::ServerError;
use serde_json::value::RawValue;

use super::envelope::{Message, Outcome};
use super::greeting::{GreetingSearch, PATTERN};
use super::in_flight::{InFlight, Owner};
use super::request::compose;
use super::{Arguments, EventRecord, Framer, Greeting, ProtocolError, RequestId};

/// The command behind which a server ends the connection.
const QUIT: &str = "quit";

/// The command that negotiates. After the negotiation the server refuses it, and does nothing.
const NEGOTIATE: &str = "qmp_capabilities";

/// The client's side of one connection: bytes go in, messages and requests come out.
///
/// ```
/// use qmp_client::protocol::{Arguments, Connection, Received};
///
/// let mut connection = Connection::new(1 << 20);
/// let mut out = Vec::new();
/// connection.feed(br#"{"QMP": {"version": {"qemu": {"major": 10, "minor": 0, "micro": 2}, "package": ""},
///     "capabilities": []}}"#)?;
/// assert!(matches!(connection.next_message()?, Some(Received::Greeting(_))));
///
/// connection.negotiate(&mut out)?;
/// connection.feed(br#"{"return": {}, "id": 1}"#)?;
/// assert!(matches!(connection.next_message()?, Some(Received::Ready)));
///
/// out.clear();
/// let stop = connection.request("stop", &Arguments::none(), &mut out)?;
/// assert_eq!(out, br#"{"execute":"stop","id":2}"#);
/// connection.feed(br#"{"return": {}, "id": 2}"#)?;
/// let Some(Received::Reply { id, outcome }) = connection.next_message()? else { panic!() };
/// assert_eq!((id, outcome.unwrap().get()), (stop, "{}"));
/// # Ok::<(), qmp_client::protocol::ProtocolError>(())
/// ```
#[derive(Debug)]
pub struct Connection {
    stage: Stage,
    framer: Framer,
    in_flight: InFlight,
}

/// How far a connection has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum State {
    /// The server has not greeted.
    Greeting,
    /// The server has greeted; only capabilities may be negotiated.
    Negotiating,
    /// Commands may be sent.
    Ready,
    /// The connection has ended.
    Closed,
}

/// What a server sent.
#[derive(Debug)]
#[non_exhaustive]
pub enum Received {
    /// The server's greeting: the first message of a connection. A server that is just starting may repeat
    /// it before it answers the negotiation.
    Greeting(Greeting),
    /// Capabilities are negotiated: the connection is [`State::Ready`].
    Ready,
    /// The server refused the negotiation. Another may be tried.
    Refused(ServerError),
    /// The reply to a request.
    Reply {
        /// The request.
        id: RequestId,
        /// The result as JSON text, or the server's error.
        outcome: Result<Box<RawValue>, ServerError>,
    },
    /// The reply to a request that was [abandoned](Connection::abandon).
    Late(RequestId),
    /// A reply that is to no request in flight, or an error without `id` of which it is not known whose it is.
    Unmatched(Result<Box<RawValue>, ServerError>),
    /// An event.
    Event(EventRecord),
}

#[derive(Debug)]
enum Stage {
    Searching(GreetingSearch),
    /// The beginning of the greeting is found.
    Greeting,
    /// With the request to negotiate, once it is made.
    Negotiating(Option<RequestId>),
    Ready,
    /// No bytes will follow; what came is still read.
    Ended,
    Closed,
}

impl Connection {
    /// A connection on which nothing has come. Messages may be at most `max_message_size` bytes long, and
    /// at most as many bytes may stand before the greeting.
    #[must_use]
    pub fn new(max_message_size: usize) -> Self {
        Self {
            stage: Stage::Searching(GreetingSearch::new(max_message_size)),
            framer: Framer::new(max_message_size),
            in_flight: InFlight::default(),
        }
    }

    /// How far the connection has come.
    #[must_use]
    pub fn state(&self) -> State {
        match self.stage {
            Stage::Searching(_) | Stage::Greeting => State::Greeting,
            Stage::Negotiating(_) => State::Negotiating,
            Stage::Ready => State::Ready,
            Stage::Ended | Stage::Closed => State::Closed,
        }
    }

    /// Takes bytes that came from the server. Take all messages before the next are fed.
    ///
    /// # Errors
    /// [`ProtocolError::NoGreeting`], which closes the connection.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), ProtocolError> {
        match &mut self.stage {
            Stage::Searching(search) => match search.feed(bytes) {
                Ok(None) => {}
                Ok(Some(rest)) => {
                    self.stage = Stage::Greeting;
                    self.framer.feed(PATTERN);
                    self.framer.feed(rest);
                }
                Err(error) => {
                    self.stage = Stage::Closed;
                    return Err(error);
                }
            },
            Stage::Greeting | Stage::Negotiating(_) | Stage::Ready => self.framer.feed(bytes),
            Stage::Ended | Stage::Closed => {}
        }
        Ok(())
    }

    /// Takes note that no bytes will follow: the server ended the connection, in order or by a reset.
    pub fn end_of_input(&mut self) {
        if !matches!(self.stage, Stage::Closed) {
            self.stage = Stage::Ended;
        }
    }

    /// Takes the next message, if one has come in full.
    ///
    /// At the end of the connection a request to `quit` that waits is answered with an empty result: the
    /// server has done what it was asked for, even if its reply was lost with the connection.
    ///
    /// # Errors
    /// [`ProtocolError::Malformed`] for a message that can be passed over; the next call goes on behind it.
    /// All other errors close the connection, for good.
    pub fn next_message(&mut self) -> Result<Option<Received>, ProtocolError> {
        if matches!(self.stage, Stage::Closed) {
            return Err(ProtocolError::Closed);
        }
        let message = match self.framer.next_message() {
            Ok(Some(bytes)) => Message::from_bytes(bytes),
            Ok(None) if matches!(self.stage, Stage::Ended) => return self.end(),
            Ok(None) => return Ok(None),
            Err(error) => {
                self.stage = Stage::Closed;
                return Err(error);
            }
        };
        message.and_then(|message| self.sort(message)).map(Some)
    }

    /// Appends the request to negotiate, without any capability.
    ///
    /// # Errors
    /// [`ProtocolError::NotReady`] before the greeting and after a negotiation; [`ProtocolError::Closed`].
    pub fn negotiate(&mut self, out: &mut Vec<u8>) -> Result<(), ProtocolError> {
        if !matches!(self.stage, Stage::Negotiating(None)) {
            return Err(self.refusal());
        }
        let id = self.in_flight.insert(false);
        compose(NEGOTIATE, &Arguments::none(), id, out);
        self.stage = Stage::Negotiating(Some(id));
        Ok(())
    }

    /// Appends a request to execute a command.
    ///
    /// # Errors
    /// [`ProtocolError::NotReady`] before capabilities are negotiated; [`ProtocolError::Closed`].
    pub fn request(
        &mut self,
        name: &str,
        arguments: &Arguments,
        out: &mut Vec<u8>,
    ) -> Result<RequestId, ProtocolError> {
        if !matches!(self.stage, Stage::Ready) {
            return Err(self.refusal());
        }
        self.probe(out);
        let id = self.in_flight.insert(name == QUIT);
        compose(name, arguments, id, out);
        Ok(id)
    }

    /// After an error without `id`, appends a request that the server refuses with its `id`: behind that reply
    /// no further errors of the same cause can come, and those of the next request are known for its own.
    fn probe(&mut self, out: &mut Vec<u8>) {
        if self.in_flight.is_suspect() {
            let id = self.in_flight.insert(false);
            compose(NEGOTIATE, &Arguments::none(), id, out);
            self.in_flight.abandon(id);
        }
    }

    /// Says that nobody waits for a reply any more. Should it come, it is [`Received::Late`].
    pub fn abandon(&mut self, id: RequestId) {
        self.in_flight.abandon(id);
    }

    /// Why a request cannot be made in this state.
    fn refusal(&self) -> ProtocolError {
        if self.state() == State::Closed { ProtocolError::Closed } else { ProtocolError::NotReady }
    }

    /// What the end of the connection means to those who wait.
    fn end(&mut self) -> Result<Option<Received>, ProtocolError> {
        if let Some(id) = self.in_flight.take_ended() {
            return Ok(Some(Received::Reply { id, outcome: Ok(empty_result()) }));
        }
        self.stage = Stage::Closed;
        Err(ProtocolError::Closed)
    }

    /// Sees what a message means at this point.
    fn sort(&mut self, message: Message) -> Result<Received, ProtocolError> {
        match (&self.stage, message) {
            (Stage::Searching(_) | Stage::Greeting, Message::Greeting(greeting)) => {
                self.stage = Stage::Negotiating(None);
                Ok(Received::Greeting(greeting))
            }
            // QEMU greets twice a client that connects between the opening of the socket and the making of
            // the monitor on it. It reads nothing until both are out, so the negotiation stands.
            (Stage::Negotiating(_), Message::Greeting(greeting)) => Ok(Received::Greeting(greeting)),
            (_, Message::Greeting(_)) => Err(ProtocolError::Malformed("a second greeting".into())),
            (_, Message::Event(event)) => Ok(Received::Event(event)),
            (_, Message::Reply { id, has_id, outcome }) => {
                let owner = match id {
                    Some(id) => self.in_flight.take(id),
                    None if !has_id && outcome.is_err() => self.in_flight.take_without_id(),
                    None => Owner::Nobody,
                };
                Ok(self.deliver(owner, outcome))
            }
        }
    }

    fn deliver(&mut self, owner: Owner, outcome: Outcome) -> Received {
        match (owner, &self.stage) {
            (Owner::Nobody, _) => Received::Unmatched(outcome),
            (Owner::Abandoned(id), _) => Received::Late(id),
            (Owner::Waiting(id), Stage::Negotiating(Some(negotiation))) if id == *negotiation => {
                match outcome {
                    Ok(_) => {
                        self.stage = Stage::Ready;
                        Received::Ready
                    }
                    Err(error) => {
                        self.stage = Stage::Negotiating(None);
                        Received::Refused(error)
                    }
                }
            }
            (Owner::Waiting(id), _) => Received::Reply { id, outcome },
        }
    }
}

/// The result of a command that succeeds without a reply.
pub(crate) fn empty_result() -> Box<RawValue> {
    RawValue::from_string("{}".into()).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

#[cfg(test)]
mod tests;
