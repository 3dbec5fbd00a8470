//! Threads that take turns.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::deadline::Deadline;

/// A thing that one thread at a time has, in the order in which they asked for it.
pub(super) struct Turns<T> {
    queue: Mutex<Queue<T>>,
    changed: Condvar,
}

struct Queue<T> {
    /// Absent while somebody has it.
    thing: Option<T>,
    waiting: VecDeque<u64>,
    next: u64,
}

/// Gives the thing back, also behind a panic.
struct Turn<'t, T> {
    turns: &'t Turns<T>,
    /// Absent where it is given back already.
    thing: Option<T>,
}

impl<T> Turns<T> {
    pub(super) fn new(thing: T) -> Self {
        let queue = Queue { thing: Some(thing), waiting: VecDeque::new(), next: 0 };
        Self { queue: Mutex::new(queue), changed: Condvar::new() }
    }

    /// Does something with the thing, behind all who asked before; `None` when the deadline passed first.
    pub(super) fn with<R>(&self, deadline: &Deadline, act: impl FnOnce(&mut T) -> R) -> Option<R> {
        let mut turn = self.take(deadline)?;
        turn.thing.as_mut().map(act)
    }

    fn take(&self, deadline: &Deadline) -> Option<Turn<'_, T>> {
        let mut queue = self.lock();
        let ticket = queue.next;
        queue.next += 1;
        queue.waiting.push_back(ticket);
        loop {
            if queue.waiting.front() == Some(&ticket)
                && let Some(thing) = queue.thing.take()
            {
                queue.waiting.pop_front();
                return Some(Turn { turns: self, thing: Some(thing) });
            }
            let Some(remaining) = deadline.remaining() else {
                queue.waiting.retain(|&waiting| waiting != ticket);
                // It may be the next one's turn, now that this one is gone.
                self.changed.notify_all();
                return None;
            };
            let waited = self.changed.wait_timeout(queue, remaining);
            queue = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue<T>> {
        // Nothing that runs under the lock leaves the queue half changed.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Drop for Turn<'_, T> {
    fn drop(&mut self) {
        self.turns.lock().thing = self.thing.take();
        self.turns.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;
    use std::time::Duration;

    use super::Turns;
    use crate::deadline::Deadline;

    const LONG: Duration = Duration::from_secs(20);

    #[test]
    fn threads_come_in_the_order_in_which_they_asked() {
        let turns = Arc::new(Turns::new(Vec::new()));
        let threads = turns.with(&Deadline::after(LONG), |_| {
            let start = |number| {
                let thread_turns = Arc::clone(&turns);
                let thread = thread::spawn(move || {
                    thread_turns.with(&Deadline::after(LONG), |order: &mut Vec<usize>| order.push(number))
                });
                while turns.lock().waiting.len() <= number {
                    thread::yield_now();
                }
                thread
            };
            (0..5).map(start).collect::<Vec<_>>()
        });
        for thread in threads.unwrap() {
            assert_eq!(thread.join().unwrap(), Some(()));
        }
        assert_eq!(turns.lock().thing.as_deref(), Some(&[0, 1, 2, 3, 4][..]));
    }

    #[test]
    fn nobody_waits_beyond_a_deadline_or_for_one_who_gave_up() {
        let turns = Turns::new(());
        let soon = Deadline::after(Duration::from_millis(1));
        turns.with(&soon, |()| assert_eq!(turns.with(&soon, |()| ()), None)).unwrap();
        assert_eq!(turns.with(&Deadline::after(LONG), |()| ()), Some(()));
    }
}
