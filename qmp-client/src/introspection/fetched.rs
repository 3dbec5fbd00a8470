//! A server's schema that threads share, and one of them fetches.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::ServerSchema;
use crate::Error;
use crate::deadline::Deadline;

/// The schema of one connection.
#[derive(Debug, Default)]
pub(crate) struct Fetched {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Absent,
    /// A thread fetches it.
    Awaited,
    There(Arc<ServerSchema>),
}

impl Fetched {
    /// The schema, fetched if nobody has: by one thread at a time, for which the others wait. If that fails, the next tries.
    /// `None` when the deadline has passed.
    pub(crate) fn get_or_fetch(
        &self,
        deadline: &Deadline,
        fetch: impl FnOnce(Duration) -> Result<ServerSchema, Error>,
    ) -> Result<Option<Arc<ServerSchema>>, Error> {
        let mut state = self.lock();
        loop {
            let Some(remaining) = deadline.remaining() else { return Ok(None) };
            match &*state {
                State::There(schema) => return Ok(Some(Arc::clone(schema))),
                State::Absent => {
                    *state = State::Awaited;
                    drop(state);
                    let turn = Turn(self);
                    let schema = Arc::new(fetch(remaining)?);
                    turn.end(State::There(Arc::clone(&schema)));
                    return Ok(Some(schema));
                }
                State::Awaited => {
                    let woken = self.changed.wait_timeout(state, remaining);
                    state = woken.unwrap_or_else(PoisonError::into_inner).0;
                }
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The turn of the thread that fetches. However it ends, the others learn of it.
struct Turn<'f>(&'f Fetched);

impl Turn<'_> {
    fn end(&self, state: State) {
        *self.0.lock() = state;
        self.0.changed.notify_all();
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if matches!(*self.0.lock(), State::Awaited) {
            self.end(State::Absent);
        }
    }
}
