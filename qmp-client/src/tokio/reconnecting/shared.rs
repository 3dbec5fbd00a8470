//! What all who share a client that reconnects know of its connections.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use ::tokio::sync::watch;

use super::State;
use super::events::Feed;
use crate::Error;
use crate::switchboard::EventFilter;
use crate::tokio::Client;

/// How many states are kept for those who read them late.
pub(super) const RECENT: usize = 16;

/// What is shared. One lock is around all of it, so that no stream of events can be made between a connection and what
/// is told of it.
pub(super) struct Shared {
    status: watch::Sender<Status>,
}

/// How things are.
pub(super) struct Status {
    /// The latest states, at least one.
    recent: VecDeque<State>,
    /// How many states there were.
    count: u64,
    /// The connection, where there is one.
    client: Option<Client>,
    /// How many connections there were, this one among them.
    connections: u64,
    /// Why the latest connection or try failed.
    why: Option<Arc<Error>>,
    end: Option<End>,
    feeds: BTreeMap<u64, Arc<Feed>>,
    last_feed: u64,
}

/// Why there will be no further connection.
#[derive(Debug, Clone)]
pub(super) enum End {
    Closed,
    GaveUp { tries: u32, why: Arc<Error> },
}

impl From<End> for Error {
    fn from(end: End) -> Self {
        match end {
            End::Closed => Self::Closed,
            End::GaveUp { tries, why } => Self::GaveUp { tries, why },
        }
    }
}

impl Shared {
    pub(super) fn new() -> Self {
        let status = Status {
            recent: VecDeque::from([State::Connecting { attempt: 1 }]),
            count: 1,
            client: None,
            connections: 0,
            why: None,
            end: None,
            feeds: BTreeMap::new(),
            last_feed: 0,
        };
        Self { status: watch::Sender::new(status) }
    }

    pub(super) fn watch(&self) -> watch::Receiver<Status> {
        self.status.subscribe()
    }

    /// A try to connect begins.
    pub(super) fn connecting(&self, attempt: u32) {
        self.status.send_modify(|status| status.enter(State::Connecting { attempt }));
    }

    /// There is a connection.
    pub(super) fn connected(&self, client: &Client) {
        self.status.send_modify(|status| status.connected(client));
    }

    /// The connection is lost, or the try to connect failed.
    pub(super) fn lost(&self, why: &Arc<Error>) {
        self.status.send_modify(|status| {
            status.client = None;
            status.why = Some(Arc::clone(why));
            status.enter(State::Lost { why: Arc::clone(why) });
        });
    }

    /// There will be no further connection, and the one that is there ends.
    pub(super) fn end(&self, end: End) {
        self.status.send_modify(|status| status.finish(end));
    }

    /// Whether there will be no further connection.
    pub(super) fn is_over(&self) -> bool {
        self.status.borrow().end.is_some()
    }

    /// A stream of events, beginning with those of the present connection.
    pub(super) fn subscribe(&self, filter: EventFilter) -> (u64, Arc<Feed>) {
        let feed = Arc::new(Feed::new(filter));
        let mut id = 0;
        // Nobody waits for streams.
        self.status.send_if_modified(|status| {
            id = status.add(&feed);
            false
        });
        (id, feed)
    }

    pub(super) fn unsubscribe(&self, id: u64) {
        self.status.send_if_modified(|status| {
            status.feeds.remove(&id);
            false
        });
    }
}

impl Status {
    pub(super) fn state(&self) -> State {
        self.recent.back().cloned().unwrap_or(State::Closed)
    }

    /// How many states there were.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// The state that is the `number`th of all, from 0, or the earliest behind it that is still known; with its number.
    pub(super) fn state_from(&self, number: u64) -> Option<(u64, State)> {
        let oldest = self.count - self.recent.len() as u64;
        let number = number.max(oldest);
        let index = usize::try_from(number - oldest).ok()?;
        Some((number, self.recent.get(index)?.clone()))
    }

    pub(super) fn why(&self) -> Option<Arc<Error>> {
        self.why.clone()
    }

    /// A connection behind the first `tried` ones, with its number; an error if there will be none.
    pub(super) fn connection(&self, tried: u64) -> Option<Result<(u64, Client), Error>> {
        if let Some(end) = &self.end {
            return Some(Err(end.clone().into()));
        }
        let client = self.client.as_ref().filter(|_| self.connections > tried)?;
        Some(Ok((self.connections, client.clone())))
    }

    fn enter(&mut self, state: State) {
        if self.end.is_some() {
            return;
        }
        if self.recent.len() == RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(state);
        self.count += 1;
    }

    fn connected(&mut self, client: &Client) {
        if self.end.is_some() {
            return;
        }
        let is_after_gap = self.connections > 0;
        self.connections += 1;
        // Before any call can be made on it: what a caller learns is not older than what the streams tell.
        for feed in self.feeds.values() {
            feed.connected(client, is_after_gap);
        }
        self.client = Some(client.clone());
        self.enter(State::Ready { greeting: Arc::clone(&client.handle.greeting) });
    }

    fn finish(&mut self, end: End) {
        if self.end.is_some() {
            return;
        }
        self.enter(State::Closed);
        if let Some(client) = self.client.take() {
            client.close();
        }
        for feed in self.feeds.values() {
            feed.ended(end.clone());
        }
        self.end = Some(end);
    }

    fn add(&mut self, feed: &Arc<Feed>) -> u64 {
        if let Some(client) = &self.client {
            feed.connected(client, false);
        }
        if let Some(end) = &self.end {
            feed.ended(end.clone());
        }
        self.last_feed += 1;
        self.feeds.insert(self.last_feed, Arc::clone(feed));
        self.last_feed
    }
}
