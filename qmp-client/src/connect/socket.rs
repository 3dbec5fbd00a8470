//! Sockets that are connected.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
#[cfg(unix)]
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::time::Duration;

/// A connected stream socket. It blocks until somebody sets it otherwise, and children do not inherit it.
#[derive(Debug)]
#[non_exhaustive]
pub enum Socket {
    /// A unix socket, and every other socket that is not TCP, such as one of vsock: std's type does nothing with
    /// it but what all stream sockets can do. Its addresses alone have no meaning then.
    #[cfg(unix)]
    Unix(UnixStream),
    /// A TCP connection, which sends each write at once (`TCP_NODELAY`).
    Tcp(TcpStream),
}

/// Does the same with the stream of any kind.
macro_rules! each {
    ($socket:expr, $stream:ident => $result:expr) => {
        match $socket {
            #[cfg(unix)]
            Socket::Unix($stream) => $result,
            Socket::Tcp($stream) => $result,
        }
    };
}

impl Socket {
    /// Another handle of the same connection.
    ///
    /// # Errors
    /// When the system has no descriptor left.
    pub fn try_clone(&self) -> io::Result<Self> {
        Ok(match self {
            #[cfg(unix)]
            Self::Unix(stream) => Self::Unix(stream.try_clone()?),
            Self::Tcp(stream) => Self::Tcp(stream.try_clone()?),
        })
    }

    /// Lets reads fail when they have waited for so long; `None`: they wait for ever.
    ///
    /// # Errors
    /// For a timeout of zero.
    pub fn set_read_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        each!(self, stream => stream.set_read_timeout(timeout))
    }

    /// Lets writes fail when they have waited for so long; `None`: they wait for ever.
    ///
    /// # Errors
    /// For a timeout of zero.
    pub fn set_write_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        each!(self, stream => stream.set_write_timeout(timeout))
    }

    /// Lets reads and writes fail instead of waiting, or wait again.
    ///
    /// # Errors
    /// What the system says.
    pub fn set_nonblocking(&self, nonblocking: bool) -> io::Result<()> {
        each!(self, stream => stream.set_nonblocking(nonblocking))
    }

    /// Ends the connection in one direction or both, for all handles of it.
    ///
    /// # Errors
    /// When it has ended already.
    pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        each!(self, stream => stream.shutdown(how))
    }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        each!(self, stream => stream.read(buffer))
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        each!(self, stream => stream.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        each!(self, stream => stream.flush())
    }
}

impl From<TcpStream> for Socket {
    fn from(stream: TcpStream) -> Self {
        Self::Tcp(stream)
    }
}

#[cfg(unix)]
impl From<UnixStream> for Socket {
    fn from(stream: UnixStream) -> Self {
        Self::Unix(stream)
    }
}

#[cfg(unix)]
impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        each!(self, stream => stream.as_fd())
    }
}

/// Two ends of a new connection: one for this process, one for a child to inherit.
///
/// A program that speaks on its standard input and output gets the second end as both, and is then held to deadlines
/// like every other server:
///
/// ```no_run
/// use std::process::Command;
///
/// let (ours, theirs) = qmp_client::connect::pair()?;
/// let child = Command::new("ssh")
///     .args(["host", "socat", "-", "UNIX-CONNECT:/run/vm.qmp"])
///     .stdin(theirs.try_clone()?)
///     .stdout(theirs)
///     .spawn()?;
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// Whoever starts the child closes his copies of the second end (here, `Command` does when it is dropped), or never
/// learns that the child has ended.
///
/// # Errors
/// When the system has no descriptor left.
#[cfg(unix)]
pub fn pair() -> io::Result<(UnixStream, OwnedFd)> {
    let (ours, theirs) = UnixStream::pair()?;
    Ok((ours, theirs.into()))
}
