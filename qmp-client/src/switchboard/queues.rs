//! Who takes which events.

use std::collections::BTreeMap;
use std::task::Waker;

use super::slot::set_waker;
use crate::Error;
use crate::protocol::{EventQueue, EventRecord, EventsLost};

/// Which events a queue takes: those of a name, or all.
pub(crate) type EventFilter = Option<&'static str>;

/// A queue of events, as its reader knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct QueueId(u64);

/// The queues of a connection, each with a reader.
#[derive(Default)]
pub(super) struct Queues {
    queues: BTreeMap<QueueId, Queue>,
    last: u64,
}

struct Queue {
    filter: EventFilter,
    events: EventQueue,
    reader: Option<Waker>,
}

impl Queues {
    pub(super) fn is_empty(&self) -> bool {
        self.queues.is_empty()
    }

    pub(super) fn add(&mut self, filter: EventFilter, capacity: usize) -> QueueId {
        self.last += 1;
        let id = QueueId(self.last);
        self.queues.insert(id, Queue { filter, events: EventQueue::new(capacity), reader: None });
        id
    }

    pub(super) fn remove(&mut self, id: QueueId) {
        self.queues.remove(&id);
    }

    /// Takes the oldest event of a queue, for whose reader nobody is to be woken any more.
    pub(super) fn pop(&mut self, id: QueueId) -> Result<Option<EventRecord>, Error> {
        let queue = self.queues.get_mut(&id).ok_or(Error::Closed)?;
        queue.reader = None;
        queue.events.pop().map_err(|EventsLost(count)| Error::EventsLost { count })
    }

    pub(super) fn wake_later(&mut self, id: QueueId, waker: &Waker) {
        if let Some(queue) = self.queues.get_mut(&id) {
            set_waker(&mut queue.reader, waker);
        }
    }

    pub(super) fn stop_waiting(&mut self, id: QueueId) {
        if let Some(queue) = self.queues.get_mut(&id) {
            queue.reader = None;
        }
    }

    /// Those who wait.
    pub(super) fn readers(&mut self) -> impl Iterator<Item = &mut Waker> {
        self.queues.values_mut().filter_map(|queue| queue.reader.as_mut())
    }

    /// Puts an event into all queues that take it.
    pub(super) fn publish(&mut self, event: EventRecord) {
        let mut queues = self.queues.values_mut().filter(|queue| queue.takes(&event));
        let Some(mut last) = queues.next() else { return };
        for queue in queues {
            std::mem::replace(&mut last, queue).push(event.clone());
        }
        last.push(event);
    }

    /// Wakes all who wait.
    pub(super) fn wake(&mut self) {
        self.queues.values_mut().for_each(Queue::wake);
    }
}

impl Queue {
    fn takes(&self, event: &EventRecord) -> bool {
        self.filter.is_none_or(|name| name == event.name())
    }

    fn push(&mut self, event: EventRecord) {
        self.events.push(event);
        self.wake();
    }

    fn wake(&mut self) {
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }
}
