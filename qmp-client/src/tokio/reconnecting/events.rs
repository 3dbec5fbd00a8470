//! Streams of events that outlive a connection.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use super::Handle;
use super::shared::End;
use crate::switchboard::EventFilter;
use crate::tokio::Client;
use crate::tokio::events::{OfConnection, Source};
use crate::{Error, EventRecord};

/// How many connections' events may wait for the reader of a stream: those of the present one, and of the one before.
const PARTS: usize = 2;

/// The events of one connection after the other, for one reader.
pub(super) struct Feed {
    filter: EventFilter,
    state: Mutex<FeedState>,
}

#[derive(Default)]
struct FeedState {
    parts: VecDeque<Part>,
    end: Option<End>,
    reader: Option<Waker>,
}

/// The events of one connection.
struct Part {
    events: OfConnection,
    /// Whether the reader is still to be told that events may be missing before these.
    is_after_gap: bool,
}

impl Feed {
    pub(super) fn new(filter: EventFilter) -> Self {
        Self { filter, state: Mutex::default() }
    }

    /// There is a new connection.
    pub(super) fn connected(&self, client: &Client, is_after_gap: bool) {
        let mut state = self.lock();
        if state.parts.len() == PARTS {
            state.parts.pop_front();
        }
        let events = OfConnection::new(&client.handle, self.filter);
        state.parts.push_back(Part { events, is_after_gap });
        state.wake();
    }

    /// There will be no further connection.
    pub(super) fn ended(&self, end: End) {
        let mut state = self.lock();
        state.end = Some(end);
        state.wake();
    }

    fn poll(&self, cx: &Context<'_>) -> Poll<Result<EventRecord, Error>> {
        let mut state = self.lock();
        while let Some(part) = state.parts.front_mut() {
            if std::mem::take(&mut part.is_after_gap) {
                return Poll::Ready(Err(Error::EventsMayBeMissed));
            }
            match part.events.poll_event(cx) {
                Poll::Ready(Err(Error::EventsLost { count })) => {
                    return Poll::Ready(Err(Error::EventsLost { count }));
                }
                // Why the connection is over is a matter of the client's state.
                Poll::Ready(Err(_)) => state.parts.pop_front(),
                event => return event,
            };
        }
        if let Some(end) = &state.end {
            return Poll::Ready(Err(end.clone().into()));
        }
        state.reader = Some(cx.waker().clone());
        Poll::Pending
    }

    fn lock(&self) -> MutexGuard<'_, FeedState> {
        // Nothing that runs under the lock leaves the state half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FeedState {
    fn wake(&mut self) {
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }
}

/// The events of a client that reconnects, which is held open for them.
pub(super) struct OfConnections {
    handle: Arc<Handle>,
    feed: Arc<Feed>,
    id: u64,
}

impl OfConnections {
    pub(super) fn new(handle: &Arc<Handle>, filter: EventFilter) -> Self {
        let (id, feed) = handle.shared.subscribe(filter);
        Self { handle: Arc::clone(handle), feed, id }
    }
}

impl Drop for OfConnections {
    fn drop(&mut self) {
        self.handle.shared.unsubscribe(self.id);
    }
}

impl Source for OfConnections {
    fn poll_event(&self, cx: &Context<'_>) -> Poll<Result<EventRecord, Error>> {
        self.feed.poll(cx)
    }
}
