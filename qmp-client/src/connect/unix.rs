//! Unix sockets.

use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use socket2::{Domain, SockAddr, Type};

use super::{Socket, invalid};
use crate::deadline::Deadline;

/// The address of a file.
pub(super) fn file(path: &Path) -> io::Result<SockAddr> {
    let bytes = path.as_os_str().as_bytes();
    // In the system's terms an empty path is no address, and a zero byte ends it or makes it a name.
    if bytes.is_empty() || bytes.contains(&0) {
        return Err(invalid("the path of a socket is not empty and has no zero byte"));
    }
    let path_error = |_| {
        let length = bytes.len();
        invalid(format!(
            "the path of a socket has at most about 100 bytes, depending on the system, not {length}"
        ))
    };
    SockAddr::unix(path).map_err(path_error)
}

/// The address of a name without a file.
#[cfg(target_os = "linux")]
pub(super) fn abstract_name(name: &str) -> io::Result<SockAddr> {
    if name.is_empty() {
        return Err(invalid("the name of a socket is not empty"));
    }
    let name_error = |_| invalid(format!("the name of a socket has at most 107 bytes, not {}", name.len()));
    SockAddr::unix(format!("\0{name}")).map_err(name_error)
}

pub(super) fn connect(address: &SockAddr, deadline: &Deadline) -> io::Result<Socket> {
    let socket = socket2::Socket::new(Domain::UNIX, Type::STREAM, None)?;
    loop {
        let timeout = deadline.remaining().ok_or(io::ErrorKind::TimedOut)?;
        // Not `connect_timeout`: that connects without blocking, and where other clients wait for the
        // server already (its backlog is full) Linux then refuses at once instead of waiting for a place.
        socket.set_write_timeout(Some(timeout))?;
        match socket.connect(address) {
            Ok(()) => break,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    socket.set_write_timeout(None)?;
    Ok(Socket::Unix(socket.into()))
}
