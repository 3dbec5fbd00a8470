//! Streams of events.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use qmp_types::{Event, EventSet, TimedEvent};

use super::Handle;
use crate::deadline::Deadline;
use crate::switchboard::{EventFilter, QueueId};
use crate::{Error, EventRecord};

/// The events that have come since this stream was made. See [`Client::events`](super::Client::events).
///
/// At most [`event_capacity`](crate::Options::event_capacity) wait here; when there are more, the oldest is dropped.
/// The stream ends with the connection, which stays open for it.
pub struct Events {
    handle: Arc<Handle>,
    queue: QueueId,
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
        Self { handle: Arc::clone(handle), queue }
    }

    /// Takes the oldest event that nobody took, or waits for one; `None` when none comes within `wait`, at
    /// least a millisecond.
    ///
    /// # Errors
    /// [`Error::EventsLost`] once after each loss; [`Error::Closed`], [`Error::Protocol`], [`Error::Io`] and
    /// [`Error::MessageTooLong`] when the connection has ended and all events are taken.
    pub fn next(&mut self, wait: Duration) -> Result<Option<EventRecord>, Error> {
        self.next_until(&Deadline::after(wait))
    }

    /// As [`next`](Self::next), decoded as one of a set such as all events of a schema.
    ///
    /// # Errors
    /// As [`next`](Self::next); [`Error::Decode`] when the event's data is not of its type.
    pub fn next_of<S: EventSet>(&mut self, wait: Duration) -> Result<Option<TimedEvent<S>>, Error> {
        let Some(record) = self.next(wait)? else { return Ok(None) };
        Ok(Some(TimedEvent::new(record.decode_any()?, record.timestamp())))
    }

    pub(super) fn next_until(&mut self, deadline: &Deadline) -> Result<Option<EventRecord>, Error> {
        self.handle.engine.wait(
            deadline,
            |board, waker| board.poll_event(self.queue, waker).map(|event| event.map(Some)),
            |board| {
                board.stop_waiting(self.queue);
                Ok(None)
            },
        )
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
    pub fn next(&mut self, wait: Duration) -> Result<Option<TimedEvent<E>>, Error> {
        self.next_until(&Deadline::after(wait))
    }

    pub(super) fn next_until(&mut self, deadline: &Deadline) -> Result<Option<TimedEvent<E>>, Error> {
        self.events.next_until(deadline)?.map(|record| record.decode_timed()).transpose()
    }
}
