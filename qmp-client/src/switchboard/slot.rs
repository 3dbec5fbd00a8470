//! What somebody waits for.

use std::task::Waker;

/// A place for what somebody waits for.
pub(super) enum Slot<T> {
    /// Not there. Whom to wake when it is.
    Empty(Option<Waker>),
    Filled(T),
}

impl<T> Slot<T> {
    /// Fills the slot, if it is empty.
    pub(super) fn fill(&mut self, value: T) {
        if let Self::Empty(_) = self {
            self.wake();
            *self = Self::Filled(value);
        }
    }

    pub(super) fn waker(&mut self) -> Option<&mut Waker> {
        match self {
            Self::Empty(waker) => waker.as_mut(),
            Self::Filled(_) => None,
        }
    }

    pub(super) fn wake(&mut self) {
        if let Self::Empty(waker) = self
            && let Some(waker) = waker.take()
        {
            waker.wake();
        }
    }

    pub(super) fn wake_later(&mut self, waker: &Waker) {
        if let Self::Empty(waiting) = self {
            set_waker(waiting, waker);
        }
    }
}

/// Has `waker` woken, and nobody where it wakes nobody.
pub(super) fn set_waker(waiting: &mut Option<Waker>, waker: &Waker) {
    if waker.will_wake(Waker::noop()) {
        *waiting = None;
        return;
    }
    match waiting {
        Some(waiting) => waiting.clone_from(waker),
        None => *waiting = Some(waker.clone()),
    }
}
