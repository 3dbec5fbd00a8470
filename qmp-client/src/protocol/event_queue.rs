//! Events that wait for their reader.

use std::collections::VecDeque;

use super::EventRecord;

/// A bounded queue of events. When it is full the oldest is dropped and counted, so that whoever does not
/// read cannot fill the memory, and whoever reads late learns of it.
#[derive(Debug)]
pub struct EventQueue {
    events: VecDeque<EventRecord>,
    capacity: usize,
    lost: u64,
}

/// So many events were dropped since the queue was last read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventsLost(pub u64);

impl EventQueue {
    /// An empty queue for `capacity` events, at least one.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self { events: VecDeque::new(), capacity: capacity.max(1), lost: 0 }
    }

    /// Appends an event.
    pub fn push(&mut self, event: EventRecord) {
        if self.events.len() == self.capacity {
            self.events.pop_front();
            self.lost += 1;
        }
        self.events.push_back(event);
    }

    /// Takes the oldest event, if there is one.
    ///
    /// # Errors
    /// Once after each loss, before the events that followed it.
    pub fn pop(&mut self) -> Result<Option<EventRecord>, EventsLost> {
        match std::mem::take(&mut self.lost) {
            0 => Ok(self.events.pop_front()),
            lost => Err(EventsLost(lost)),
        }
    }
}

#[cfg(test)]
mod tests {
    use qmp_types::Timestamp;

    use super::{EventQueue, EventRecord, EventsLost};

    fn event(name: &str) -> EventRecord {
        let timestamp = Timestamp { seconds: -1, microseconds: -1 };
        EventRecord { name: name.into(), data: None, timestamp }
    }

    #[test]
    fn a_loss_is_reported_where_it_happened() {
        let mut queue = EventQueue::new(2);
        let pop =
            |queue: &mut EventQueue| queue.pop().map(|event| event.map(|event| event.name.into_string()));
        assert_eq!(pop(&mut queue), Ok(None));
        for name in ["A", "B", "C", "D"] {
            queue.push(event(name));
        }
        assert_eq!(pop(&mut queue), Err(EventsLost(2)));
        assert_eq!(pop(&mut queue), Ok(Some("C".into())));
        queue.push(event("E"));
        assert_eq!(pop(&mut queue), Ok(Some("D".into())));
        assert_eq!(pop(&mut queue), Ok(Some("E".into())));
        assert_eq!(pop(&mut queue), Ok(None));
    }
}
