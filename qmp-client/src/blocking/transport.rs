//! What carries the bytes.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::time::Duration;

#[cfg(unix)]
use std::os::fd::BorrowedFd;

#[cfg(unix)]
use rustix::net::SendFlags;

use crate::connect::Socket;

/// A stream of bytes in both directions, whose reads and writes can be bounded in time.
///
/// One thread reads while another writes. [`Halves`](super::Halves) makes one of any reader and writer.
pub trait Transport: Send + Sync {
    /// Reads what has come, nothing at the end of the stream.
    ///
    /// # Errors
    /// [`io::ErrorKind::WouldBlock`] or [`io::ErrorKind::TimedOut`] when nothing came in time.
    fn read(&self, buffer: &mut [u8]) -> io::Result<usize>;

    /// Writes some of the bytes, or all.
    ///
    /// # Errors
    /// [`io::ErrorKind::WouldBlock`] or [`io::ErrorKind::TimedOut`] when none were taken in time.
    fn write(&self, bytes: &[u8]) -> io::Result<usize>;

    /// Writes some of the bytes, or all, without any waiting.
    ///
    /// # Errors
    /// [`io::ErrorKind::WouldBlock`] when none can be taken at once, or when it cannot be known.
    fn write_at_once(&self, _bytes: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::WouldBlock.into())
    }

    /// Lets reads from now on wait no longer than `timeout`, which is more than zero.
    ///
    /// A transport that never blocks need not do anything. With one that blocks and ignores this, deadlines
    /// pass unseen.
    ///
    /// # Errors
    /// When the transport refuses.
    fn set_read_timeout(&self, timeout: Duration) -> io::Result<()>;

    /// As [`set_read_timeout`](Self::set_read_timeout), for writes.
    ///
    /// # Errors
    /// When the transport refuses.
    fn set_write_timeout(&self, timeout: Duration) -> io::Result<()>;

    /// Ends the connection: a read that waits returns.
    fn close(&self);

    /// Whether file descriptors can go along.
    fn passes_fds(&self) -> bool {
        false
    }

    /// Writes some of the bytes, or all, with file descriptors that go with the first of them.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    #[cfg(unix)]
    fn write_with_fds(&self, _bytes: &[u8], _fds: &[BorrowedFd<'_>]) -> io::Result<usize> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[cfg(unix)]
impl Transport for UnixStream {
    fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        (&mut &*self).read(buffer)
    }

    fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        (&mut &*self).write(bytes)
    }

    #[cfg(unix)]
    fn write_at_once(&self, bytes: &[u8]) -> io::Result<usize> {
        Ok(rustix::net::send(self, bytes, SendFlags::DONTWAIT | SendFlags::NOSIGNAL)?)
    }

    fn set_read_timeout(&self, timeout: Duration) -> io::Result<()> {
        self.set_read_timeout(Some(timeout))
    }

    fn set_write_timeout(&self, timeout: Duration) -> io::Result<()> {
        self.set_write_timeout(Some(timeout))
    }

    fn close(&self) {
        // One that is closed already is what is wanted.
        let _ = self.shutdown(Shutdown::Both);
    }

    fn passes_fds(&self) -> bool {
        // It may hold a socket of another kind, which has no unix address.
        self.local_addr().is_ok()
    }

    fn write_with_fds(&self, bytes: &[u8], fds: &[BorrowedFd<'_>]) -> io::Result<usize> {
        crate::fds::send(self, bytes, fds)
    }
}

impl Transport for TcpStream {
    fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        (&mut &*self).read(buffer)
    }

    fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        (&mut &*self).write(bytes)
    }

    #[cfg(unix)]
    fn write_at_once(&self, bytes: &[u8]) -> io::Result<usize> {
        Ok(rustix::net::send(self, bytes, SendFlags::DONTWAIT | SendFlags::NOSIGNAL)?)
    }

    fn set_read_timeout(&self, timeout: Duration) -> io::Result<()> {
        self.set_read_timeout(Some(timeout))
    }

    fn set_write_timeout(&self, timeout: Duration) -> io::Result<()> {
        self.set_write_timeout(Some(timeout))
    }

    fn close(&self) {
        // One that is closed already is what is wanted.
        let _ = self.shutdown(Shutdown::Both);
    }
}

impl Transport for Socket {
    fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        of(self).read(buffer)
    }

    fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        of(self).write(bytes)
    }

    fn write_at_once(&self, bytes: &[u8]) -> io::Result<usize> {
        of(self).write_at_once(bytes)
    }

    fn set_read_timeout(&self, timeout: Duration) -> io::Result<()> {
        of(self).set_read_timeout(timeout)
    }

    fn set_write_timeout(&self, timeout: Duration) -> io::Result<()> {
        of(self).set_write_timeout(timeout)
    }

    fn close(&self) {
        of(self).close();
    }

    fn passes_fds(&self) -> bool {
        of(self).passes_fds()
    }

    #[cfg(unix)]
    fn write_with_fds(&self, bytes: &[u8], fds: &[BorrowedFd<'_>]) -> io::Result<usize> {
        of(self).write_with_fds(bytes, fds)
    }
}

/// The socket as what it is.
fn of(socket: &Socket) -> &dyn Transport {
    match socket {
        #[cfg(unix)]
        Socket::Unix(stream) => stream,
        Socket::Tcp(stream) => stream,
    }
}
