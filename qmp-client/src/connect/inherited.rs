//! Descriptors that whoever started this process left open for it.

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use socket2::{Domain, Type};

use super::{Socket, invalid};

/// A duplicate of descriptor `number`, if it is a connected stream socket.
pub(super) fn take(number: u32) -> io::Result<Socket> {
    let socket = socket2::Socket::from(duplicate(number)?);
    let wrong =
        |what: &str| invalid(format!("descriptor {number} is {what}, expected a connected stream socket"));
    match socket.r#type() {
        Ok(Type::STREAM) => {}
        Ok(_) => return Err(wrong("a socket of another type")),
        Err(_) => return Err(wrong("not a socket")),
    }
    let domain = socket.local_addr()?.domain();
    if socket.peer_addr().is_err() {
        return Err(wrong("a socket without a connection"));
    }
    // It may come from a program that did not block.
    socket.set_nonblocking(false)?;
    if matches!(domain, Domain::IPV4 | Domain::IPV6) {
        socket.set_tcp_nodelay(true)?;
        return Ok(Socket::Tcp(socket.into()));
    }
    Ok(Socket::Unix(socket.into()))
}

fn duplicate(number: u32) -> io::Result<OwnedFd> {
    if number == 0 { io::stdin().as_fd().try_clone_to_owned() } else { duplicate_any(number) }
}

/// Through the kernel's view of this process, for which nothing need be trusted: a number that is not open is an error.
#[cfg(target_os = "linux")]
fn duplicate_any(number: u32) -> io::Result<OwnedFd> {
    use rustix::io::Errno;
    use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};

    let closed = || invalid(format!("descriptor {number} is not open"));
    let raw = i32::try_from(number).map_err(|_| closed())?;
    let duplicate = pidfd_open(getpid(), PidfdFlags::empty())
        .and_then(|process| pidfd_getfd(process, raw, PidfdGetfdFlags::empty()));
    duplicate.map_err(|error| match error {
        Errno::BADF => closed(),
        Errno::NOSYS => unsupported(number, "Linux 5.6 is needed"),
        // A sandbox says so.
        Errno::PERM => io::Error::new(
            io::ErrorKind::PermissionDenied,
            format!("descriptor {number}: pidfd_getfd is forbidden here"),
        ),
        other => other.into(),
    })
}

#[cfg(not(target_os = "linux"))]
fn duplicate_any(number: u32) -> io::Result<OwnedFd> {
    Err(unsupported(number, "only descriptor 0 can be taken on this system"))
}

fn unsupported(number: u32, why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, format!("descriptor {number}: {why}"))
}
