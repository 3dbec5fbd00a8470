//! Who waits for what on one connection.
//!
//! All clients are thin layers over it: they move bytes between it and a transport, and poll it for what they wait
//! for. It does no I/O, and waits by [`Waker`]s only, so that threads and tasks wait alike.

mod queues;
mod slot;

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::task::{Poll, Waker};
use std::time::Instant;

use qmp_types::ServerError;

use self::queues::Queues;
use self::slot::Slot;
use crate::error::Error;
use crate::protocol::{
    Arguments, Capability, Connection, Delivery, EventRecord, Greeting, IdMap, ProtocolError, Received,
    RequestId, empty_result,
};
use crate::secrets::Secrets;
use crate::trace;

pub(crate) use self::queues::{EventFilter, QueueId};

/// File descriptors that go with a request. Where none can be passed, there are none.
#[cfg(unix)]
pub(crate) type Fds = Arc<[std::os::fd::OwnedFd]>;
#[cfg(not(unix))]
pub(crate) type Fds = Arc<[std::convert::Infallible]>;

/// What a command came to: its result as text, or the server's error.
pub(crate) type Outcome = Result<Box<str>, ServerError>;

/// A command on its way.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) name: &'a str,
    pub(crate) arguments: &'a Arguments,
    pub(crate) delivery: Delivery,
    pub(crate) fds: Option<Fds>,
    /// Whether the server answers on success. If not, the command is done when it is written.
    pub(crate) success_response: bool,
    /// When to [`expire`](Switchboard::expire) it, unless the client watches the time.
    pub(crate) deadline: Option<Instant>,
}

/// One connection, and those who wait on it.
pub(crate) struct Switchboard {
    connection: Connection,
    /// What is enabled in the negotiation, where the server offers it.
    enable: Vec<Capability>,
    greeting: Option<Arc<Greeting>>,
    opening: Slot<Result<(), ServerError>>,
    calls: IdMap<Waiting>,
    fds: BTreeMap<RequestId, Fds>,
    queues: Queues,
    /// How many commands that are not answered on success may be on their way.
    unanswered: usize,
    end: Option<End>,
    /// Whom to wake at the end, besides those who wait for something else.
    end_waiter: Option<Waker>,
}

struct Waiting {
    slot: Slot<Result<Outcome, Failure>>,
    deadline: Option<Instant>,
    success_response: bool,
    secrets: Secrets,
}

/// Why there is no reply.
#[derive(Debug)]
enum Failure {
    TimedOut,
    Over(End),
}

/// Why a connection is over.
#[derive(Debug, Clone)]
enum End {
    Closed,
    Protocol(ProtocolError),
    Io(Arc<io::Error>),
}

impl From<End> for Error {
    fn from(end: End) -> Self {
        match end {
            End::Closed => Self::Closed,
            End::Protocol(error) => error.into(),
            End::Io(error) => Self::Io(io::Error::new(error.kind(), error)),
        }
    }
}

impl Switchboard {
    /// A connection on which nothing has come. Messages may be at most `max_message_size` bytes long.
    pub(crate) fn new(max_message_size: usize, enable: Vec<Capability>) -> Self {
        Self {
            connection: Connection::new(max_message_size),
            enable,
            greeting: None,
            opening: Slot::Empty(None),
            calls: IdMap::default(),
            fds: BTreeMap::new(),
            queues: Queues::default(),
            unanswered: 0,
            end: None,
            end_waiter: None,
        }
    }

    /// What the server said first.
    pub(crate) fn greeting(&self) -> Option<&Arc<Greeting>> {
        self.greeting.as_ref()
    }

    /// Whether out-of-band execution is on.
    pub(crate) fn has_out_of_band(&self) -> bool {
        self.connection.has_enabled(&Capability::Oob)
    }

    /// Waits until capabilities are negotiated, or refused.
    pub(crate) fn poll_opening(&mut self, waker: &Waker) -> Poll<Result<Result<(), ServerError>, Error>> {
        if let Slot::Filled(outcome) = &self.opening {
            return Poll::Ready(Ok(outcome.clone()));
        }
        if let Some(end) = &self.end {
            return Poll::Ready(Err(end.clone().into()));
        }
        self.opening.wake_later(waker);
        Poll::Pending
    }

    /// Whether somebody waits for a reply.
    pub(crate) fn has_calls(&self) -> bool {
        !self.calls.is_empty()
    }

    /// Makes a request. Poll its reply, or [`cancel`](Self::cancel) it.
    pub(crate) fn start(&mut self, call: &Call<'_>) -> Result<RequestId, Error> {
        if let Some(end) = &self.end {
            return Err(end.clone().into());
        }
        let id = self.connection.request(call.name, call.arguments, call.delivery)?;
        trace::request(call.name, id, call.arguments);
        let secrets = Secrets::of(call.name, call.arguments.as_bytes());
        let Call { success_response, deadline, .. } = *call;
        self.calls.insert(id, Waiting { slot: Slot::Empty(None), deadline, success_response, secrets });
        self.unanswered += usize::from(!success_response);
        if let Some(fds) = &call.fds {
            self.fds.insert(id, Arc::clone(fds));
        }
        Ok(id)
    }

