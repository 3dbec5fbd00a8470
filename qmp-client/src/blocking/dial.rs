//! From an address to a transport.

use std::io;
use std::time::Duration;

use super::Transport;
use super::deadline::Deadline;
use crate::Address;
use crate::connect::{Socket, connect};

/// Connects to an address before the deadline; resolving a host name is not bounded, std has no means for it.
pub(super) fn dial(address: &Address, deadline: &Deadline) -> io::Result<Box<dyn Transport>> {
    let timeout = deadline.remaining().ok_or(io::ErrorKind::TimedOut)?;
    Ok(Box::new(connect(address, timeout)?))
}

impl Transport for Socket {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        self.set_read_timeout(Some(timeout))?;
        self.set_write_timeout(Some(timeout))
    }
}
