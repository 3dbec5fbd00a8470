//! Servers that come and go as a test wants it.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex};

use qmp_client::mock::{Builder, Request, tokio::Server};
use qmp_client::tokio::reconnecting::{Backoff, State, States};
use qmp_client::tokio::{Client, Reconnecting};
use qmp_client::{Error, Options};
use qmp_types::{Served, json};
use tokio::io::{DuplexStream, duplex};
use tokio::time::Instant;

/// A server that says yes to all that it is asked.
pub(crate) fn agreeable() -> Builder {
    Builder::service(|| |_: &Request| -> Served { Ok(Some(json::to_raw_value(&()))) })
}

/// What a try to connect meets.
pub(crate) enum Try {
    /// Nobody.
    Nobody,
    /// Somebody who never says anything.
    Silence,
    /// A server.
    Server(Builder),
}

/// The tries of a client, and the servers that they met. When there is no further try planned, the client waits.
#[derive(Clone, Default)]
pub(crate) struct Tries {
    planned: Arc<Mutex<VecDeque<Try>>>,
    pub(crate) times: Arc<Mutex<Vec<Instant>>>,
    servers: Arc<Mutex<Vec<Server>>>,
    silent: Arc<Mutex<Vec<DuplexStream>>>,
}

impl Tries {
    pub(crate) fn new(planned: impl IntoIterator<Item = Try>) -> Self {
        Self { planned: Arc::new(Mutex::new(planned.into_iter().collect())), ..Self::default() }
    }

    /// The client that makes the tries.
    pub(crate) fn client(&self, backoff: &Backoff) -> Reconnecting {
        let tries = self.clone();
        Reconnecting::over(move |options| tries.clone().make(options), &Options::new(), backoff)
    }

    async fn make(self, options: Options) -> Result<Client, Error> {
        self.times.lock().unwrap().push(Instant::now());
        let planned = self.planned.lock().unwrap().pop_front();
        let Some(planned) = planned else { return std::future::pending().await };
        let (ours, theirs) = duplex(1 << 10);
        match planned {
            Try::Nobody => return Err(Error::Io(io::ErrorKind::ConnectionRefused.into())),
            Try::Silence => self.silent.lock().unwrap().push(theirs),
            Try::Server(builder) => self.servers.lock().unwrap().push(Server::serve(builder, theirs)),
        }
        Client::over_with(ours, &options).await
    }

    /// Does something with the latest server.
    pub(crate) fn with_server<T>(&self, act: impl FnOnce(&Server) -> T) -> T {
        act(self.servers.lock().unwrap().last().unwrap())
    }

    /// Has the latest server vanish.
    pub(crate) fn kill(&self) {
        self.servers.lock().unwrap().pop().unwrap();
    }

    /// Waits until the client has left the latest server.
    pub(crate) async fn left(&self) {
        let server = self.servers.lock().unwrap().pop().unwrap();
        server.wait().await;
    }
}

/// Reads states up to one.
pub(crate) async fn until(states: &mut States, is_awaited: impl Fn(&State) -> bool) -> State {
    loop {
        let state = states.next().await.expect("a further state");
        if is_awaited(&state) {
            return state;
        }
    }
}

pub(crate) async fn until_ready(states: &mut States) {
    until(states, |state| matches!(state, State::Ready { .. })).await;
}

pub(crate) async fn until_lost(states: &mut States) {
    until(states, |state| matches!(state, State::Lost { .. })).await;
}
