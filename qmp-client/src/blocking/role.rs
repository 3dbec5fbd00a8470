//! Reading and writing with deadlines.

use std::io;
use std::time::Duration;

/// How much is written at a time, which is more than almost every request has. Linux puts what is written to a
/// unix socket into buffers of up to half its send buffer (100 KiB by default), and waits for each of them as
/// long as the timeout: a write of one such buffer keeps its deadline.
pub(super) const WRITE_SIZE: usize = 64 << 10;

/// How far a wait may overrun its deadline. It saves two system calls for each command: the timeout that
/// was set for the last one still does.
const SLACK: Duration = Duration::from_millis(10);

/// What the thread needs that reads, or writes.
pub(super) struct Role {
    pub(super) buffer: Vec<u8>,
    /// The timeout that is set, unless it has just run out.
    timeout: Option<Duration>,
}

impl Role {
    pub(super) fn new(buffer: Vec<u8>) -> Self {
        Self { buffer, timeout: None }
    }

    /// Sets the timeout of the next system call.
    pub(super) fn arm(
        &mut self,
        remaining: Duration,
        set: impl FnOnce(Duration) -> io::Result<()>,
    ) -> io::Result<()> {
        // A shorter timeout of an earlier wait does too: when it runs out, the rest is set.
        if self.timeout.is_none_or(|timeout| timeout > remaining + SLACK) {
            set(remaining)?;
            self.timeout = Some(remaining);
        }
        Ok(())
    }

    /// `None` for a call that ended without having done anything, and is to be repeated if time is left.
    pub(super) fn unless_timed_out(&mut self, result: io::Result<usize>) -> io::Result<Option<usize>> {
        match result {
            Ok(length) => Ok(Some(length)),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(None),
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                self.timeout = None;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}
