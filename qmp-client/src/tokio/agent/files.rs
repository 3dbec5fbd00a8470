//! Copying files out of and into the guest.

use ::tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use ::tokio::runtime::Handle;
use qmp_types::qga::commands::{GuestFileClose, GuestFileFlush, GuestFileOpen};

use super::Agent;
use crate::Error;
use crate::agent::files::{self, CHUNK};

impl Agent {
    /// Copies a file of the guest to `sink`, and says how many bytes that were. `progress` is told after each piece (64 KiB,
    /// or less at the end) how many there are so far.
    ///
    /// Each command has the client's [`call_timeout`](crate::Options::call_timeout), the copy as a whole has none: a file that
    /// grows, or a device, may be read for ever. Dropped, it ends, and the file is closed by a task of the runtime.
    ///
    /// # Errors
    /// As [`execute`](Self::execute); [`Error::Copy`] from the sink. The file is closed all the same.
    pub async fn read_file(
        &self,
        path: &str,
        mut sink: impl AsyncWrite + Unpin,
        progress: impl FnMut(u64),
    ) -> Result<u64, Error> {
        let file = self.open(files::to_read(path)).await?;
        let copied = file.copy_to(&mut sink, progress).await;
        let closed = file.close().await;
        copied.and_then(|total| closed.map(|()| total))
    }

    /// Copies `source` to a file of the guest, which is made or loses what it had, and says how many bytes that were.
    /// `progress` is told after each piece (up to 64 KiB) how many there are so far.
    ///
    /// Each command has the client's [`call_timeout`](crate::Options::call_timeout), the copy as a whole has none. Dropped, it
    /// ends, and the file is closed by a task of the runtime.
    ///
    /// # Errors
    /// As [`execute`](Self::execute); [`Error::Copy`] from the source. The file is closed all the same, with what was
    /// written until then.
    pub async fn write_file(
        &self,
        path: &str,
        mut source: impl AsyncRead + Unpin,
        progress: impl FnMut(u64),
    ) -> Result<u64, Error> {
        let file = self.open(files::to_write(path)).await?;
        let copied = file.copy_from(&mut source, progress).await;
        let closed = file.close().await;
        copied.and_then(|total| closed.map(|()| total))
    }

    /// Opens a file in a task of its own: one who is dropped in the meantime would never learn what there is to close.
    async fn open(&self, command: GuestFileOpen) -> Result<OpenFile, Error> {
        let agent = self.clone();
        let opening = ::tokio::spawn(async move {
            let handle = agent.execute(&command).await?;
            Ok(OpenFile { agent, handle, is_open: true, runtime: Handle::current() })
        });
        // A task ends without a result when its runtime does.
        opening.await.unwrap_or(Err(Error::Closed))
    }
}

/// A file that is closed when it is dropped, if not before.
struct OpenFile {
    agent: Agent,
    handle: i64,
    is_open: bool,
    runtime: Handle,
}

impl OpenFile {
    async fn copy_to(
        &self,
        sink: &mut (impl AsyncWrite + Unpin),
        mut progress: impl FnMut(u64),
    ) -> Result<u64, Error> {
        let mut total = 0;
        loop {
            let read = self.agent.execute(&files::read(self.handle)).await?;
            let piece = files::piece(&read)?;
            sink.write_all(&piece).await.map_err(Error::Copy)?;
            if !piece.is_empty() {
                total += piece.len() as u64;
                progress(total);
            }
            if read.eof {
                sink.flush().await.map_err(Error::Copy)?;
                return Ok(total);
            }
        }
    }

    async fn copy_from(
        &self,
        source: &mut (impl AsyncRead + Unpin),
        mut progress: impl FnMut(u64),
    ) -> Result<u64, Error> {
        let mut total = 0;
        let mut buffer = vec![0; CHUNK];
        loop {
            let length = source.read(&mut buffer).await.map_err(Error::Copy)?;
            if length == 0 {
                self.agent.execute(&GuestFileFlush::new(self.handle)).await?;
                return Ok(total);
            }
            let mut piece = &buffer[..length];
            while !piece.is_empty() {
                let written = self.agent.execute(&files::write(self.handle, piece)).await?;
                let written = files::written(&written, piece)?;
                piece = &piece[written..];
                total += written as u64;
                progress(total);
            }
        }
    }

    async fn close(mut self) -> Result<(), Error> {
        let closed = self.agent.execute(&GuestFileClose::new(self.handle)).await;
        // Not before: who is dropped while it waits has not closed.
        self.is_open = false;
        closed
    }
}

impl Drop for OpenFile {
    fn drop(&mut self) {
        if self.is_open {
            let (agent, command) = (self.agent.clone(), GuestFileClose::new(self.handle));
            // Nobody is there to be told.
            self.runtime.spawn(async move { drop(agent.execute(&command).await) });
        }
    }
}
