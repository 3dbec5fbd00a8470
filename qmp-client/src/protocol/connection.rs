//! The client's side of one connection.

use super::envelope::{Blame, Message, Outcome, plain_result};
use super::greeting::{GreetingSearch, Negotiate, PATTERN};
use super::in_flight::{InFlight, Owner};
use super::outgoing::{OutgoingQueue, Waiting};
use super::request::compose;
use super::{Arguments, Capability, Delivery, Framer, Outgoing, ProtocolError, Received, RequestId, State};

/// The command behind which a server ends the connection.
const QUIT: &str = "quit";

/// The command that negotiates. After the negotiation the server refuses it, and does nothing.
const NEGOTIATE: &str = "qmp_capabilities";

/// How many requests in-band a server reads ahead while out-of-band execution is on (`docs/interop/qmp-spec.rst`,
/// *Out-of-band execution*). One more, and it reads nothing until a command is done, not even what is out-of-band.
const IN_BAND_WINDOW: usize = 8;

/// How deep arguments may nest. QEMU takes 1024 levels in a message; of deeper ones its parser loses the thread, and
/// answers each of the brackets that follow. While out-of-band execution is on, QEMU 7.2 and 10.0 may end on an
/// assertion of their own then.
const MAX_NESTING: usize = 1000;

/// The client's side of one connection: bytes go in, messages and requests come out.
///
/// Requests are [`outgoing`](Self::outgoing) as soon as the server can take them: while out-of-band execution is on,
/// at most 8 in-band are on their way; and of those with file descriptors one at a time, for the server
/// keeps the latest descriptors only.
///
/// ```
/// use qmp_client::protocol::{Arguments, Connection, Delivery, Received};
///
/// let mut connection = Connection::new(1 << 20);
/// connection.feed(br#"{"QMP": {"version": {"qemu": {"major": 10, "minor": 0, "micro": 2}, "package": ""},
///     "capabilities": []}}"#)?;
/// assert!(matches!(connection.next_message()?, Some(Received::Greeting(_))));
///
/// connection.negotiate(&[])?;
/// let bytes = connection.outgoing().bytes.len();
/// connection.written(bytes);
/// connection.feed(br#"{"return": {}, "id": 1}"#)?;
/// assert!(matches!(connection.next_message()?, Some(Received::Ready)));
///
/// let stop = connection.request("stop", &Arguments::none(), Delivery::InBand)?;
/// assert_eq!(connection.outgoing().bytes, br#"{"execute":"stop","id":2}"#);
/// connection.feed(br#"{"return": {}, "id": 2}"#)?;
/// let Some(Received::Reply { id, outcome }) = connection.next_message()? else { panic!() };
/// assert_eq!((id, &*outcome.unwrap()), (stop, "{}"));
/// # Ok::<(), qmp_client::protocol::ProtocolError>(())
/// ```
#[derive(Debug)]
pub struct Connection {
    stage: Stage,
    framer: Framer,
    in_flight: InFlight,
    outgoing: OutgoingQueue,
    /// To which request the message that could not be read last may be the reply.
    unreadable: Blame,
    /// What the server offers, and after the negotiation what of it is enabled.
    capabilities: Vec<Capability>,
}

#[derive(Debug)]
enum Stage {
    Searching(GreetingSearch),
    /// The beginning of the greeting is found.
    Greeting,
    /// With the request to negotiate, once it is made.
    Negotiating(Option<Negotiation>),
    Ready,
    /// No bytes will follow; what came is still read.
    Ended,
    Closed,
}

