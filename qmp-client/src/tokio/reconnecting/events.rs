//! Streams of events that outlive a connection.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use ::tokio::time::timeout_at;
use futures_core::Stream;
use qmp_types::{Event, EventSet, TimedEvent};

use super::Handle;
use super::shared::End;
use crate::tokio::{Client, deadline, events};
use crate::{Error, EventRecord};

/// Which events a stream takes: those of a name, or all.
pub(super) type Filter = Option<&'static str>;

/// How many connections' events may wait for the reader of a stream: those of the present one, and of the one before.
const SOURCES: usize = 2;

/// The events of one connection after the other, for one reader.
pub(super) struct Feed {
    filter: Filter,
    state: Mutex<FeedState>,
}

#[derive(Default)]
struct FeedState {
    sources: VecDeque<Source>,
    end: Option<End>,
    reader: Option<Waker>,
}

/// The events of one connection.
struct Source {
    events: events::Events,
    /// Whether the reader is still to be told that events may be missing before these.
    is_after_gap: bool,
}

impl Feed {
    pub(super) fn new(filter: Filter) -> Self {
        Self { filter, state: Mutex::default() }
    }

    /// There is a new connection.
    pub(super) fn connected(&self, client: &Client, is_after_gap: bool) {
        let mut state = self.lock();
        if state.sources.len() == SOURCES {
            state.sources.pop_front();
        }
        let events = events::Events::new(&client.handle, self.filter);
        state.sources.push_back(Source { events, is_after_gap });
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
        while let Some(source) = state.sources.front_mut() {
            if std::mem::take(&mut source.is_after_gap) {
                return Poll::Ready(Err(Error::EventsMayBeMissed));
            }
            match source.events.poll_event(cx) {
                Poll::Ready(Err(Error::EventsLost { count })) => {
                    return Poll::Ready(Err(Error::EventsLost { count }));
                }
                // Why the connection is over is a matter of the client's state.
                Poll::Ready(Err(_)) => state.sources.pop_front(),
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

/// The events that have come since this stream was made, of one connection after the other. See
/// [`Reconnecting::events`](super::Reconnecting::events).
///
/// Where a connection was lost, what came before is still given. [`Error::EventsMayBeMissed`] follows once the next
/// connection is there, and then its events: time to ask the server how things are. Of a reader who is more than a
/// connection late, the oldest events are dropped; these too are what may be missed.
///
/// It holds the client open, and is a [`Stream`] too: of events, and of [`Error::EventsMayBeMissed`] and
/// [`Error::EventsLost`] between them. It ends where the client is closed; if the client gives up, that is its last
/// item.
pub struct Events {
    handle: Arc<Handle>,
    feed: Arc<Feed>,
    id: u64,
    is_over: bool,
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        self.handle.shared.unsubscribe(self.id);
    }
}

impl Events {
    pub(super) fn new(handle: &Arc<Handle>, filter: Filter) -> Self {
        let (id, feed) = handle.shared.subscribe(filter);
        Self { handle: Arc::clone(handle), feed, id, is_over: false }
    }

    /// Takes the oldest event that nobody took, or waits for one, also while there is no connection; `None` when none
    /// comes within `wait`.
    ///
    /// Dropped before it has an event, it takes none.
    ///
    /// # Errors
    /// [`Error::EventsMayBeMissed`] once for each new connection, and [`Error::EventsLost`] once after each loss:
    /// reading goes on behind them. [`Error::Closed`] and [`Error::GaveUp`] when all events are taken and there will
    /// be none any more.
    pub async fn next(&mut self, wait: Duration) -> Result<Option<EventRecord>, Error> {
        timeout_at(deadline(wait), poll_fn(|cx| self.feed.poll(cx))).await.ok().transpose()
    }

    /// As [`next`](Self::next), decoded as one of a set such as all events of a schema.
    ///
    /// # Errors
    /// As [`next`](Self::next); [`Error::Decode`] when the event's data is not of its type.
    pub async fn next_of<S: EventSet>(&mut self, wait: Duration) -> Result<Option<TimedEvent<S>>, Error> {
        let Some(record) = self.next(wait).await? else { return Ok(None) };
        Ok(Some(TimedEvent::new(record.decode_any()?, record.timestamp())))
    }
}

impl Stream for Events {
    type Item = Result<EventRecord, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.is_over {
            return Poll::Ready(None);
        }
        self.feed.poll(cx).map(|event| match event {
            Err(Error::Closed) => {
                self.is_over = true;
                None
            }
            Err(error) => {
                self.is_over = error.is_disconnected();
                Some(Err(error))
            }
            event => Some(event),
        })
    }
}

/// The events of one type. See [`Reconnecting::subscribe`](super::Reconnecting::subscribe).
pub struct Subscription<E> {
    events: Events,
    event: PhantomData<fn() -> E>,
}

impl<E> fmt::Debug for Subscription<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription").finish_non_exhaustive()
    }
}

impl<E: Event> Subscription<E> {
    pub(super) fn new(events: Events) -> Self {
        Self { events, event: PhantomData }
    }

    /// As [`Events::next`], decoded.
    ///
    /// # Errors
    /// As [`Events::next`]; [`Error::Decode`] when the event's data is not of its type.
    pub async fn next(&mut self, wait: Duration) -> Result<Option<TimedEvent<E>>, Error> {
        self.events.next(wait).await?.map(|record| record.decode_timed()).transpose()
    }
}

impl<E: Event> Stream for Subscription<E> {
    type Item = Result<TimedEvent<E>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut self.events).poll_next(cx).map(|item| item.map(|event| event?.decode_timed()))
    }
}