    /// Waits for the reply to a request; `None` when its deadline has passed.
    pub(crate) fn poll_call(&mut self, id: RequestId, waker: &Waker) -> Poll<Result<Option<Outcome>, Error>> {
        let Some(waiting) = self.calls.get_mut(id) else { return Poll::Ready(Err(Error::Closed)) };
        if let Slot::Empty(_) = waiting.slot {
            waiting.slot.wake_later(waker);
            return Poll::Pending;
        }
        let Some(Waiting { slot: Slot::Filled(result), secrets, .. }) = self.calls.remove(id) else {
            return Poll::Ready(Err(Error::Closed));
        };
        Poll::Ready(match result {
            Ok(outcome) => Ok(Some(outcome.map_err(|error| secrets.hide(error)))),
            Err(Failure::TimedOut) => Ok(None),
            Err(Failure::Over(end)) => Err(end.into()),
        })
    }

    /// Ends the calls whose deadline has passed, and says when the next one passes.
    pub(crate) fn expire(&mut self, now: Instant) -> Option<Instant> {
        let mut next = None;
        for (id, call) in self.calls.iter_mut() {
            let (Some(deadline), Slot::Empty(_)) = (call.deadline, &call.slot) else { continue };
            if deadline <= now {
                self.connection.abandon(id);
                call.slot.fill(Err(Failure::TimedOut));
            } else {
                next = Some(next.map_or(deadline, |next: Instant| next.min(deadline)));
            }
        }
        next
    }

    /// Says that nobody waits for a reply any more. Of one that was taken this says nothing.
    pub(crate) fn cancel(&mut self, id: RequestId) {
        if self.calls.remove(id).is_some() {
            self.connection.abandon(id);
            // Those of a request that will be written after all are still to go with it.
            if !self.connection.is_unwritten(id) {
                self.fds.remove(&id);
            }
        }
    }

    /// A queue that takes events from now on.
    pub(crate) fn subscribe(&mut self, filter: EventFilter, capacity: usize) -> QueueId {
        self.queues.add(filter, capacity)
    }

    /// Ends a queue.
    pub(crate) fn unsubscribe(&mut self, id: QueueId) {
        self.queues.remove(id);
    }

    /// Waits for an event in a queue. At the end of the connection, what has come is still given.
    pub(crate) fn poll_event(&mut self, id: QueueId, waker: &Waker) -> Poll<Result<EventRecord, Error>> {
        match self.queues.pop(id) {
            Ok(Some(event)) => return Poll::Ready(Ok(event)),
            Ok(None) => {}
            Err(error) => return Poll::Ready(Err(error)),
        }
        if let Some(end) = &self.end {
            return Poll::Ready(Err(end.clone().into()));
        }
        self.queues.wake_later(id, waker);
        Poll::Pending
    }

    /// Says that nobody waits for an event in a queue any more.
    pub(crate) fn stop_waiting(&mut self, id: QueueId) {
        self.queues.stop_waiting(id);
    }

    /// What is to be written next, and the file descriptors that go with its first byte.
    pub(crate) fn outgoing(&mut self) -> (&[u8], Option<&Fds>) {
        let outgoing = self.connection.outgoing();
        (outgoing.bytes, outgoing.fds_of.and_then(|id| self.fds.get(&id)))
    }

    /// Whether there is something to write.
    pub(crate) fn has_outgoing(&self) -> bool {
        self.connection.has_outgoing()
    }

    /// Takes note that so many of the outgoing bytes are written.
    pub(crate) fn written(&mut self, count: usize) {
        self.connection.written(count);
        if !self.fds.is_empty() {
            self.fds.retain(|&id, _| self.connection.is_unwritten(id));
        }
        if self.unanswered > 0 && !self.connection.has_outgoing() {
            self.answer_unanswered();
        }
    }

    /// Commands that are not answered on success are done when they are written.
    fn answer_unanswered(&mut self) {
        self.unanswered = 0;
        for (id, call) in self.calls.iter_mut().filter(|(_, call)| !call.success_response) {
            if self.connection.is_unwritten(id) {
                self.unanswered += 1;
            } else {
                call.slot.fill(Ok(Ok(empty_result())));
                self.connection.abandon(id);
            }
        }
    }

    /// Whether nobody but the caller of a request waits for a reply, and the request is written.
    #[cfg(feature = "blocking")]
    pub(crate) fn is_alone(&mut self, id: RequestId) -> bool {
        self.calls.len() == 1
            && !self.connection.has_outgoing()
            && self.calls.get_mut(id).is_some_and(|call| matches!(call.slot, Slot::Empty(_)))
    }