#[derive(Debug)]
struct Negotiation {
    request: RequestId,
    enabling: Vec<Capability>,
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
            outgoing: OutgoingQueue::default(),
            unreadable: Blame::OnNone,
            capabilities: Vec::new(),
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
        if let Some(received) = self.take_plain_result() {
            return Ok(Some(received));
        }
        let message = match self.framer.next_message() {
            Ok(Some(bytes)) => Message::from_bytes(bytes).inspect_err(|_| self.unreadable = Blame::of(bytes)),
            Ok(None) if matches!(self.stage, Stage::Ended) => return self.end(),
            Ok(None) => return Ok(None),
            Err(error) => {
                self.stage = Stage::Closed;
                return Err(error);
            }
        };
        let received = message.and_then(|message| self.sort(message));
        if received.is_err() {
            self.in_flight.doubt();
        }
        received.map(Some)
    }

    /// As [`feed`](Self::feed) and [`next_message`](Self::next_message), if the bytes are a result and nothing else; if not, nothing
    /// is done.
    #[cfg(feature = "client")]
    pub(crate) fn receive_result(&mut self, bytes: &[u8]) -> Option<Received> {
        if !matches!(self.stage, Stage::Ready) {
            return None;
        }
        let (id, result) = plain_result(self.framer.fresh_line(bytes)?)?;
        Some(self.reply(Some(id), true, Ok(result.into())))
    }

    /// What may be the result of a request, if the bytes that come next hold that and nothing else. If it is JSON, they do,
    /// and the request is [`answered`](Self::answered).
    #[cfg(feature = "blocking")]
    pub(crate) fn presumed_result<'b>(&self, id: RequestId, bytes: &'b [u8]) -> Option<&'b str> {
        let (answered, result) = super::envelope::presumed_result(self.framer.fresh_line(bytes)?)?;
        (answered == id && matches!(self.stage, Stage::Ready)).then_some(result)
    }

    /// Takes note that the reply to a request has come, by bytes that were not fed.
    #[cfg(feature = "blocking")]
    pub(crate) fn answered(&mut self, id: RequestId) {
        self.in_flight.take(id);
        self.release_waiting();
    }

    fn take_plain_result(&mut self) -> Option<Received> {
        let (id, result) = plain_result(self.framer.line()?)?;
        let result = result.into();
        self.framer.take_line();
        Some(self.reply(Some(id), true, Ok(result)))
    }

    /// The request to which the message that was [malformed](ProtocolError::Malformed) last is the reply, as far as that can
    /// be told: by the message's id; or because it has none, is no event, and a single request is on its way, late
    /// replies counted in. It is still on its way: [`abandon`](Self::abandon) it if it is to fail.
    #[must_use]
    pub fn unreadable_reply(&self) -> Option<RequestId> {
        let id = match self.unreadable {
            Blame::On(id) => id,
            Blame::OnAny => self.in_flight.only()?,
            Blame::OnNone => return None,
        };
        (self.in_flight.is_awaited(id) && !self.is_unwritten(id)).then_some(id)
    }

    /// Makes the request to negotiate. Of the capabilities, those that the server offers are enabled.
    ///
    /// # Errors
    /// [`ProtocolError::NotReady`] before the greeting and after a negotiation; [`ProtocolError::Closed`].
    pub fn negotiate(&mut self, enable: &[Capability]) -> Result<(), ProtocolError> {
        if !matches!(self.stage, Stage::Negotiating(None)) {
            return Err(self.refusal());
        }
        let enabling: Vec<_> =
            self.capabilities.iter().filter(|offered| enable.contains(offered)).cloned().collect();
        let arguments =
            Arguments::new(&Negotiate { enable: (!enabling.is_empty()).then(|| enabling.clone()) });
        let request = self.enqueue(NEGOTIATE, &arguments, Delivery::InBand, false);
        self.stage = Stage::Negotiating(Some(Negotiation { request, enabling }));
        Ok(())
    }

    /// Whether a capability is enabled.
    #[must_use]
    pub fn has_enabled(&self, capability: &Capability) -> bool {
        matches!(self.stage, Stage::Ready) && self.capabilities.contains(capability)
    }

    /// Makes a request to execute a command.
    ///
    /// # Errors
    /// [`ProtocolError::NotReady`] before capabilities are negotiated; [`ProtocolError::OutOfBandNotEnabled`];
    /// [`ProtocolError::TooDeep`] for arguments nested deeper than 1000 levels, of which QEMU may die;
    /// [`ProtocolError::Closed`].
    pub fn request(
        &mut self,
        name: &str,
        arguments: &Arguments,
        delivery: Delivery,
    ) -> Result<RequestId, ProtocolError> {
        if !matches!(self.stage, Stage::Ready) {
            return Err(self.refusal());
        }
        if delivery == Delivery::OutOfBand && !self.has_enabled(&Capability::Oob) {
            return Err(ProtocolError::OutOfBandNotEnabled);
        }
        if arguments.nest_deeper_than(MAX_NESTING) {
            return Err(ProtocolError::TooDeep { limit: MAX_NESTING });
        }
        self.probe();
        Ok(self.enqueue(name, arguments, delivery, false))
    }

    /// Releases a request, or lets it wait for its turn.
    fn enqueue(
        &mut self,
        name: &str,
        arguments: &Arguments,
        delivery: Delivery,
        abandoned: bool,
    ) -> RequestId {
        let id = self.in_flight.next_id();
        let ends_connection = name == QUIT;
        let overtakes = delivery == Delivery::OutOfBand;
        if overtakes || (self.outgoing.first_waiting().is_none() && self.may_release(delivery)) {
            self.outgoing.release(id, delivery, |out| compose(name, arguments, delivery, id, out));
            self.in_flight.insert(id, delivery, ends_connection);
            if abandoned {
                self.in_flight.abandon(id);
            }
        } else {
            let mut bytes = Vec::new();
            compose(name, arguments, delivery, id, &mut bytes);
            self.outgoing.push_waiting(Waiting { id, delivery, ends_connection, abandoned, bytes });
            self.end_doubt();
        }
        id
    }

    /// Whether the server can take a request in-band.
    fn may_release(&self, delivery: Delivery) -> bool {
        let windowed = self.has_enabled(&Capability::Oob) && self.in_flight.in_band() >= IN_BAND_WINDOW;
        !windowed
            && !self.in_flight.is_probing()
            && (delivery != Delivery::WithFds || !self.in_flight.has_fds())
    }

    /// Releases requests whose turn has come.
    fn release_waiting(&mut self) {
        while self.outgoing.first_waiting().is_some_and(|first| self.may_release(first.delivery)) {
            let Some(Waiting { id, delivery, ends_connection, abandoned, bytes }) =
                self.outgoing.pop_waiting()
            else {
                return;
            };
            self.outgoing.release(id, delivery, |out| out.extend_from_slice(&bytes));
            self.in_flight.insert(id, delivery, ends_connection);
            if abandoned {
                self.in_flight.abandon(id);
            }
        }
        self.end_doubt();
    }

    /// If requests wait for others to be answered, which may have been without their `id`, makes one whose reply strikes
    /// those off. It goes beyond the window, in which at least one is not.
    fn end_doubt(&mut self) {
        if self.outgoing.first_waiting().is_some() && self.in_flight.is_stale() {
            let id = self.in_flight.next_id();
            let delivery = Delivery::InBand;
            let arguments = Arguments::none();
            self.outgoing.release(id, delivery, |out| compose(NEGOTIATE, &arguments, delivery, id, out));
            self.in_flight.insert_probe(id);
        }
    }

    /// After an error without `id`, makes a request that the server refuses with its `id`: behind that reply
    /// no further errors of the same cause can come, and those of the next request are known for its own.
    fn probe(&mut self) {
        if self.in_flight.is_suspect() {
            self.enqueue(NEGOTIATE, &Arguments::none(), Delivery::InBand, true);
        }
    }

    /// What is to be written next; say how much of it was, by [`written`](Self::written).
    #[must_use]
    pub fn outgoing(&mut self) -> Outgoing<'_> {
        self.outgoing.lend()
    }

    /// Whether there is something to write.
    #[must_use]
    pub fn has_outgoing(&self) -> bool {
        !self.outgoing.is_empty()
    }

    /// Takes note that the transport took so many of the [`outgoing`](Self::outgoing) bytes, and with the first of
    /// them the file descriptors that belong there.
    pub fn written(&mut self, count: usize) {
        self.outgoing.written(count);
    }

    /// Whether nothing of a request is written yet.
    #[must_use]
    pub fn is_unwritten(&self, id: RequestId) -> bool {
        self.outgoing.is_unwritten(id)
    }

    /// Says that nobody waits for a reply any more. A request of which nothing is written is not made. Should a
    /// reply come to one that is, it is [`Received::Late`].
    pub fn abandon(&mut self, id: RequestId) {
        if self.outgoing.take_back(id) {
            self.in_flight.take_back(id);
            self.release_waiting();
        } else {
            self.in_flight.abandon(id);
            self.end_doubt();
        }
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
                self.capabilities.clone_from(&greeting.capabilities);
                Ok(Received::Greeting(greeting))
            }
            // QEMU greets twice a client that connects between the opening of the socket and the making of
            // the monitor on it. It reads nothing until both are out, so the negotiation stands.
            (Stage::Negotiating(_), Message::Greeting(greeting)) => Ok(Received::Greeting(greeting)),
            (_, Message::Greeting(_)) => {
                self.unreadable = Blame::OnNone;
                Err(ProtocolError::Malformed("a second greeting".into()))
            }
            (_, Message::Event(event)) => Ok(Received::Event(event)),
            (_, Message::Reply { id, has_id, outcome }) => Ok(self.reply(id, has_id, outcome)),
        }
    }

    fn reply(&mut self, id: Option<RequestId>, has_id: bool, outcome: Outcome) -> Received {
        let owner = match id {
            Some(id) => self.in_flight.take(id),
            None if !has_id && outcome.is_err() => self.in_flight.take_without_id(),
            None => Owner::Nobody,
        };
        let received = self.deliver(owner, outcome);
        self.release_waiting();
        received
    }

    fn deliver(&mut self, owner: Owner, outcome: Outcome) -> Received {
        match owner {
            Owner::Nobody => Received::Unmatched(outcome),
            Owner::Abandoned(id) => Received::Late(id),
            Owner::Waiting(id) => match &mut self.stage {
                Stage::Negotiating(negotiation)
                    if negotiation.as_ref().is_some_and(|it| it.request == id) =>
                {
                    let enabling = negotiation.take().map(|it| it.enabling).unwrap_or_default();
                    self.negotiated(outcome, enabling)
                }
                _ => Received::Reply { id, outcome },
            },
        }
    }

    fn negotiated(&mut self, outcome: Outcome, enabling: Vec<Capability>) -> Received {
        match outcome {
            Ok(_) => {
                self.stage = Stage::Ready;
                self.capabilities = enabling;
                Received::Ready
            }
            Err(error) => Received::Refused(error),
        }
    }
}

/// The result of a command that succeeds without a reply.
pub(crate) fn empty_result() -> Box<str> {
    "{}".into()
}

#[cfg(test)]
mod tests;
