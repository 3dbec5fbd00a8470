//! Waiting for a socket.

use std::io;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use crate::deadline::Deadline;

/// Waits until something is to be read or accepted; `false` when the deadline passed.
pub(crate) fn readable(socket: &socket2::SockRef<'_>, deadline: &Deadline) -> io::Result<bool> {
    while let Some(remaining) = deadline.remaining() {
        let timeout = Timespec::try_from(remaining).map_err(|_| io::ErrorKind::InvalidInput)?;
        match poll(&mut [PollFd::new(&**socket, PollFlags::IN)], Some(&timeout)) {
            Ok(0) | Err(Errno::INTR) => {}
            Ok(_) => return Ok(true),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(false)
}