    /// Takes bytes from the server, if they are the result that a caller waits for and nothing else, and `read` can read it.
    /// If not, nothing is done.
    #[cfg(feature = "blocking")]
    pub(crate) fn receive_for(
        &mut self,
        id: RequestId,
        bytes: &[u8],
        read: &mut dyn FnMut(&str) -> bool,
    ) -> bool {
        let Some(result) = self.connection.presumed_result(id, bytes) else { return false };
        if !read(result) {
            return false;
        }
        trace::result(id, result);
        self.calls.remove(id);
        self.connection.answered(id);
        true
    }

    /// Takes bytes from the server, and gives those who wait what is theirs.
    pub(crate) fn receive(&mut self, bytes: &[u8]) {
        if let Some(result) = self.connection.receive_result(bytes) {
            return self.sort(result);
        }
        if let Err(error) = self.connection.feed(bytes) {
            return self.close(End::Protocol(error));
        }
        self.deliver();
    }

    /// Takes note that the transport has ended: in order, or by an error.
    pub(crate) fn end_of_input(&mut self, result: io::Result<()>) {
        self.connection.end_of_input();
        // What waits for the end, such as `quit`, is answered by it.
        self.deliver();
        let end = match result {
            Err(error) if !is_end(&error) => End::Io(Arc::new(error)),
            _ => End::Closed,
        };
        // The protocol core says no more than that it is closed.
        self.close(end);
    }

    /// Ends the connection from this side.
    pub(crate) fn hang_up(&mut self) {
        self.close(End::Closed);
    }

    /// Whether the connection is over.
    pub(crate) fn is_over(&self) -> bool {
        self.end.is_some()
    }

    /// Waits for the end of the connection: why it is over. One may wait so at a time.
    #[cfg(feature = "tokio")]
    pub(crate) fn poll_end(&mut self, waker: &Waker) -> Poll<Error> {
        if let Some(end) = &self.end {
            return Poll::Ready(end.clone().into());
        }
        self.end_waiter = Some(waker.clone());
        Poll::Pending
    }

    /// Whether somebody waits for what the server says by itself: for events, or for the end.
    pub(crate) fn has_listeners(&self) -> bool {
        !self.queues.is_empty() || self.end_waiter.is_some()
    }

    /// Wakes one of those who wait, to have somebody who reads.
    pub(crate) fn wake_one(&mut self) {
        let calls = self.calls.iter_mut().filter_map(|(_, call)| call.slot.waker());
        if let Some(waker) = calls.chain(self.queues.readers()).chain(self.opening.waker()).next() {
            waker.wake_by_ref();
        }
    }

    fn deliver(&mut self) {
        loop {
            match self.connection.next_message() {
                Ok(Some(received)) => self.sort(received),
                Ok(None) => return,
                Err(ProtocolError::Malformed(reason)) => self.malformed(&reason),
                Err(ProtocolError::Closed) => return,
                Err(error) => return self.close(End::Protocol(error)),
            }
        }
    }

    fn sort(&mut self, received: Received) {
        match received {
            Received::Greeting(greeting) => self.greeted(greeting),
            Received::Ready => self.opening.fill(Ok(())),
            Received::Refused(error) => self.opening.fill(Err(error)),
            Received::Reply { id, outcome } => {
                trace::reply(id, &outcome);
                if let Some(waiting) = self.calls.get_mut(id) {
                    waiting.slot.fill(Ok(outcome));
                }
            }
            Received::Late(id) => trace::late(id),
            Received::Unmatched(outcome) => trace::unmatched(&outcome),
            Received::Event(event) => {
                trace::event(&event);
                self.queues.publish(event);
            }
        }
    }

    fn greeted(&mut self, greeting: Greeting) {
        if self.greeting.is_none() {
            self.greeting = Some(Arc::new(greeting));
            // A server that greets can be negotiated with: there is nothing that could refuse this.
            let _ = self.connection.negotiate(&self.enable);
        }
    }

    /// A message that nobody can read. If it can be told whose reply it was, that one's command has failed.
    fn malformed(&mut self, reason: &str) {
        trace::malformed(reason);
        let end = End::Protocol(ProtocolError::Malformed(reason.to_owned()));
        if self.calls.is_empty() && matches!(self.opening, Slot::Empty(_)) {
            return self.close(end);
        }
        if let Some(id) = self.connection.unreadable_reply()
            && let Some(call) = self.calls.get_mut(id)
        {
            call.slot.fill(Err(Failure::Over(end)));
            self.connection.abandon(id);
        }
    }

    fn close(&mut self, end: End) {
        if self.end.is_some() {
            return;
        }
        self.connection.end_of_input();
        for (_, call) in self.calls.iter_mut() {
            call.slot.fill(Err(Failure::Over(end.clone())));
        }
        self.queues.wake();
        self.opening.wake();
        if let Some(waiter) = self.end_waiter.take() {
            waiter.wake();
        }
        self.fds.clear();
        self.end = Some(end);
    }
}

/// Whether the server is gone. A server that quits before it has read everything resets the connection:
/// that is an end like any other.
pub(crate) fn is_end(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected};

    matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | NotConnected)
}
