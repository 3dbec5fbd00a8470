//! A client that connects again.

mod backoff;
mod driver;
mod events;
mod shared;
mod state;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ::tokio::task::AbortHandle;
use ::tokio::time::{Instant, timeout_at};
use qmp_types::{Command, Event};
use serde_json::value::RawValue;

use self::shared::{End, Shared};
use super::{Client, deadline};
use crate::introspection::ServerSchema;
use crate::observe::Observed;
use crate::outcome::{returned, returned_raw};
use crate::protocol::Arguments;
use crate::switchboard::Call;
use crate::{Address, CallOptions, Error, Greeting, Options};

pub use self::backoff::Backoff;
pub use self::events::{Events, Subscription};
pub use self::state::{State, States};

/// A client that connects, and connects again where the connection is lost. Clones share it, also between threads and
/// tasks.
///
/// ```no_run
/// use std::time::Duration;
///
/// use qmp_client::Error;
/// use qmp_client::tokio::Reconnecting;
/// use qmp_types::qmp::commands::QueryStatus;
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let client = Reconnecting::connect(&"unix:/run/vm.qmp".parse()?);
/// let mut events = client.events();
/// loop {
///     match events.next(Duration::from_secs(60)).await {
///         Ok(Some(event)) => println!("{}", event.name().escape_debug()),
///         Ok(None) => println!("nothing new"),
///         // A new connection: what happened before it has to be asked for.
///         Err(Error::EventsMayBeMissed) => {
///             println!("running: {}", client.execute(&QueryStatus::new()).await?.running);
///         }
///         Err(error) => return Err(error.into()),
///     }
/// }
/// # }
/// ```
///
/// A task of its own connects and negotiates at once, and again after each loss; between tries it waits as [`Backoff`]
/// says. A server that accepts the connection and does not greet, or refuses the negotiation, is a failed try.
///
/// **A call while there is no connection** waits for one until the call's deadline; then it fails with
/// [`Error::NotConnected`], and was not sent.
///
/// **A call on its way when the connection is lost** fails, and [`Error::is_disconnected`] is true of its error. It is
/// never repeated: the server may have carried it out. Who knows that a command may be executed twice repeats the call,
/// which then waits for the next connection.
///
/// **`quit`** succeeds by the end of the connection, after which the client waits for a server to come back:
/// [`close`](Self::close) it if none will.
///
/// **Events** come in streams that live on; see [`Events`]. **States** too can be followed, by
/// [`states`](Self::states).
///
/// Calls may be dropped at any time, as those of a [`Client`]. When the last clone and stream of events are dropped,
/// the connection is closed and the task ends.
#[derive(Clone)]
pub struct Reconnecting {
    handle: Arc<Handle>,
}

/// What clones and streams of events share; behind the last of them there are no connections any more.
struct Handle {
    shared: Arc<Shared>,
    options: Options,
    driver: AbortHandle,
}

impl Handle {
    fn close(&self) {
        self.shared.end(End::Closed);
        self.driver.abort();
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.close();
    }
}

impl fmt::Debug for Reconnecting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reconnecting").field("state", &self.state()).finish_non_exhaustive()
    }
}

impl Reconnecting {
    /// A client of the monitor at an address, with the default options. It returns at once.
    ///
    /// # Panics
    /// Outside a tokio runtime. That needs its I/O and its clock enabled.
    #[must_use]
    pub fn connect(address: &Address) -> Self {
        Self::connect_with(address, &Options::default(), &Backoff::default())
    }

    /// A client of the monitor at an address. It returns at once.
    ///
    /// # Panics
    /// As [`connect`](Self::connect).
    #[must_use]
    pub fn connect_with(address: &Address, options: &Options, backoff: &Backoff) -> Self {
        let address = address.clone();
        let connect = move |options: Options| {
            let address = address.clone();
            async move { Client::connect_with(&address, &options).await }
        };
        Self::over(connect, options, backoff)
    }

