//! Connecting on the tokio runtime.

use std::io;
use std::time::Duration;

#[cfg(unix)]
use socket2::SockAddr;
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;
use tokio::time::{Instant, timeout_at};

use super::{Socket, tcp, unsupported};
#[cfg(unix)]
use super::{inherited, unix};
use crate::Address;
use crate::deadline::Deadline;

/// How long to wait for a place in the queue of a unix socket at first, and at most. Nothing tells when there is one.
#[cfg(unix)]
const RETRY: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(50));

/// A connected stream socket that belongs to a tokio runtime.
#[derive(Debug)]
#[non_exhaustive]
pub enum TokioSocket {
    /// As [`Socket::Unix`].
    #[cfg(unix)]
    Unix(UnixStream),
    /// As [`Socket::Tcp`].
    Tcp(TcpStream),
}

/// It becomes part of the runtime around the caller.
///
/// # Panics
/// Outside a tokio runtime that has its I/O enabled.
impl TryFrom<Socket> for TokioSocket {
    type Error = io::Error;

    fn try_from(socket: Socket) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        Ok(match socket {
            #[cfg(unix)]
            Socket::Unix(stream) => Self::Unix(UnixStream::from_std(stream)?),
            Socket::Tcp(stream) => Self::Tcp(TcpStream::from_std(stream)?),
        })
    }
}

/// As [`connect`](super::connect()), and holds up no thread of the runtime. The resolution of a host name is bounded
/// too. It may be given up at any time.
///
/// # Errors
/// As [`connect`](super::connect()).
///
/// # Panics
/// Outside a tokio runtime that has its I/O and its clock enabled.
pub async fn connect_tokio(address: &Address, timeout: Duration) -> io::Result<TokioSocket> {
    let now = Instant::now();
    let deadline = now
        .checked_add(timeout.max(Deadline::SHORTEST))
        .unwrap_or(now + Duration::from_secs(u32::MAX.into()));
    let connected = async {
        match address {
            #[cfg(unix)]
            Address::Unix(path) => connect_stream(&unix::file(path)?).await,
            #[cfg(target_os = "linux")]
            Address::Abstract(name) => connect_stream(&unix::abstract_name(name)?).await,
            Address::Tcp { host, port } => connect_tcp(host, *port, deadline).await,
            #[cfg(target_os = "linux")]
            Address::Vsock { cid, port } => connect_stream(&SockAddr::vsock(*cid, *port)).await,
            #[cfg(unix)]
            Address::Fd(number) => inherited::take(*number)?.try_into(),
            #[allow(unreachable_patterns, reason = "Linux has them all")]
            other => Err(unsupported(other)),
        }
    };
    timeout_at(deadline, connected).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

/// Registers a socket of any kind with the runtime. tokio's own type for that takes `unsafe`; of this one, which is
/// meant for connections, only the waiting is used.
pub(super) fn watch(socket: &socket2::Socket) -> io::Result<TcpStream> {
    TcpStream::from_std(socket.try_clone()?.into())
}

/// Connects to what is not TCP.
#[cfg(unix)]
async fn connect_stream(address: &SockAddr) -> io::Result<TokioSocket> {
    use rustix::io::Errno;

    let (mut pause, longest) = RETRY;
    loop {
        let socket = socket2::Socket::new(address.domain(), socket2::Type::STREAM, None)?;
        socket.set_nonblocking(true)?;
        match socket.connect(address) {
            Ok(()) => return Ok(TokioSocket::Unix(UnixStream::from_std(socket.into())?)),
            Err(error) if Errno::from_io_error(&error) == Some(Errno::INPROGRESS) => {
                let stream = UnixStream::from_std(socket.into())?;
                stream.writable().await?;
                return stream.take_error()?.map_or(Ok(TokioSocket::Unix(stream)), Err);
            }
            // What Linux says of a unix socket whose queue is full.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                tokio::time::sleep(pause).await;
                pause = longest.min(pause * 2);
            }
            Err(error) => return Err(error),
        }
    }
}

/// Tries all addresses of a host in turn.
async fn connect_tcp(host: &str, port: u16, deadline: Instant) -> io::Result<TokioSocket> {
    tcp::check_port(port)?;
    let addresses: Vec<_> = tokio::net::lookup_host((host, port)).await?.collect();
    let mut failure = tcp::no_address();
    for (tried, address) in addresses.iter().enumerate() {
        let share = tcp::share(deadline.saturating_duration_since(Instant::now()), addresses.len() - tried);
        match tokio::time::timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                // Each request is one write; held back, it would only come later.
                stream.set_nodelay(true)?;
                return Ok(TokioSocket::Tcp(stream));
            }
            Ok(Err(error)) => failure = error,
            Err(_) => failure = io::ErrorKind::TimedOut.into(),
        }
    }
    Err(failure)
}
