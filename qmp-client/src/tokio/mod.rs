//! The clients for tokio: of a monitor, and of a guest agent.

mod agent;
mod engine;
mod events;
pub mod jobs;
pub mod migration;
pub mod reconnecting;
mod transport;

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use ::tokio::io::{AsyncRead, AsyncWrite};
use ::tokio::sync::OnceCell;
use ::tokio::time::{Instant, timeout_at};
use qmp_types::qmp::commands::QueryQmpSchema;
use qmp_types::{Command, Event, TimedEvent};
use serde_json::value::RawValue;

use self::engine::Engine;
use self::transport::{Plain, Transport};
use crate::connect::{TokioSocket, connect_tokio};
use crate::introspection::ServerSchema;
use crate::observe::Observed;
use crate::outcome::{returned, returned_raw};
use crate::protocol::{Arguments, RequestId};
use crate::switchboard::{Call, Outcome};
use crate::{Address, CallOptions, Error, Greeting, Options};

pub use self::agent::{Agent, Frozen};
pub use self::events::{Events, Subscription};
pub use self::reconnecting::Reconnecting;

/// A connection to a QMP monitor. Clones share it, also between threads and tasks.
///
/// ```no_run
/// use qmp_client::tokio::Client;
/// use qmp_types::qmp::commands::QueryStatus;
/// use qmp_types::qmp::events::Shutdown;
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let client = Client::connect(&"unix:/run/vm.qmp".parse()?).await?;
/// let mut shutdowns = client.subscribe::<Shutdown>();
/// println!("running: {}", client.execute(&QueryStatus::new()).await?.running);
///
/// let shutdown = shutdowns.next(std::time::Duration::from_secs(60)).await?;
/// println!("shut down: {}", shutdown.is_some());
/// # Ok(())
/// # }
/// ```
///
/// It needs a runtime with I/O and time enabled, on which a task of the client's own reads and writes.
///
/// **Deadlines.** Every call has one. A command that timed out may still be carried out; its late reply is recognised
/// and dropped, and the connection stays usable.
///
/// **Cancellation.** A call may be dropped at any time. If nothing of its request was written, the command is not
/// executed; else it may be, and its reply is dropped.
///
/// **Order.** Commands of one task are executed in their order, and pipelined: many may be on their way at a time. The
/// client never has more on their way than the server takes without blocking what is out-of-band.
///
/// **Events** go to those who [subscribed](Self::events) before; to nobody else. What the server sends is read
/// whether anybody waits or not.
///
/// **Errors without `id`.** The server answers so where its parser refuses a request, such as arguments with a
/// duplicate key. With one request in flight it is that request's failure; with several it cannot be told whose it
/// is, so it is dropped, and the request it was meant for times out.
#[derive(Clone)]
pub struct Client {
    handle: Arc<Handle>,
}

/// What clients and streams of events of a connection share; behind the last of them the connection is closed.
struct Handle {
    engine: Arc<Engine>,
    greeting: Arc<Greeting>,
    options: Options,
    schema: OnceCell<Arc<ServerSchema>>,
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

/// Closes a connection that is not opened in the end.
struct Opening(Option<Arc<Engine>>);

impl Drop for Opening {
    fn drop(&mut self) {
        if let Some(engine) = &self.0 {
            engine.close();
        }
    }
}

/// A call whose reply is waited for; `None` when its deadline has passed. Dropped before, it is cancelled.
struct Reply<'e> {
    engine: &'e Engine,
    id: RequestId,
    is_taken: bool,
}

impl Future for Reply<'_> {
    type Output = Result<Option<Outcome>, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let outcome = self.engine.poll_call(self.id, cx);
        self.is_taken = outcome.is_ready();
        outcome
    }
}

impl Drop for Reply<'_> {
    fn drop(&mut self) {
        if !self.is_taken {
            self.engine.cancel(self.id);
        }
    }
}

impl Client {
    /// Connects to a monitor and negotiates, with the default options.
    ///
    /// # Errors
    /// [`Error::Connect`], [`Error::NoGreeting`], [`Error::ClosedEarly`], and those of a command for the negotiation.
    pub async fn connect(address: &Address) -> Result<Self, Error> {
        Self::connect_with(address, &Options::default()).await
    }