    /// A client of what a function connects to: it is called for each try, with `options`, and bounds the try itself.
    /// An error is a failed try; a panic closes the client.
    ///
    /// ```no_run
    /// use qmp_client::connect::Listener;
    /// use qmp_client::tokio::reconnecting::Backoff;
    /// use qmp_client::tokio::{Client, Reconnecting};
    /// use qmp_client::{Error, Options};
    ///
    /// # fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// // For servers that connect, one after the other.
    /// let listener = std::sync::Arc::new(Listener::bind(&"unix:/run/vm.qmp".parse()?)?);
    /// let accept = move |options: Options| {
    ///     let listener = listener.clone();
    ///     async move {
    ///         let socket = listener.accept_tokio(std::time::Duration::MAX).await.map_err(Error::Io)?;
    ///         Client::over_socket(socket, &options).await
    ///     }
    /// };
    /// let client = Reconnecting::over(accept, &Options::new(), &Backoff::new());
    /// # drop(client);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    /// Outside a tokio runtime.
    #[must_use]
    pub fn over<F, C>(mut connect: F, options: &Options, backoff: &Backoff) -> Self
    where
        F: FnMut(Options) -> C + Send + 'static,
        C: Future<Output = Result<Client, Error>> + Send + 'static,
    {
        let shared = Arc::new(Shared::new());
        let each = options.clone();
        let connect: driver::Connector = Box::new(move || Box::pin(connect(each.clone())));
        let driver = ::tokio::spawn(driver::drive(Arc::clone(&shared), connect, backoff.clone()));
        let handle = Handle { shared, options: options.clone(), driver: driver.abort_handle() };
        Self { handle: Arc::new(handle) }
    }

    /// The present state.
    #[must_use]
    pub fn state(&self) -> State {
        self.handle.shared.watch().borrow().state()
    }

    /// The present state, and then each change.
    ///
    /// ```no_run
    /// # use qmp_client::tokio::{Reconnecting, reconnecting::State};
    /// # async fn run(client: Reconnecting) {
    /// let mut states = client.states();
    /// while let Some(state) = states.next().await {
    ///     match state {
    ///         State::Ready { greeting, .. } => println!("QEMU {}", greeting.version.qemu.major),
    ///         State::Lost { why, .. } => println!("no connection: {why}"),
    ///         _ => {}
    ///     }
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn states(&self) -> States {
        States::new(self.handle.shared.watch())
    }

    /// What the server said first, if there is a connection now.
    #[must_use]
    pub fn greeting(&self) -> Option<Arc<Greeting>> {
        match self.state() {
            State::Ready { greeting } => Some(greeting),
            _ => None,
        }
    }

    /// The client of the present connection, or of the next one if that is there within `wait`: for commands that
    /// belong together and are not to be spread over two connections, such as those of
    /// [`run_job`](crate::tokio::jobs::run_job). It ends with its connection.
    ///
    /// # Errors
    /// [`Error::NotConnected`], [`Error::GaveUp`], and [`Error::Closed`] when this client is closed.
    pub async fn client(&self, wait: Duration) -> Result<Client, Error> {
        let (_, client) = self.connection(0, deadline(wait), wait).await?;
        Ok(client)
    }

    /// As [`Client::execute`]; without a connection it waits for one, at most for the
    /// [`call_timeout`](Options::call_timeout), which is for both together.
    ///
    /// # Errors
    /// As [`Client::execute`]; [`Error::NotConnected`] and [`Error::GaveUp`] when there is no connection, in which
    /// case the command was not sent.
    pub async fn execute<C: Command>(&self, command: &C) -> Result<C::Return, Error> {
        self.execute_with(command, &CallOptions::default()).await
    }

    /// As [`Client::execute_oob`] and [`execute`](Self::execute).
    ///
    /// # Errors
    /// As [`Client::execute_oob`] and [`execute`](Self::execute).
    pub async fn execute_oob<C: Command>(&self, command: &C) -> Result<C::Return, Error> {
        self.execute_with(command, &CallOptions::default().out_of_band()).await
    }

