//! Streams of events.

use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use ::tokio::time::{Instant, timeout_at};
use futures_core::Stream;
use qmp_types::{Event, EventSet, TimedEvent};

use super::{Handle, deadline};
use crate::switchboard::{EventFilter, QueueId};
use crate::{Error, EventRecord};

/// The events that have come since this stream was made. See [`Client::events`](super::Client::events).
///
/// At most [`event_capacity`](crate::Options::event_capacity) wait here; when there are more, the oldest is dropped.
/// The stream ends with the connection, which stays open for it.
///
/// It is a [`Stream`] too: of events, and of [`Error::EventsLost`] where some were lost. It ends where the connection
/// is closed; if it ends by a failure, that is its last item.
pub struct Events {
    handle: Arc<Handle>,
    queue: QueueId,
    is_over: bool,
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        self.handle.engine.with(|board| board.unsubscribe(self.queue));
    }
}

impl Events {
    pub(super) fn new(handle: &Arc<Handle>, filter: EventFilter) -> Self {
        let capacity = handle.options.event_capacity;
        let queue = handle.engine.with(|board| board.subscribe(filter, capacity));
        Self { handle: Arc::clone(handle), queue, is_over: false }
    }

    /// Takes the oldest event that nobody took, or waits for one; `None` when none comes within `wait`.
    ///
    /// Dropped before it has an event, it takes none.
    ///
    /// # Errors
    /// [`Error::EventsLost`] once after each loss; [`Error::Closed`], [`Error::Protocol`], [`Error::Io`] and
    /// [`Error::MessageTooLong`] when the connection has ended and all events are taken.
    pub async fn next(&mut self, wait: Duration) -> Result<Option<EventRecord>, Error> {
        self.next_until(deadline(wait)).await
    }

    /// As [`next`](Self::next), decoded as one of a set such as all events of a schema.
    ///
    /// # Errors
    /// As [`next`](Self::next); [`Error::Decode`] when the event's data is not of its type.
    pub async fn next_of<S: EventSet>(&mut self, wait: Duration) -> Result<Option<TimedEvent<S>>, Error> {
        let Some(record) = self.next(wait).await? else { return Ok(None) };
        Ok(Some(TimedEvent::new(record.decode_any()?, record.timestamp())))
    }

    pub(super) async fn next_until(&mut self, deadline: Instant) -> Result<Option<EventRecord>, Error> {
        timeout_at(deadline, poll_fn(|cx| self.poll_event(cx))).await.ok().transpose()
    }

    pub(super) fn poll_event(&self, cx: &Context<'_>) -> Poll<Result<EventRecord, Error>> {
        self.handle.engine.poll_event(self.queue, cx)
    }
}

impl Stream for Events {
    type Item = Result<EventRecord, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.is_over {
            return Poll::Ready(None);
        }
        self.poll_event(cx).map(|event| match event {
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

/// The events of one type. See [`Client::subscribe`](super::Client::subscribe).
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
        self.next_until(deadline(wait)).await
    }

    pub(super) async fn next_until(&mut self, deadline: Instant) -> Result<Option<TimedEvent<E>>, Error> {
        self.events.next_until(deadline).await?.map(|record| record.decode_timed()).transpose()
    }
}

impl<E: Event> Stream for Subscription<E> {
    type Item = Result<TimedEvent<E>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut self.events).poll_next(cx).map(|item| item.map(|event| event?.decode_timed()))
    }
}
