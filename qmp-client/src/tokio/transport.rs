//! What carries the bytes.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use ::tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
#[cfg(unix)]
use ::tokio::net::UnixStream;

use crate::switchboard::Fds;

/// A stream of bytes in both directions, and of file descriptors where it can carry them.
pub(super) trait Transport: Send {
    fn poll_read(&mut self, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>>;

    fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &[u8],
        fds: Option<&Fds>,
    ) -> Poll<io::Result<usize>>;

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;

    fn passes_fds(&self) -> bool {
        false
    }
}

/// Any stream.
pub(super) struct Plain<T>(pub(super) T);

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Transport for Plain<T> {
    fn poll_read(&mut self, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }

    fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &[u8],
        fds: Option<&Fds>,
    ) -> Poll<io::Result<usize>> {
        match fds {
            None => Pin::new(&mut self.0).poll_write(cx, bytes),
            Some(_) => Poll::Ready(Err(io::ErrorKind::Unsupported.into())),
        }
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }
}

#[cfg(unix)]
impl Transport for UnixStream {
    fn poll_read(&mut self, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        AsyncRead::poll_read(Pin::new(self), cx, buffer)
    }

    fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &[u8],
        fds: Option<&Fds>,
    ) -> Poll<io::Result<usize>> {
        match fds {
            None => AsyncWrite::poll_write(Pin::new(self), cx, bytes),
            Some(fds) => poll_write_with_fds(self, cx, bytes, fds),
        }
    }

    fn poll_flush(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn passes_fds(&self) -> bool {
        // It may hold a socket of another kind, which has no unix address.
        self.local_addr().is_ok()
    }
}

#[cfg(unix)]
fn poll_write_with_fds(
    stream: &UnixStream,
    cx: &mut Context<'_>,
    bytes: &[u8],
    fds: &Fds,
) -> Poll<io::Result<usize>> {
    use std::os::fd::AsFd;

    let fds: Vec<_> = fds.iter().map(AsFd::as_fd).collect();
    loop {
        std::task::ready!(stream.poll_write_ready(cx))?;
        match stream.try_io(::tokio::io::Interest::WRITABLE, || crate::fds::send(stream, bytes, &fds)) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            result => return Poll::Ready(result),
        }
    }
}
