//! From an address to a connected socket, without any protocol on it.
//!
//! - [`connect()`] and `connect_tokio` connect to where a server listens.
//! - [`Listener`] is for servers that connect: bind, start the server, accept. Nothing is there too early or too late.
//! - [`pair()`] makes a connection of which a child inherits the other end; the module `launch` does all of it.
//! - [`ChildStdio`] talks to a server that speaks on its standard input and output.
//!
//! A server that connects or inherits its end also spares its clients a fault: QEMU 10.0 that opens its monitor
//! while a client connects may greet twice, or never answer.

#[cfg(unix)]
mod file;
#[cfg(unix)]
mod inherited;
mod listener;
mod socket;
mod stdio;
mod tcp;
#[cfg(feature = "tokio")]
mod tokio;
#[cfg(unix)]
mod unix;
#[cfg(target_os = "linux")]
mod vsock;
pub(crate) mod wait;

use std::io;
use std::time::Duration;

use crate::Address;
use crate::deadline::Deadline;

pub use self::listener::Listener;
pub use self::socket::Socket;
#[cfg(unix)]
pub use self::socket::pair;
pub use self::stdio::ChildStdio;
#[cfg(feature = "tokio")]
pub use self::tokio::{TokioSocket, connect_tokio};

/// Connects to an address within `timeout`, at least a millisecond. The resolution of a host name is not bounded:
/// std has no means for it.
///
/// - **Unix sockets**: while the server's queue is full, the call waits for a place.
/// - **TCP**: the addresses of a host are tried in turn, each for its share of the time.
/// - **Inherited descriptors**: the socket is a duplicate. The descriptor itself stays open, so the connection lasts
///   until this process ends, or somebody shuts it down. 0 is had from std; for others Linux 5.6 is needed, and that
///   no sandbox forbids `pidfd_getfd`.
///
/// # Errors
/// [`io::ErrorKind::TimedOut`] when the time is up; [`io::ErrorKind::Unsupported`] where the system has no such
/// sockets; [`io::ErrorKind::InvalidInput`] for an address that no system could connect to, and for a descriptor that
/// is not a connected stream socket; what the system says else.
pub fn connect(address: &Address, timeout: Duration) -> io::Result<Socket> {
    let deadline = Deadline::after(timeout);
    match address {
        #[cfg(unix)]
        Address::Unix(path) => unix::connect(&unix::file(path)?, &deadline),
        #[cfg(target_os = "linux")]
        Address::Abstract(name) => unix::connect(&unix::abstract_name(name)?, &deadline),
        Address::Tcp { host, port } => tcp::connect(host, *port, &deadline),
        #[cfg(target_os = "linux")]
        Address::Vsock { cid, port } => vsock::connect(*cid, *port, &deadline),
        #[cfg(unix)]
        Address::Fd(number) => inherited::take(*number),
        #[allow(unreachable_patterns, reason = "Linux has them all")]
        other => Err(unsupported(other)),
    }
}

/// The error for addresses of a kind that this system does not have.
fn unsupported(address: &Address) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, format!("{address}: this system has no such sockets"))
}

fn invalid(what: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, what.into())
}
