//! What carries the bytes of a blocking server.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
#[cfg(unix)]
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::Arc;

use socket2::SockRef;

/// A connection that several threads use: one reads, others write, and any may end it.
pub trait Stream: Send + Sync + 'static {
    /// Reads what has come, or waits until something comes; 0 at the end.
    ///
    /// # Errors
    /// Those of the transport.
    fn read(&self, buffer: &mut [u8]) -> io::Result<usize>;

    /// Writes all.
    ///
    /// # Errors
    /// Those of the transport.
    fn write_all(&self, bytes: &[u8]) -> io::Result<()>;

    /// Ends the connection, and whatever waits for it.
    fn shutdown(&self);
}

/// Where connections come from.
pub trait Listener: Send + Sync + 'static {
    /// Waits for a connection.
    ///
    /// # Errors
    /// When none will come any more.
    fn accept(&self) -> io::Result<Arc<dyn Stream>>;

    /// Ends the wait for a connection, now and in the future.
    fn shutdown(&self);
}

macro_rules! stream {
    ($stream:ty) => {
        impl Stream for $stream {
            fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
                let mut stream = self;
                Read::read(&mut stream, buffer)
            }

            fn write_all(&self, bytes: &[u8]) -> io::Result<()> {
                let mut stream = self;
                Write::write_all(&mut stream, bytes)
            }

            fn shutdown(&self) {
                // It fails where the connection has ended already.
                let _ = <$stream>::shutdown(self, Shutdown::Both);
            }
        }
    };
}

stream!(TcpStream);
#[cfg(unix)]
stream!(UnixStream);

impl Listener for TcpListener {
    fn accept(&self) -> io::Result<Arc<dyn Stream>> {
        let (stream, _) = TcpListener::accept(self)?;
        // A reply is one write: waiting for more only delays it.
        stream.set_nodelay(true)?;
        Ok(Arc::new(stream))
    }

    fn shutdown(&self) {
        // Where a listener cannot be shut down (not on Linux), a connection ends the wait.
        if SockRef::from(self).shutdown(Shutdown::Both).is_err()
            && let Ok(address) = self.local_addr()
        {
            let _ = TcpStream::connect(address);
        }
    }
}

#[cfg(unix)]
impl Listener for UnixListener {
    fn accept(&self) -> io::Result<Arc<dyn Stream>> {
        UnixListener::accept(self).map(|(stream, _)| Arc::new(stream) as Arc<dyn Stream>)
    }

    fn shutdown(&self) {
        // As for TCP.
        if SockRef::from(self).shutdown(Shutdown::Both).is_err()
            && let Ok(address) = self.local_addr()
        {
            let _ = UnixStream::connect_addr(&address);
        }
    }
}
