//! A program of this side.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitCode};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::signals::{Signals, Wakeup};
use crate::interrupt::code_of_signal;

/// How long it may take to end when it is asked to.
const GRACE: Duration = Duration::from_secs(5);

/// A program that runs. It is killed when it is dropped.
#[derive(Debug)]
pub(super) struct Running(Child);

impl Running {
    /// Starts a program, with qmp's input and outputs.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(super) fn start(program: &str, arguments: &[String]) -> io::Result<Self> {
        Command::new(program).args(arguments).spawn().map(Self)
    }

    /// The exit code that says how it ended; `None` while it runs.
    ///
    /// # Errors
    /// When the system does not say.
    pub(super) fn ended(&mut self) -> io::Result<Option<ExitCode>> {
        let status = self.0.try_wait()?;
        Ok(status.map(|status| match (status.code(), status.signal()) {
            (Some(code), _) => ExitCode::from(u8::try_from(code).unwrap_or(u8::MAX)),
            (None, signal) => code_of_signal(signal.unwrap_or_default()),
        }))
    }

    /// Asks it to end, and kills it if it does not.
    pub(super) fn end(&mut self, signals: &Signals) {
        let pid = i32::try_from(self.0.id()).ok().and_then(Pid::from_raw);
        if let (Ok(None), Some(pid)) = (self.ended(), pid) {
            // It has not been waited for: the number is still its own.
            let asked = kill_process(pid, Signal::TERM);
            let end = Instant::now().checked_add(GRACE);
            while asked.is_ok() && matches!(self.ended(), Ok(None)) && signals.wait(end) != Wakeup::TimeOver {
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Ok(None) = self.0.try_wait() {
            // One that has ended meanwhile is what is wanted.
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }
}
