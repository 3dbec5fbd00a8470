//! A server that runs.

use std::io;
use std::process::{Child, ExitStatus};
use std::thread::sleep;
use std::time::Duration;

use super::stderr::Tail;
use crate::deadline::Deadline;

/// How long to wait before looking again whether a child has ended, at first and at most: std has no means to wait
/// for that with a deadline. After `quit` it ends at once, otherwise after hours.
const LOOK: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(50));

/// How long to read on behind the end of a child, whose own children may hold its standard error open.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// A server that was launched.
///
/// Dropping it **kills** the server (unless [`kill_on_drop(false)`](Self::kill_on_drop) was said) and waits for its
/// end, so that nothing is left of it; that blocks for the moment it takes, on a runtime's thread too. To end it well, send it `quit` and [`wait`](Self::wait).
#[derive(Debug)]
pub struct Launched {
    child: Child,
    stderr: Tail,
    kill_on_drop: bool,
}

impl Launched {
    pub(super) fn new(child: Child, stderr: Tail) -> Self {
        Self { child, stderr, kill_on_drop: true }
    }

    /// The number of the process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The end of what the server has written to its standard error so far, at most as much as
    /// [`Launcher::stderr_limit`](super::Launcher::stderr_limit) says; with U+FFFD for what is not UTF-8. Mind the
    /// control characters if you show it on a terminal.
    #[must_use]
    pub fn stderr(&self) -> String {
        self.stderr.text()
    }

    /// How the server ended, or `None` while it runs.
    ///
    /// # Errors
    /// When the system cannot tell.
    pub fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        self.child.try_wait()
    }

    /// Waits for the end of the server, and for up to half a second for the last that it says on its standard error.
    ///
    /// # Errors
    /// When the system cannot tell.
    pub fn wait(&mut self) -> io::Result<ExitStatus> {
        let status = self.child.wait()?;
        self.wait_for_last_words();
        Ok(status)
    }

    /// As [`wait`](Self::wait); `None` when the server runs on after `timeout`.
    ///
    /// # Errors
    /// When the system cannot tell.
    pub fn wait_timeout(&mut self, timeout: Duration) -> io::Result<Option<ExitStatus>> {
        let deadline = Deadline::after(timeout);
        let mut pauses = pauses();
        loop {
            if let Some(status) = self.child.try_wait()? {
                self.wait_for_last_words();
                return Ok(Some(status));
            }
            let Some(remaining) = deadline.remaining() else { return Ok(None) };
            sleep(pauses.next().unwrap_or(LOOK.1).min(remaining));
        }
    }

    /// As [`wait`](Self::wait), on a tokio runtime. It may be given up at any time and called again.
    ///
    /// # Errors
    /// When the system cannot tell.
    ///
    /// # Panics
    /// Outside a tokio runtime that has its clock enabled.
    #[cfg(feature = "tokio")]
    pub async fn wait_tokio(&mut self) -> io::Result<ExitStatus> {
        let mut pauses = pauses();
        let status = loop {
            match self.child.try_wait()? {
                Some(status) => break status,
                None => tokio::time::sleep(pauses.next().unwrap_or(LOOK.1)).await,
            }
        };
        let deadline = Deadline::after(LAST_WORDS);
        while !self.stderr.is_complete() && deadline.remaining().is_some() {
            tokio::time::sleep(LOOK.0).await;
        }
        Ok(status)
    }

    /// Kills the server (SIGKILL); it is nothing when it has ended already. [`wait`](Self::wait) tells when it is gone.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn kill(&mut self) -> io::Result<()> {
        self.child.kill()
    }

    /// Whether dropping this kills the server; at first it does. A server that is left alone runs on; when it ends
    /// before this process, its entry in the table of processes stays until then.
    pub fn kill_on_drop(&mut self, kill: bool) {
        self.kill_on_drop = kill;
    }

    fn wait_for_last_words(&self) {
        let deadline = Deadline::after(LAST_WORDS);
        while !self.stderr.is_complete() && deadline.remaining().is_some() {
            sleep(LOOK.0);
        }
    }
}

impl Drop for Launched {
    fn drop(&mut self) {
        if self.kill_on_drop {
            // It may be gone already.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// Ever longer, without end.
fn pauses() -> impl Iterator<Item = Duration> {
    std::iter::successors(Some(LOOK.0), |pause| Some(LOOK.1.min(*pause * 2)))
}
