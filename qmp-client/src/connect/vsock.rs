//! Sockets between virtual machines and their host.

use std::io;

use socket2::{Domain, SockAddr, Type};

use super::Socket;
use crate::deadline::Deadline;

/// Linux itself gives up after 2 seconds where nobody answers.
pub(super) fn connect(cid: u32, port: u32, deadline: &Deadline) -> io::Result<Socket> {
    let socket = socket2::Socket::new(Domain::VSOCK, Type::STREAM, None)?;
    let timeout = deadline.remaining().ok_or(io::ErrorKind::TimedOut)?;
    socket.connect_timeout(&SockAddr::vsock(cid, port), timeout)?;
    Ok(Socket::Unix(socket.into()))
}
