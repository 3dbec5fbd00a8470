//! A transport with deadlines.

use std::io;
use std::time::Duration;

use super::Transport;
use super::deadline::Deadline;

/// How much is read at a time.
const READ_SIZE: usize = 16 << 10;

/// How much is written at a time, which is more than almost every request has. Linux puts what is written to a
/// unix socket into buffers of up to half its send buffer (100 KiB by default), and waits for each of them as
/// long as the timeout: a write of one such buffer keeps its deadline.
const WRITE_SIZE: usize = 64 << 10;

/// How far a wait may overrun its deadline. It saves two system calls for each command: the timeout that
/// was set for the last one still does.
const SLACK: Duration = Duration::from_millis(10);

/// A transport with deadlines, and what is still to be written to it.
pub(super) struct Link {
    transport: Box<dyn Transport>,
    /// The timeout that is set, unless it has just run out.
    timeout: Option<Duration>,
    /// A request that a deadline cut short is finished before the next: its half would spoil the stream.
    outgoing: Vec<u8>,
    sent: usize,
    chunk: Box<[u8]>,
}

impl Link {
    pub(super) fn new(transport: Box<dyn Transport>) -> Self {
        Self { transport, timeout: None, outgoing: Vec::new(), sent: 0, chunk: vec![0; READ_SIZE].into() }
    }

    /// Where requests are appended for [`flush`](Self::flush) to write.
    pub(super) fn outgoing(&mut self) -> &mut Vec<u8> {
        &mut self.outgoing
    }

    /// Writes all that is to be written; `false` when the deadline passed before the end.
    pub(super) fn flush(&mut self, deadline: &Deadline) -> io::Result<bool> {
        while self.sent < self.outgoing.len() {
            if !self.arm(deadline)? {
                return Ok(false);
            }
            let end = self.outgoing.len().min(self.sent + WRITE_SIZE);
            let written = self.transport.write(&self.outgoing[self.sent..end]);
            match self.unless_timed_out(written)? {
                Some(0) => return Err(io::ErrorKind::WriteZero.into()),
                Some(written) => self.sent += written,
                None => {}
            }
        }
        self.outgoing.clear();
        self.sent = 0;
        self.transport.flush()?;
        Ok(true)
    }

    /// Reads what has come, empty at the end of the stream; `None` when the deadline passed.
    pub(super) fn read(&mut self, deadline: &Deadline) -> io::Result<Option<&[u8]>> {
        while self.arm(deadline)? {
            let read = self.transport.read(&mut self.chunk);
            if let Some(length) = self.unless_timed_out(read)? {
                return Ok(Some(&self.chunk[..length]));
            }
        }
        Ok(None)
    }

    /// Sets the timeout of the next system call; `false` when the deadline has passed.
    fn arm(&mut self, deadline: &Deadline) -> io::Result<bool> {
        let Some(remaining) = deadline.remaining() else { return Ok(false) };
        // A shorter timeout of an earlier wait does too: when it runs out, the rest is set.
        if self.timeout.is_none_or(|timeout| timeout > remaining + SLACK) {
            self.transport.set_timeout(remaining)?;
            self.timeout = Some(remaining);
        }
        Ok(true)
    }

    /// `None` for a call that ended without having done anything, and is to be repeated if time is left.
    fn unless_timed_out(&mut self, result: io::Result<usize>) -> io::Result<Option<usize>> {
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
