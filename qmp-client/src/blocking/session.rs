//! One connection: the protocol core on a link.

use std::io;
use std::time::Duration;

use qmp_types::ServerError;
use serde_json::value::RawValue;

use super::deadline::Deadline;
use super::link::Link;
use super::{Builder, Transport};
use crate::Error;
use crate::protocol::{
    Arguments, Connection, EventQueue, EventRecord, EventsLost, Greeting, Received, RequestId, empty_result,
};

/// One connection. Nothing here depends on the types of commands and events.
pub(super) struct Session {
    protocol: Connection,
    link: Link,
    events: EventQueue,
}

type Outcome = Result<Box<RawValue>, ServerError>;

/// A command on its way.
pub(super) struct Call<'a> {
    pub(super) name: &'a str,
    pub(super) arguments: Arguments,
    /// Whether the server answers on success.
    pub(super) success_response: bool,
    pub(super) timeout: Duration,
}

impl Session {
    pub(super) fn new(transport: Box<dyn Transport>, options: &Builder) -> Self {
        Self {
            protocol: Connection::new(options.max_message_size),
            link: Link::new(transport),
            events: EventQueue::new(options.event_capacity),
        }
    }

    /// Waits for the greeting; `None` when the deadline passes.
    pub(super) fn greeting(&mut self, deadline: &Deadline) -> Result<Option<Greeting>, Error> {
        while let Some(received) = self.receive(deadline)? {
            match received {
                Received::Greeting(greeting) => return Ok(Some(greeting)),
                other => self.keep(other),
            }
        }
        Ok(None)
    }

    /// Negotiates capabilities; `None` when the deadline passes.
    pub(super) fn negotiate(
        &mut self,
        deadline: &Deadline,
    ) -> Result<Option<Result<(), ServerError>>, Error> {
        self.protocol.negotiate(self.link.outgoing())?;
        if !self.link.flush(deadline).map_err(connection_error)? {
            return Ok(None);
        }
        while let Some(received) = self.receive(deadline)? {
            match received {
                Received::Ready => return Ok(Some(Ok(()))),
                Received::Refused(error) => return Ok(Some(Err(error))),
                other => self.keep(other),
            }
        }
        Ok(None)
    }

    /// Executes a command and gives the text of its result.
    pub(super) fn call(&mut self, call: &Call<'_>) -> Result<Box<RawValue>, Error> {
        match self.exchange(call, &Deadline::after(call.timeout))? {
            Some(Ok(result)) => Ok(result),
            Some(Err(error)) => Err(Error::Server { command: call.name.into(), error }),
            None => Err(Error::Timeout { command: call.name.into(), after: call.timeout }),
        }
    }

    /// Waits for an event; `None` when the deadline passes.
    pub(super) fn next_event(&mut self, deadline: &Deadline) -> Result<Option<EventRecord>, Error> {
        loop {
            match self.events.pop() {
                Ok(Some(event)) => return Ok(Some(event)),
                Ok(None) => {}
                Err(EventsLost(count)) => return Err(Error::EventsLost { count }),
            }
            match self.receive(deadline)? {
                Some(received) => self.keep(received),
                None => return Ok(None),
            }
        }
    }

    /// Sends a request and takes its reply; `None` when the deadline passes.
    fn exchange(&mut self, call: &Call<'_>, deadline: &Deadline) -> Result<Option<Outcome>, Error> {
        // What an earlier deadline cut short goes first, or this request would never be understood.
        if !self.link.flush(deadline).map_err(connection_error)? {
            return Ok(None);
        }
        let id = self.protocol.request(call.name, &call.arguments, self.link.outgoing())?;
        let outcome = self.outcome(id, call.success_response, deadline);
        // For one that was answered this is nothing.
        self.protocol.abandon(id);
        outcome
    }

    /// Writes a request and waits for its reply.
    fn outcome(
        &mut self,
        id: RequestId,
        success_response: bool,
        deadline: &Deadline,
    ) -> Result<Option<Outcome>, Error> {
        if !self.link.flush(deadline).map_err(connection_error)? {
            return Ok(None);
        }
        if !success_response {
            return Ok(Some(Ok(empty_result())));
        }
        while let Some(received) = self.receive(deadline)? {
            match received {
                Received::Reply { id: replied, outcome } if replied == id => return Ok(Some(outcome)),
                other => self.keep(other),
            }
        }
        Ok(None)
    }

    /// Waits for a message; `None` when the deadline passes.
    fn receive(&mut self, deadline: &Deadline) -> Result<Option<Received>, Error> {
        loop {
            if let Some(received) = self.protocol.next_message()? {
                return Ok(Some(received));
            }
            match self.link.read(deadline) {
                Ok(None) => return Ok(None),
                Ok(Some([])) => self.protocol.end_of_input(),
                Ok(Some(bytes)) => self.protocol.feed(bytes)?,
                Err(error) => {
                    self.protocol.end_of_input();
                    if !ends_connection(&error) {
                        return Err(Error::Io(error));
                    }
                }
            }
        }
    }

    /// Keeps events for their reader. Late replies, and what belongs to no command, are nobody's.
    fn keep(&mut self, received: Received) {
        if let Received::Event(event) = received {
            self.events.push(event);
        }
    }
}

/// The error of a caller whose request could not be written.
fn connection_error(error: io::Error) -> Error {
    if ends_connection(&error) { Error::Closed } else { Error::Io(error) }
}

/// Whether the server is gone. A server that quits before it has read everything resets the connection:
/// that is an end like any other.
fn ends_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected};

    matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | NotConnected)
}
