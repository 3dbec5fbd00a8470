//! The client that blocks the calling thread.

mod builder;
mod deadline;
mod dial;
mod link;
mod session;
mod transport;

use std::fmt;
use std::time::Duration;

use qmp_types::json::{MessageKind, Part};
use qmp_types::{Command, EventSet, TimedEvent};
use serde_json::value::RawValue;

use self::deadline::Deadline;
use self::session::{Call, Session};
use crate::protocol::Arguments;
use crate::{Address, Error, EventRecord, Greeting};

pub use self::builder::Builder;
pub use self::transport::Transport;

/// A connection to a QMP monitor.
///
/// ```no_run
/// use std::time::Duration;
///
/// use qmp_client::blocking::Client;
/// use qmp_types::{Command, json_struct};
///
/// // Bindings hold types like this one for every command.
/// struct QueryStatus {}
/// struct StatusInfo { running: bool }
/// json_struct!(QueryStatus {});
/// json_struct!(StatusInfo { required "running" => running });
/// impl Command for QueryStatus {
///     type Return = StatusInfo;
///     const NAME: &'static str = "query-status";
///     const MODULE: &'static str = "run-state";
/// }
///
/// let mut client = Client::connect(&"unix:/run/vm.qmp".parse()?)?;
/// println!("QEMU {}", client.greeting().version.qemu.major);
/// println!("running: {}", client.execute(&QueryStatus {})?.running);
///
/// while let Some(event) = client.next_raw_event(Duration::from_secs(10))? {
///     println!("{} {:?}", event.name().escape_debug(), event.data());
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// **Deadlines.** Every wait ends, at most 10 ms behind its deadline. A command that timed out may still be carried
/// out; its late reply is recognised and dropped, and the connection stays usable.
///
/// **Events** that come while a command waits are kept for [`next_event`](Self::next_event). The client
/// reads in its methods only: while none is called, events pile up in the sockets and then, without limit,
/// in QEMU's memory. Call one from time to time.
///
/// **Errors without `id`.** The server answers so where its parser refuses a request, such as arguments with a
/// duplicate key. With one request in flight it is that request's failure; while a request that timed out
/// is unanswered it cannot be told whose it is, so it is dropped, and the request it was meant for times out.
///
/// **Threads.** A client can be sent to another thread; several share one behind a mutex.
pub struct Client {
    session: Session,
    greeting: Greeting,
    call_timeout: Duration,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("greeting", &self.greeting)
            .field("call_timeout", &self.call_timeout)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// Connects to a monitor and negotiates, with the default options of [`Builder`].
    ///
    /// # Errors
    /// [`Error::Connect`], [`Error::NoGreeting`], [`Error::ClosedEarly`], and those of a command for the negotiation.
    pub fn connect(address: &Address) -> Result<Self, Error> {
        Builder::default().connect(address)
    }

    /// Negotiates over a transport that is connected already, with the default options of [`Builder`].
    ///
    /// # Errors
    /// [`Error::NoGreeting`], [`Error::ClosedEarly`], and those of a command for the negotiation.
    pub fn over(transport: impl Transport + 'static) -> Result<Self, Error> {
        Builder::default().over(transport)
    }

    /// The options, to be changed before connecting.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// What the server said first: its version and capabilities.
    #[must_use]
    pub fn greeting(&self) -> &Greeting {
        &self.greeting
    }

    /// Executes a command and waits for its result, at most for the client's
    /// [`call_timeout`](Builder::call_timeout).
    ///
    /// A command whose `SUCCESS_RESPONSE` is false (some of the guest agent's) is not answered on success:
    /// it returns as soon as it is written, and an error that the server answers with is dropped.
    ///
    /// For `quit` the end of the connection is a success, with or without the reply.
    ///
    /// # Errors
    /// [`Error::Server`] when the command failed, [`Error::Timeout`], [`Error::Decode`] when the result is
    /// not of the type, [`Error::Protocol`] when the server sent a malformed message while the command
    /// waited, [`Error::Closed`], [`Error::Io`], [`Error::MessageTooLong`].
    pub fn execute<C: Command>(&mut self, command: &C) -> Result<C::Return, Error> {
        self.execute_with_timeout(command, self.call_timeout)
    }

    /// As [`execute`](Self::execute), with a timeout of its own, at least a millisecond.
    ///
    /// # Errors
    /// As [`execute`](Self::execute).
    pub fn execute_with_timeout<C: Command>(
        &mut self,
        command: &C,
        timeout: Duration,
    ) -> Result<C::Return, Error> {
        let result = self.session.call(&Call {
            name: C::NAME,
            arguments: Arguments::new(command),
            success_response: C::SUCCESS_RESPONSE,
            timeout,
        })?;
        let reply = Part { kind: MessageKind::Reply, name: C::NAME, text: Some(result.get()) };
        reply.read().map_err(Error::Decode)
    }

    /// Executes a command by name, and gives its result as JSON text. `arguments` is a JSON object.
    ///
    /// # Errors
    /// As [`execute`](Self::execute), but for [`Error::Decode`].
    pub fn execute_raw(&mut self, name: &str, arguments: Option<&RawValue>) -> Result<Box<RawValue>, Error> {
        let arguments = arguments.map_or_else(Arguments::none, Arguments::new);
        self.session.call(&Call { name, arguments, success_response: true, timeout: self.call_timeout })
    }

    /// Takes the oldest event that nobody took, or waits for one; `None` when none comes within `wait`, at
    /// least a millisecond.
    ///
    /// # Errors
    /// [`Error::EventsLost`] once after each loss; [`Error::Decode`] when the event's data is not of the
    /// type; [`Error::Closed`] when the connection has ended and all events are taken; [`Error::Protocol`],
    /// [`Error::Io`], [`Error::MessageTooLong`].
    pub fn next_event<S: EventSet>(&mut self, wait: Duration) -> Result<Option<TimedEvent<S>>, Error> {
        let Some(record) = self.next_raw_event(wait)? else { return Ok(None) };
        Ok(Some(TimedEvent::new(record.decode_any()?, record.timestamp())))
    }

    /// As [`next_event`](Self::next_event), without decoding.
    ///
    /// # Errors
    /// As [`next_event`](Self::next_event), but for [`Error::Decode`].
    pub fn next_raw_event(&mut self, wait: Duration) -> Result<Option<EventRecord>, Error> {
        self.session.next_event(&Deadline::after(wait))
    }

    /// Closes the connection, as dropping the client does. The server lives on, and serves the next client.
    pub fn close(self) {}
}
