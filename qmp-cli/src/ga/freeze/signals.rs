//! Signals as messages.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Instant;

use signal_hook::consts::SIGCHLD;
use signal_hook::iterator;

use crate::interrupt::ENDING;

/// Signals that end a program, and those that tell of a child, none of which has its usual effect any more.
#[derive(Debug)]
pub(super) struct Signals {
    signals: Receiver<i32>,
}

/// What a wait ended by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wakeup {
    /// Something happened to a child.
    Child,
    /// This signal asks the program to end.
    Ending(i32),
    TimeOver,
}

impl Signals {
    /// Begins to take them.
    ///
    /// # Errors
    /// When the system does not let it.
    pub(super) fn watch() -> io::Result<Self> {
        let mut taken = iterator::Signals::new(ENDING.into_iter().chain([SIGCHLD]))?;
        let (sender, signals) = channel();
        let forward =
            move || taken.forever().take_while(|signal| sender.send(*signal).is_ok()).for_each(drop);
        thread::Builder::new().name("signals".to_owned()).spawn(forward)?;
        Ok(Self { signals })
    }

    /// Waits for a signal, until `end` if there is one.
    pub(super) fn wait(&self, end: Option<Instant>) -> Wakeup {
        let received = match end {
            None => self.signals.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(end) => self.signals.recv_timeout(end.saturating_duration_since(Instant::now())),
        };
        match received {
            Ok(SIGCHLD) => Wakeup::Child,
            Ok(signal) => Wakeup::Ending(signal),
            // Without the thread nobody tells anything any more: what was begun is not to be left as it is.
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => Wakeup::TimeOver,
        }
    }
}
