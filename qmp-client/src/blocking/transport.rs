//! What carries the bytes.

use std::io::{self, Read, Write};
use std::net::TcpStream;
#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::time::Duration;

/// A stream of bytes in both directions, whose reads and writes can be bounded in time.
pub trait Transport: Read + Write + Send {
    /// Lets each read and write from now on fail with [`io::ErrorKind::WouldBlock`] or
    /// [`io::ErrorKind::TimedOut`] when it has waited for `timeout`, which is more than zero.
    ///
    /// A transport that never blocks need not do anything. With one that blocks and ignores this, deadlines
    /// pass unseen.
    ///
    /// # Errors
    /// When the transport refuses.
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()>;
}

#[cfg(unix)]
impl Transport for UnixStream {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        self.set_read_timeout(Some(timeout))?;
        self.set_write_timeout(Some(timeout))
    }
}

impl Transport for TcpStream {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        self.set_read_timeout(Some(timeout))?;
        self.set_write_timeout(Some(timeout))
    }
}

impl<T: Transport + ?Sized> Transport for Box<T> {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        (**self).set_timeout(timeout)
    }
}
