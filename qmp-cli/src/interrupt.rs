//! Being told to end in the middle of something that must not be left as it is.

use std::io;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use rustix::event::{PollFd, poll};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

/// The signals by which a user or a system ends a program.
pub(crate) const ENDING: [i32; 3] = [SIGHUP, SIGINT, SIGTERM];

/// Takes note of the first signal that would end the program. The second one ends it.
#[derive(Debug, Clone)]
pub(crate) struct Interrupt {
    signal: Arc<AtomicUsize>,
}

impl Interrupt {
    /// Begins to take note.
    ///
    /// # Errors
    /// When the system does not let it.
    pub(crate) fn watch() -> io::Result<Self> {
        let is_second = Arc::new(AtomicBool::new(false));
        let signal = Arc::new(AtomicUsize::new(0));
        for ending in ENDING {
            // In this order: the first signal must not be taken for the second one.
            signal_hook::flag::register_conditional_default(ending, Arc::clone(&is_second))?;
            signal_hook::flag::register(ending, Arc::clone(&is_second))?;
            let number = usize::try_from(ending).unwrap_or_default();
            signal_hook::flag::register_usize(ending, Arc::clone(&signal), number)?;
        }
        Ok(Self { signal })
    }

    /// The exit code for the signal that came, by the custom of shells.
    pub(crate) fn exit_code(&self) -> Option<ExitCode> {
        let signal = self.signal.load(Ordering::Relaxed);
        (signal != 0).then(|| code_of_signal(i32::try_from(signal).unwrap_or_default()))
    }

    pub(crate) fn is_caught(&self) -> bool {
        self.signal.load(Ordering::Relaxed) != 0
    }

    /// An error that ends what is going on, if a signal came.
    ///
    /// # Errors
    /// If a signal came.
    pub(crate) fn check(&self) -> io::Result<()> {
        if self.is_caught() { Err(io::Error::other("interrupted by a signal")) } else { Ok(()) }
    }

    /// Waits until the time is over or a signal comes.
    pub(crate) fn sleep(&self, duration: Duration) {
        self.wait(&mut [], duration);
    }

    /// Waits until something can be read, the time is over, or a signal comes.
    pub(crate) fn wait(&self, fds: &mut [PollFd<'_>], duration: Duration) {
        if !self.is_caught() {
            // A signal ends it; so does a time that is too long to be expressed, at once.
            let _ = poll(fds, duration.try_into().ok().as_ref());
        }
    }
}

/// The exit code of a program that was ended by a signal, by the custom of shells.
pub(crate) fn code_of_signal(signal: i32) -> ExitCode {
    ExitCode::from(u8::try_from(128 + signal).unwrap_or(u8::MAX))
}
