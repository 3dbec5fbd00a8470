//! From an address to a transport.

use std::io;
use std::net::{TcpStream, ToSocketAddrs};
use std::path::Path;

use super::Transport;
use super::deadline::Deadline;
use crate::Address;

/// Connects to an address before the deadline; resolving a host name is not bounded, std has no means for it.
pub(super) fn dial(address: &Address, deadline: &Deadline) -> io::Result<Box<dyn Transport>> {
    match address {
        Address::Unix(path) => dial_unix(path, deadline),
        Address::Tcp { host, port } => dial_tcp(host, *port, deadline),
    }
}

#[cfg(unix)]
fn dial_unix(path: &Path, deadline: &Deadline) -> io::Result<Box<dyn Transport>> {
    use socket2::{Domain, SockAddr, Socket, Type};

    let address = SockAddr::unix(path)?;
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    loop {
        let timeout = deadline.remaining().ok_or(io::ErrorKind::TimedOut)?;
        // Not `connect_timeout`: that connects without blocking, and where other clients wait for the
        // server already (its backlog is full) Linux then refuses at once instead of waiting for a place.
        socket.set_write_timeout(Some(timeout))?;
        match socket.connect(&address) {
            Ok(()) => return Ok(Box::new(std::os::unix::net::UnixStream::from(socket))),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(not(unix))]
fn dial_unix(_: &Path, _: &Deadline) -> io::Result<Box<dyn Transport>> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "no unix sockets on this system"))
}

/// Tries all addresses of a host in turn.
fn dial_tcp(host: &str, port: u16, deadline: &Deadline) -> io::Result<Box<dyn Transport>> {
    let mut failure = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
    for address in (host, port).to_socket_addrs()? {
        let timeout = deadline.remaining().ok_or(io::ErrorKind::TimedOut)?;
        match TcpStream::connect_timeout(&address, timeout) {
            Ok(stream) => {
                // Each request is one write; held back, it would only come later.
                stream.set_nodelay(true)?;
                return Ok(Box::new(stream));
            }
            Err(error) => failure = error,
        }
    }
    Err(failure)
}
