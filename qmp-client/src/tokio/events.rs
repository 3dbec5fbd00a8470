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
use qmp_types::{Command, Event, EventSet, TimedEvent};

use super::{Handle, deadline};
use crate::switchboard::{EventFilter, QueueId};
use crate::{Error, EventRecord};

/// Where the events of a stream come from.
pub(super) trait Source: Send + Sync {
    /// Takes the oldest event that nobody took, or has the task woken when there is one.
    fn poll_event(&self, cx: &Context<'_>) -> Poll<Result<EventRecord, Error>>;
}

/// The events of one connection, which stays open for them.
pub(super) struct OfConnection {
    handle: Arc<Handle>,
    queue: QueueId,
}

impl OfConnection {
    pub(super) fn new(handle: &Arc<Handle>, filter: EventFilter) -> Self {
        let capacity = handle.options.event_capacity;
        let queue = handle.engine.with(|board| board.subscribe(filter, capacity));
        Self { handle: Arc::clone(handle), queue }
    }
}

impl Drop for OfConnection {
    fn drop(&mut self) {
        self.handle.engine.with(|board| board.unsubscribe(self.queue));
    }
}

impl Source for OfConnection {
    fn poll_event(&self, cx: &Context<'_>) -> Poll<Result<EventRecord, Error>> {
        self.handle.engine.poll_event(self.queue, cx)
    }
}

/// The events that have come since this stream was made. See [`Client::events`](super::Client::events) and
/// [`Reconnecting::events`](super::Reconnecting::events).
///
/// At most [`event_capacity`](crate::Options::event_capacity) wait here; when there are more, the oldest is dropped.
///
/// It is a [`Stream`] too: of events, and of [`Error::EventsLost`] and [`Error::EventsMayBeMissed`] where some were lost.
/// It ends where the client is closed; if it ends by a failure, that is its last item.
///
/// **Of a [`Client`](super::Client)** the stream ends with the connection, which stays open for it.
///
/// **Of a [`Reconnecting`](super::Reconnecting)** the stream holds the client open, and goes from one connection to the
/// next. Where a connection was lost, what came before is still given. [`Error::EventsMayBeMissed`] follows once the
/// next connection is there, and then its events: time to ask the server how things are. Of a reader who is more than a
/// connection late, the oldest events are dropped; these too are what may be missed.
pub struct Events {
    source: Box<dyn Source>,
    is_over: bool,
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}

impl Events {
    pub(super) fn new(source: impl Source + 'static) -> Self {
        Self { source: Box::new(source), is_over: false }
    }

    /// Takes the oldest event that nobody took, or waits for one; `None` when none comes within `wait`.
    ///
    /// Dropped before it has an event, it takes none.
    ///
    /// # Errors
    /// [`Error::EventsLost`] once after each loss, and of a client that reconnects [`Error::EventsMayBeMissed`] once for each
    /// new connection: reading goes on behind them. When all events are taken and there will be none any more,
    /// [`Error::Closed`]; of a client that reconnects also [`Error::GaveUp`], of any other [`Error::Protocol`],
    /// [`Error::Io`] and [`Error::MessageTooLong`].
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
        timeout_at(deadline, poll_fn(|cx| self.source.poll_event(cx))).await.ok().transpose()
    }
}

impl Stream for Events {
    type Item = Result<EventRecord, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.is_over {
            return Poll::Ready(None);
        }
        self.source.poll_event(cx).map(|event| match event {
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

/// The events of one type. See [`Client::subscribe`](super::Client::subscribe) and
/// [`Reconnecting::subscribe`](super::Reconnecting::subscribe).
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

    /// Waits for the event that says that the command `C` is done, until the deadline `after` its call.
    pub(super) async fn awaited<C: Command>(
        &mut self,
        is_awaited: impl Fn(&E) -> bool,
        deadline: Instant,
        after: Duration,
    ) -> Result<TimedEvent<E>, Error> {
        while let Some(timed) = self.next_until(deadline).await? {
            if is_awaited(&timed.event) {
                return Ok(timed);
            }
        }
        Err(Error::NoEvent { command: C::NAME.into(), event: E::NAME.into(), after })
    }
}

impl<E: Event> Stream for Subscription<E> {
    type Item = Result<TimedEvent<E>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut self.events).poll_next(cx).map(|item| item.map(|event| event?.decode_timed()))
    }
}
