//! The options of a client.

use std::io;
use std::time::Duration;

use super::deadline::Deadline;
use super::dial::dial;
use super::session::Session;
use super::{Client, Transport};
use crate::protocol::DEFAULT_MAX_MESSAGE_SIZE;
use crate::{Address, Error};

/// The options of a [`Client`], and the ways to make one.
///
/// ```no_run
/// # use std::time::Duration;
/// # use qmp_client::blocking::Client;
/// let address = "unix:/run/vm.qmp".parse()?;
/// let client = Client::builder().call_timeout(Duration::from_secs(120)).connect(&address)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Builder {
    connect_timeout: Duration,
    call_timeout: Duration,
    pub(super) event_capacity: usize,
    pub(super) max_message_size: usize,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            call_timeout: Duration::from_secs(30),
            event_capacity: 1024,
            max_message_size: DEFAULT_MAX_MESSAGE_SIZE,
        }
    }
}

impl Builder {
    /// How long connecting, the greeting and the negotiation may take together; 5 s by default. The
    /// resolution of a host name is not bounded.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long a command may take, from its first byte to its reply; 30 s by default.
    #[must_use]
    pub fn call_timeout(mut self, timeout: Duration) -> Self {
        self.call_timeout = timeout;
        self
    }

    /// How many events may wait for their reader, at least 1; 1024 by default. When there are more, the
    /// oldest is dropped, and [`Error::EventsLost`] tells the reader.
    #[must_use]
    pub fn event_capacity(mut self, events: usize) -> Self {
        self.event_capacity = events;
        self
    }

    /// How many bytes a message of the server may have; [`DEFAULT_MAX_MESSAGE_SIZE`] by default. It is the
    /// memory that a faulty server can make the client use.
    #[must_use]
    pub fn max_message_size(mut self, bytes: usize) -> Self {
        self.max_message_size = bytes;
        self
    }

    /// Connects to a monitor and negotiates.
    ///
    /// # Errors
    /// [`Error::Connect`], [`Error::NoGreeting`], [`Error::ClosedEarly`], and those of a command for the negotiation.
    pub fn connect(&self, address: &Address) -> Result<Client, Error> {
        let deadline = Deadline::after(self.connect_timeout);
        let connect_error = |error: io::Error| match error.kind() {
            // Nobody accepts: the monitor serves another client and has no place for one more to wait.
            io::ErrorKind::TimedOut if matches!(address, Address::Unix(_)) => self.no_greeting(Some(address)),
            _ => Error::Connect { address: address.clone(), error },
        };
        let transport = dial(address, &deadline).map_err(connect_error)?;
        self.negotiate(transport, Some(address), &deadline)
    }

    /// Negotiates over a transport that is connected already.
    ///
    /// # Errors
    /// [`Error::NoGreeting`], [`Error::ClosedEarly`], and those of a command for the negotiation.
    pub fn over(&self, transport: impl Transport + 'static) -> Result<Client, Error> {
        self.negotiate(Box::new(transport), None, &Deadline::after(self.connect_timeout))
    }

    fn negotiate(
        &self,
        transport: Box<dyn Transport>,
        address: Option<&Address>,
        deadline: &Deadline,
    ) -> Result<Client, Error> {
        let mut session = Session::new(transport, self);
        let early = |error| match error {
            Error::Closed => Error::ClosedEarly { address: address.cloned() },
            other => other,
        };
        let greeting = session.greeting(deadline).map_err(early)?.ok_or_else(|| self.no_greeting(address))?;
        let command = || "qmp_capabilities".into();
        match session.negotiate(deadline).map_err(early)? {
            Some(Ok(())) => Ok(Client { session, greeting, call_timeout: self.call_timeout }),
            Some(Err(error)) => Err(Error::Server { command: command(), error }),
            None => Err(Error::Timeout { command: command(), after: self.connect_timeout }),
        }
    }

    fn no_greeting(&self, address: Option<&Address>) -> Error {
        Error::NoGreeting { address: address.cloned(), after: self.connect_timeout }
    }
}
