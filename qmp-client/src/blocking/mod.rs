//! The clients that block the calling thread: of a monitor, and of a guest agent.

mod agent;
mod engine;
mod events;
mod halves;
pub mod jobs;
pub mod migration;
mod role;
mod transport;

use std::fmt;
use std::io;
use std::sync::Arc;

use qmp_types::qmp::commands::QueryQmpSchema;
use qmp_types::{Command, Event, TimedEvent};
use serde_json::value::RawValue;

use self::engine::Engine;
use crate::connect::connect;
use crate::deadline::Deadline;
use crate::introspection::{Fetched, ServerSchema};
use crate::observe::Observed;
use crate::outcome::{returned, returned_raw};
use crate::protocol::Arguments;
use crate::{Address, CallOptions, Error, Greeting, Options};

pub use self::agent::{Agent, Frozen};
pub use self::events::{Events, Subscription};
pub use self::halves::Halves;
pub use self::transport::Transport;

/// A connection to a QMP monitor. Clones share it, also between threads.
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
/// let client = Client::connect(&"unix:/run/vm.qmp".parse()?)?;
/// let mut events = client.events();
/// println!("QEMU {}", client.greeting().version.qemu.major);
/// println!("running: {}", client.execute(&QueryStatus {})?.running);
///
/// while let Some(event) = events.next(Duration::from_secs(10))? {
///     println!("{} {:?}", event.name().escape_debug(), event.data());
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// **Deadlines.** Every wait ends, at most 10 ms behind its deadline. A command that timed out may still be carried
/// out; its late reply is recognised and dropped, and the connection stays usable.
///
/// **Events** go to those who [subscribed](Self::events) before; to nobody else. A thread of the client's own reads
/// what the server sends while no call waits.
///
/// **Errors without `id`.** The server answers so where its parser refuses a request, such as arguments with a
/// duplicate key. With one request in flight it is that request's failure; with several it cannot be told whose it
/// is, so it is dropped, and the request it was meant for times out.
///
/// **Threads.** Calls of several threads are on their way at the same time, and each gets its own reply.
#[derive(Clone)]
pub struct Client {
    handle: Arc<Handle>,
}

/// What clients and streams of events of a connection share; behind the last of them the connection is closed.
struct Handle {
    engine: Arc<Engine>,
    greeting: Arc<Greeting>,
    options: Options,
    schema: Fetched,
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.engine.close();
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("greeting", &self.handle.greeting).finish_non_exhaustive()
    }
}

impl Client {
    /// Connects to a monitor and negotiates, with the default options.
    ///
    /// # Errors
    /// [`Error::Connect`], [`Error::NoGreeting`], [`Error::ClosedEarly`], and those of a command for the negotiation.
    pub fn connect(address: &Address) -> Result<Self, Error> {
        Self::connect_with(address, &Options::default())
    }

