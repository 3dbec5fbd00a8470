//! File descriptors that go with bytes.

use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd};

use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};

/// How many file descriptors the kernel passes at once (`SCM_MAX_FD`).
const MOST: usize = 253;

/// Refuses more than can be passed at once. When they are sent it is too late: a write that fails ends the connection.
pub(crate) fn check_count(count: usize) -> io::Result<()> {
    if count <= MOST {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::Unsupported, "more than 253 file descriptors at once"))
}

/// Writes some of the bytes to a unix socket, or all, with file descriptors that go with the first of them.
pub(crate) fn send(socket: impl AsFd, bytes: &[u8], fds: &[BorrowedFd<'_>]) -> io::Result<usize> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    check_count(fds.len())?;
    // There is room for as many.
    ancillary.push(SendAncillaryMessage::ScmRights(fds));
    Ok(sendmsg(socket, &[IoSlice::new(bytes)], &mut ancillary, SendFlags::NOSIGNAL)?)
}
