//! From an address to a transport.

use std::io;

use ::tokio::net::{TcpStream, UnixStream};
use ::tokio::time::{Instant, timeout_at};

use super::transport::{Plain, Transport};
use crate::Address;

/// Connects to an address before the deadline.
pub(super) async fn dial(address: &Address, deadline: Instant) -> io::Result<Box<dyn Transport>> {
    timeout_at(deadline, async {
        match address {
            Address::Unix(path) => Ok(Box::new(UnixStream::connect(path).await?) as Box<dyn Transport>),
            Address::Tcp { host, port } => {
                let stream = TcpStream::connect((host.as_str(), *port)).await?;
                stream.set_nodelay(true)?;
                Ok(Box::new(Plain(stream)) as Box<dyn Transport>)
            }
        }
    })
    .await?
}
