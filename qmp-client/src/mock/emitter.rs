//! Events on their way to the connections.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, Waker};
use std::time::SystemTime;

use qmp_types::json::{ToJson, Writer};
use qmp_types::{Event, EventSet, TimedEvent, Timestamp};

/// Emits events to all connections of a server that have negotiated. Clones emit to the same.
///
/// Nothing waits: an event goes into a queue of each connection. For a connection whose queue is full, since its client
/// does not read, the event is dropped.
#[derive(Debug, Clone, Default)]
pub struct Emitter(Arc<Mutex<Vec<Weak<Outbox>>>>);

impl Emitter {
    /// An emitter without a server: see [`Builder::emitter`](super::Builder::emitter).
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Emits an event that happens now, and says how many connections will get it.
    pub fn emit<E: Event>(&self, event: &E) -> usize {
        self.emit_at(event, now())
    }

    /// As [`emit`](Self::emit), with a timestamp of the caller's choice.
    pub fn emit_at<E: Event>(&self, event: &E, timestamp: Timestamp) -> usize {
        let mut writer = Writer::new();
        writer.object(|object| {
            object.member("event", E::NAME);
            object.unless_empty("data", event);
            object.member("timestamp", &timestamp);
        });
        self.send(&writer.into_string())
    }

    /// As [`emit`](Self::emit), for an event that is one of a set, with its timestamp.
    pub fn emit_timed<S: EventSet>(&self, event: &TimedEvent<S>) -> usize {
        let mut writer = Writer::new();
        event.to_json(&mut writer);
        self.send(&writer.into_string())
    }

    fn send(&self, message: &str) -> usize {
        let message: Arc<str> = message.into();
        let mut reached = 0;
        let mut outboxes = locked(&self.0);
        outboxes.retain(|outbox| {
            let outbox = outbox.upgrade();
            reached += usize::from(outbox.as_ref().is_some_and(|outbox| outbox.push(&message)));
            outbox.is_some()
        });
        reached
    }

    /// A queue for a new connection.
    pub(super) fn outbox(&self, capacity: usize) -> Arc<Outbox> {
        let outbox = Arc::new(Outbox { capacity, state: Mutex::default() });
        let mut outboxes = locked(&self.0);
        // Where no event is emitted nobody else forgets those that are gone.
        if outboxes.len() == outboxes.capacity() {
            outboxes.retain(|outbox| outbox.strong_count() > 0);
        }
        outboxes.push(Arc::downgrade(&outbox));
        outbox
    }
}

fn now() -> Timestamp {
    match SystemTime::now().duration_since(SystemTime::UNIX_EPOCH) {
        Ok(time) => Timestamp {
            seconds: i64::try_from(time.as_secs()).unwrap_or(i64::MAX),
            microseconds: i64::from(time.subsec_micros()),
        },
        Err(_) => Timestamp::UNKNOWN,
    }
}

/// The events that one connection has not written yet.
#[derive(Debug)]
pub(super) struct Outbox {
    capacity: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    events: VecDeque<Arc<str>>,
    /// Whether the client has negotiated.
    open: bool,
    /// Whether the connection has ended.
    ended: bool,
    /// Who waits for events.
    waker: Option<Waker>,
}

impl Outbox {
    fn push(&self, event: &Arc<str>) -> bool {
        let mut state = locked(&self.state);
        if !state.open || state.ended || state.events.len() >= self.capacity {
            return false;
        }
        state.events.push_back(Arc::clone(event));
        wake(state);
        true
    }

    /// Takes all events.
    pub(super) fn take(&self) -> VecDeque<Arc<str>> {
        std::mem::take(&mut locked(&self.state).events)
    }

    /// Lets events come from now on.
    pub(super) fn open(&self) {
        locked(&self.state).open = true;
    }

    /// Lets no more events come.
    pub(super) fn end(&self) {
        let mut state = locked(&self.state);
        state.ended = true;
        wake(state);
    }

    /// Waits for events: true when there are some, false when none will come any more.
    pub(super) fn poll(&self, context: &Context<'_>) -> Poll<bool> {
        let mut state = locked(&self.state);
        if state.ended {
            return Poll::Ready(false);
        }
        if !state.events.is_empty() {
            return Poll::Ready(true);
        }
        state.waker = Some(context.waker().clone());
        Poll::Pending
    }
}

/// Wakes who waits, outside of the lock.
fn wake(mut state: MutexGuard<'_, State>) {
    let waker = state.waker.take();
    drop(state);
    if let Some(waker) = waker {
        waker.wake();
    }
}

/// What a mutex holds. What is behind these mutexes is whole at any time, whoever panicked.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