    /// As [`Client::execute_with`] and [`execute`](Self::execute).
    ///
    /// # Errors
    /// As [`Client::execute_with`] and [`execute`](Self::execute).
    pub async fn execute_with<C: Command>(
        &self,
        command: &C,
        options: &CallOptions,
    ) -> Result<C::Return, Error> {
        let result = self.call(C::NAME, &Arguments::new(command), C::SUCCESS_RESPONSE, options).await?;
        returned::<C>(&result)
    }

    /// As [`Client::execute_raw`] and [`execute`](Self::execute).
    ///
    /// # Errors
    /// As [`Client::execute_raw`] and [`execute`](Self::execute).
    pub async fn execute_raw(
        &self,
        name: &str,
        arguments: Option<&RawValue>,
        options: &CallOptions,
    ) -> Result<Box<RawValue>, Error> {
        let arguments = arguments.map_or_else(Arguments::none, Arguments::new);
        returned_raw(name, self.call(name, &arguments, true, options).await?)
    }

    /// As [`Client::server_schema`], of the present connection, or of the next one. Each connection's is fetched anew, for the server
    /// may be another one: ask again after each, rather than keep what one had.
    ///
    /// A connection that is lost meanwhile costs nothing but time: asking changes nothing, and so is repeated.
    ///
    /// # Errors
    /// As [`Client::server_schema`]; [`Error::NotConnected`] and [`Error::GaveUp`] when there is no connection.
    pub async fn server_schema(&self) -> Result<Arc<ServerSchema>, Error> {
        let after = self.handle.options.call_timeout;
        let deadline = deadline(after);
        let mut tried = 0;
        loop {
            let (number, client) = self.connection(tried, deadline, after).await?;
            let outcome = client.server_schema_until(deadline, after).await;
            // What an ended connection still knows is of no use either.
            if !client.is_over() {
                return outcome;
            }
            tried = number;
        }
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
        let deadline = deadline(after);
        let call =
            Call { deadline: Some(deadline.into_std()), ..options.call(name, arguments, success_response) };
        let mut tried = 0;
        let outcome = loop {
            let (number, client) = match self.connection(tried, deadline, after).await {
                Ok(connection) => connection,
                Err(error) => break Err(error),
            };
            match client.start(&call) {
                Ok(reply) => break Error::unless_answered(reply.await, name, after),
                // The end of the connection has not become known yet. Nothing was sent: the next one will do.
                Err(_) if client.is_over() => tried = number,
                Err(error) => break Err(error),
            }
        };
        observed.end(outcome)
    }

    /// A connection behind the first `tried` ones, and its number.
    async fn connection(
        &self,
        tried: u64,
        deadline: Instant,
        after: Duration,
    ) -> Result<(u64, Client), Error> {
        let mut watch = self.handle.shared.watch();
        let found = timeout_at(deadline, watch.wait_for(|status| status.connection(tried).is_some())).await;
        match found {
            Ok(Ok(status)) => status.connection(tried).unwrap_or(Err(Error::Closed)),
            Ok(Err(_)) => Err(Error::Closed),
            Err(_) => {
                let why = self.handle.shared.watch().borrow().why();
                Err(Error::NotConnected { after, why })
            }
        }
    }

    /// The events that come from now on, of this connection and of those that follow. There may be several such
    /// streams; each gets every event.
    #[must_use]
    pub fn events(&self) -> Events {
        Events::new(&self.handle, None)
    }

    /// The events of one type that come from now on, of this connection and of those that follow.
    #[must_use]
    pub fn subscribe<E: Event>(&self) -> Subscription<E> {
        Subscription::new(Events::new(&self.handle, Some(E::NAME)))
    }

    /// Closes the connection, or ends the tries to have one, for all who share the client; their calls and streams
    /// end. The server lives on, and serves the next client. Dropping the last client and stream does the same.
    pub fn close(self) {
        self.handle.close();
    }
}