    /// Connects to a monitor and negotiates.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub async fn connect_with(address: &Address, options: &Options) -> Result<Self, Error> {
        let deadline = deadline(options.connect_timeout);
        let socket = connect_tokio(address, options.connect_timeout)
            .await
            .map_err(|error| Error::connecting(address, error, options.connect_timeout))?;
        Self::open(transport(socket), Some(address), options, deadline).await
    }

    /// Negotiates over a stream that is connected already, with the default options.
    ///
    /// # Errors
    /// [`Error::NoGreeting`], [`Error::ClosedEarly`], and those of a command for the negotiation.
    pub async fn over(stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) -> Result<Self, Error> {
        Self::over_with(stream, &Options::default()).await
    }

    /// Negotiates over a stream that is connected already.
    ///
    /// # Errors
    /// As [`over`](Self::over).
    pub async fn over_with(
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        options: &Options,
    ) -> Result<Self, Error> {
        Self::open(Box::new(Plain(stream)), None, options, deadline(options.connect_timeout)).await
    }

    /// Negotiates over a socket: over any other stream too, but this one may carry file descriptors.
    ///
    /// # Errors
    /// As [`over`](Self::over).
    pub async fn over_socket(socket: TokioSocket, options: &Options) -> Result<Self, Error> {
        Self::open(transport(socket), None, options, deadline(options.connect_timeout)).await
    }

    async fn open(
        transport: Box<dyn Transport>,
        address: Option<&Address>,
        options: &Options,
        deadline: Instant,
    ) -> Result<Self, Error> {
        let engine = Engine::start(transport, options.switchboard());
        let mut opening = Opening(Some(Arc::clone(&engine)));
        let opened = poll_fn(|cx| engine.with(|board| board.poll_opening(cx.waker())));
        let opened = timeout_at(deadline, opened).await.ok();
        let greeting = engine.with(|board| board.greeting().cloned());
        let greeting = Error::unless_opened(opened, greeting, address, options.connect_timeout)?;
        opening.0 = None;
        let handle = Handle { engine, greeting, options: options.clone(), schema: OnceCell::new() };
        Ok(Self { handle: Arc::new(handle) })
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
    pub async fn execute<C: Command>(&self, command: &C) -> Result<C::Return, Error> {
        self.execute_with(command, &CallOptions::default()).await
    }

    /// Executes a command as soon as the server reads it, before those that wait.
    ///
    /// # Errors
    /// As [`execute`](Self::execute); [`Error::Protocol`] where out-of-band execution is not enabled. A command that
    /// does not allow it is refused by the server.
    pub async fn execute_oob<C: Command>(&self, command: &C) -> Result<C::Return, Error> {
        self.execute_with(command, &CallOptions::default().out_of_band()).await
    }

    /// Executes a command that takes file descriptors, such as `getfd` and `add-fd`, over a unix socket.
    ///
    /// # Errors
    /// As [`execute`](Self::execute); [`Error::FileDescriptors`] when they cannot be passed.
    #[cfg(unix)]
    pub async fn execute_with_fds<C: Command>(
        &self,
        command: &C,
        fds: &[std::os::fd::BorrowedFd<'_>],
    ) -> Result<C::Return, Error> {
        let options = CallOptions::default().fds(fds).map_err(Error::FileDescriptors)?;
        self.execute_with(command, &options).await
    }

    /// As [`execute`](Self::execute), with options.
    ///
    /// # Errors
    /// As [`execute`](Self::execute), and those of what the options ask for.
    pub async fn execute_with<C: Command>(
        &self,
        command: &C,
        options: &CallOptions,
    ) -> Result<C::Return, Error> {
        let result = self.call(C::NAME, &Arguments::new(command), C::SUCCESS_RESPONSE, options).await?;
        returned::<C>(&result)
    }

    /// Executes a command by name, and gives its result as JSON text. `arguments` is a JSON object.
    ///
    /// # Errors
    /// As [`execute_with`](Self::execute_with), but for [`Error::Decode`].
    pub async fn execute_raw(
        &self,
        name: &str,
        arguments: Option<&RawValue>,
        options: &CallOptions,
    ) -> Result<Box<RawValue>, Error> {
        let arguments = arguments.map_or_else(Arguments::none, Arguments::new);
        returned_raw(name, self.call(name, &arguments, true, options).await?)
    }

    async fn call(
        &self,
        name: &str,
        arguments: &Arguments,
        success_response: bool,
        options: &CallOptions,
    ) -> Result<Box<str>, Error> {
        let after = options.timeout_or(self.handle.options.call_timeout);
        let observed = Observed::start(name);
        let deadline = Some(deadline(after).into_std());
        let call = Call { deadline, ..options.call(name, arguments, success_response) };
        let outcome = self.start(&call)?.await;
        observed.end(Error::unless_answered(outcome, name, after))
    }

    /// What the server has, by its own description. It is asked for that once: the first call fetches it (some 200 KB, and
    /// milliseconds to read), others wait for that, later ones have it at once. If it cannot be fetched, or the call that
    /// fetches it is dropped, the next one tries again. Each waits at most for the client's
    /// [`call_timeout`](Options::call_timeout).
    ///
    /// # Errors
    /// As [`execute`](Self::execute); [`Error::Schema`] when the description makes no sense.
    pub async fn server_schema(&self) -> Result<Arc<ServerSchema>, Error> {
        let after = self.handle.options.call_timeout;
        self.server_schema_until(deadline(after), after).await
    }

    /// As [`server_schema`](Self::server_schema), within a wait of `after` that ends at a deadline.
    async fn server_schema_until(
        &self,
        deadline: Instant,
        after: std::time::Duration,
    ) -> Result<Arc<ServerSchema>, Error> {
        let fetched = self.handle.schema.get_or_try_init(async || {
            let remaining = deadline.saturating_duration_since(Instant::now());
            let options = CallOptions::new().timeout(remaining);
            let infos = self.execute_with(&QueryQmpSchema::new(), &options).await?;
            ServerSchema::new(&infos).map(Arc::new).map_err(Error::Schema)
        });
        match timeout_at(deadline, fetched).await {
            Ok(schema) => schema.cloned(),
            Err(_) => Err(Error::Timeout { command: QueryQmpSchema::NAME.into(), after }),
        }
    }

    /// Makes a request. If that fails, nothing was sent.
    fn start(&self, call: &Call<'_>) -> Result<Reply<'_>, Error> {
        let engine = &*self.handle.engine;
        if call.fds.is_some() && !engine.passes_fds() {
            return Err(Error::FileDescriptors(io::Error::new(
                io::ErrorKind::Unsupported,
                "they go over unix sockets only",
            )));
        }
        Ok(Reply { engine, id: engine.call(call)?, is_taken: false })
    }

    /// Waits for the end of the connection: why it is over. One may wait so at a time.
    async fn ended(&self) -> Error {
        poll_fn(|cx| self.handle.engine.with(|board| board.poll_end(cx.waker()))).await
    }

    fn is_over(&self) -> bool {
        self.handle.engine.with(|board| board.is_over())
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
    /// # Errors
    /// As [`execute`](Self::execute); [`Error::NoEvent`] when the command succeeded and the event did not come;
    /// [`Error::EventsLost`] when it may have been among events that were lost.
    pub async fn execute_and_wait<C: Command, E: Event>(
        &self,
        command: &C,
        is_awaited: impl Fn(&E) -> bool,
    ) -> Result<(C::Return, TimedEvent<E>), Error> {
        let after = self.handle.options.call_timeout;
        let deadline = deadline(after);
        let mut events = self.subscribe::<E>();
        let returned = self.execute(command).await?;
        loop {
            match events.next_until(deadline).await? {
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

fn transport(socket: TokioSocket) -> Box<dyn Transport> {
    match socket {
        #[cfg(unix)]
        TokioSocket::Unix(stream) => Box::new(stream),
        TokioSocket::Tcp(stream) => Box::new(Plain(stream)),
    }
}

/// The deadline after a wait of `timeout`; far away where the clock cannot say it.
fn deadline(timeout: std::time::Duration) -> Instant {
    /// About 30 years.
    const FAR: std::time::Duration = std::time::Duration::from_secs(30 * 365 * 86_400);
    let now = Instant::now();
    now.checked_add(timeout).unwrap_or_else(|| now + FAR)
}
