//! TCP.

use std::io;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

use super::{Socket, invalid};
use crate::deadline::Deadline;

/// Tries all addresses of a host in turn.
pub(super) fn connect(host: &str, port: u16, deadline: &Deadline) -> io::Result<Socket> {
    check_port(port)?;
    let addresses: Vec<SocketAddr> = (host, port).to_socket_addrs()?.collect();
    let mut failure = no_address();
    for (tried, address) in addresses.iter().enumerate() {
        let remaining = deadline.remaining().ok_or(io::ErrorKind::TimedOut)?;
        match TcpStream::connect_timeout(address, share(remaining, addresses.len() - tried)) {
            Ok(stream) => {
                // Each request is one write; held back, it would only come later.
                stream.set_nodelay(true)?;
                return Ok(Socket::Tcp(stream));
            }
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

/// The time for the next of `left` addresses: one that swallows what is sent to it must not take that of the others.
pub(super) fn share(remaining: Duration, left: usize) -> Duration {
    (remaining / u32::try_from(left).unwrap_or(u32::MAX)).max(Deadline::SHORTEST)
}

pub(super) fn check_port(port: u16) -> io::Result<()> {
    if port == 0 { Err(invalid("nobody listens on port 0")) } else { Ok(()) }
}

pub(super) fn no_address() -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, "the host has no address")
}