    /// Connects to a monitor and negotiates.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub fn connect_with(address: &Address, options: &Options) -> Result<Self, Error> {
        let deadline = Deadline::after(options.connect_timeout);
        let socket = connect(address, options.connect_timeout)
            .map_err(|error| Error::connecting(address, error, options.connect_timeout))?;
        Self::open(Box::new(socket), Some(address), options, &deadline)
    }

    /// Negotiates over a transport that is connected already, with the default options.
    ///
    /// # Errors
    /// [`Error::NoGreeting`], [`Error::ClosedEarly`], and those of a command for the negotiation.
    pub fn over(transport: impl Transport + 'static) -> Result<Self, Error> {
        Self::over_with(transport, &Options::default())
    }

    /// Negotiates over a transport that is connected already.
    ///
    /// # Errors
    /// As [`over`](Self::over).
    pub fn over_with(transport: impl Transport + 'static, options: &Options) -> Result<Self, Error> {
        Self::open(Box::new(transport), None, options, &Deadline::after(options.connect_timeout))
    }

    fn open(
        transport: Box<dyn Transport>,
        address: Option<&Address>,
        options: &Options,
        deadline: &Deadline,
    ) -> Result<Self, Error> {
        let engine = Engine::start(transport, options.switchboard()).map_err(Error::Io)?;
        let opened = engine.wait(
            deadline,
            |_| Ok(()),
            |board, (), waker| board.poll_opening(waker).map(Some),
            |_, ()| None,
        );
        let greeting = engine.with(|board| board.greeting().cloned());
        match Error::unless_opened(opened, greeting, address, options.connect_timeout) {
            Ok(greeting) => {
                let handle =
                    Handle { engine, greeting, options: options.clone(), schema: Fetched::default() };
                Ok(Self { handle: Arc::new(handle) })
            }
            Err(error) => {
                engine.close();
                Err(error)
            }
        }
    }

    /// What the server said first: its version and capabilities.
    #[must_use]
    pub fn greeting(&self) -> &Greeting {
        &self.handle.greeting
    }

    /// Whether commands can be executed out-of-band: the server offers it, and the options do not exclude it.
    #[must_use]
    pub fn has_out_of_band(&self) -> bool {
        self.handle.engine.with(|board| board.has_out_of_band())
    }

    /// Executes a command and waits for its result, at most for the client's
    /// [`call_timeout`](Options::call_timeout).
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
    pub fn execute<C: Command>(&self, command: &C) -> Result<C::Return, Error> {
        self.execute_with(command, &CallOptions::default())
    }

    /// Executes a command as soon as the server reads it, before those that wait.
    ///
    /// # Errors
    /// As [`execute`](Self::execute); [`Error::Protocol`] where out-of-band execution is not enabled. A command that
    /// does not allow it is refused by the server.
    pub fn execute_oob<C: Command>(&self, command: &C) -> Result<C::Return, Error> {
        self.execute_with(command, &CallOptions::default().out_of_band())
    }

    /// Executes a command that takes file descriptors, such as `getfd` and `add-fd`, over a unix socket.
    ///
    /// # Errors
    /// As [`execute`](Self::execute); [`Error::FileDescriptors`] when they cannot be passed.
    #[cfg(unix)]
    pub fn execute_with_fds<C: Command>(
        &self,
        command: &C,
        fds: &[std::os::fd::BorrowedFd<'_>],
    ) -> Result<C::Return, Error> {
        self.execute_with(command, &CallOptions::default().fds(fds).map_err(Error::FileDescriptors)?)
    }

    /// As [`execute`](Self::execute), with options.
    ///
    /// # Errors
    /// As [`execute`](Self::execute), and those of what the options ask for.
    pub fn execute_with<C: Command>(&self, command: &C, options: &CallOptions) -> Result<C::Return, Error> {
        let result = self.call(C::NAME, &Arguments::new(command), C::SUCCESS_RESPONSE, options)?;
        returned::<C>(&result)
    }

    /// Executes a command by name, and gives its result as JSON text. `arguments` is a JSON object.
    ///
    /// # Errors
    /// As [`execute_with`](Self::execute_with), but for [`Error::Decode`].
    pub fn execute_raw(
        &self,
        name: &str,
        arguments: Option<&RawValue>,
        options: &CallOptions,
    ) -> Result<Box<RawValue>, Error> {
        let arguments = arguments.map_or_else(Arguments::none, Arguments::new);
        returned_raw(name, self.call(name, &arguments, true, options)?)
    }

    fn call(
        &self,
        name: &str,
        arguments: &Arguments,
        success_response: bool,
        options: &CallOptions,
    ) -> Result<Box<str>, Error> {
        let engine = &self.handle.engine;
        let call = options.call(name, arguments, success_response);
        if call.fds.is_some() && !engine.passes_fds() {
            return Err(Error::FileDescriptors(io::Error::new(
                io::ErrorKind::Unsupported,
                "they go over unix sockets only",
            )));
        }
        let after = options.timeout_or(self.handle.options.call_timeout);
        let observed = Observed::start(name);
        let outcome = engine.wait(
            &Deadline::after(after),
            |board| board.start(&call).map_err(Err),
            |board, id, waker| board.poll_call(id, waker),
            |board, id| {
                board.cancel(id);
                Ok(None)
            },
        );
        observed.end(Error::unless_answered(outcome, name, after))
    }

    /// What the server has, by its own description. It is asked for that once: the first call fetches it (some 200 KB, and
    /// milliseconds to read), others wait for that, later ones have it at once. If it cannot be fetched, the next call tries again.
    /// Each waits at most for the client's [`call_timeout`](Options::call_timeout).
    ///
    /// # Errors
    /// As [`execute`](Self::execute); [`Error::Schema`] when the description makes no sense.
    pub fn server_schema(&self) -> Result<Arc<ServerSchema>, Error> {
        let after = self.handle.options.call_timeout;
        let fetched = self.handle.schema.get_or_fetch(&Deadline::after(after), |remaining| {
            let options = CallOptions::new().timeout(remaining);
            let infos = self.execute_with(&QueryQmpSchema::new(), &options)?;
            ServerSchema::new(&infos).map_err(Error::Schema)
        })?;
        fetched.ok_or_else(|| Error::Timeout { command: QueryQmpSchema::NAME.into(), after })
    }

    /// The events that come from now on. There may be several such streams; each gets every event.
    #[must_use]
    pub fn events(&self) -> Events {
        Events::new(&self.handle, None)
    }

    /// The events of one type that come from now on.
    #[must_use]
    pub fn subscribe<E: Event>(&self) -> Subscription<E> {
        Subscription::new(Events::new(&self.handle, Some(E::NAME)))
    }

    /// Executes a command and waits for the event that says that it is done: `device_del` and `DEVICE_DELETED`, for
    /// example. Both together may take as long as a call.
    ///
    /// ```no_run
    /// # use qmp_client::blocking::Client;
    /// # use qmp_types::qmp::commands::DeviceDel;
    /// # use qmp_types::qmp::events::DeviceDeleted;
    /// # let client = Client::connect(&"unix:/run/vm.qmp".parse()?)?;
    /// client.execute_and_wait(&DeviceDel::new("net0"), |event: &DeviceDeleted| {
    ///     event.device.as_deref() == Some("net0")
    /// })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`execute`](Self::execute); [`Error::NoEvent`] when the command succeeded and the event did not come;
    /// [`Error::EventsLost`] when it may have been among events that were lost.
    pub fn execute_and_wait<C: Command, E: Event>(
        &self,
        command: &C,
        is_awaited: impl Fn(&E) -> bool,
    ) -> Result<(C::Return, TimedEvent<E>), Error> {
        let after = self.handle.options.call_timeout;
        let deadline = Deadline::after(after);
        let mut events = self.subscribe::<E>();
        let returned = self.execute(command)?;
        loop {
            match events.next_until(&deadline)? {
                Some(timed) if is_awaited(&timed.event) => return Ok((returned, timed)),
                Some(_) => {}
                None => return Err(Error::NoEvent { command: C::NAME.into(), event: E::NAME.into(), after }),
            }
        }
    }

    /// Closes the connection for all who share it; their calls and streams end. The server lives on, and
    /// serves the next client. Dropping the last client and stream does the same.
    pub fn close(self) {
        self.handle.engine.close();
    }
}
