//! Copying files out of and into the guest.

use std::io::{ErrorKind, Read, Write};

use qmp_types::qga::commands::{GuestFileClose, GuestFileFlush, GuestFileOpen};

use super::Agent;
use crate::Error;
use crate::agent::files::{self, CHUNK};

impl Agent {
    /// Copies a file of the guest to `sink`, and says how many bytes that were. `progress` is told after each piece (64 KiB,
    /// or less at the end) how many there are so far.
    ///
    /// Each command has the client's [`call_timeout`](crate::Options::call_timeout), the copy as a whole has none: a file that
    /// grows, or a device, may be read for ever.
    ///
    /// # Errors
    /// As [`execute`](Self::execute); [`Error::Copy`] from the sink. The file is closed all the same.
    pub fn read_file(
        &self,
        path: &str,
        mut sink: impl Write,
        mut progress: impl FnMut(u64),
    ) -> Result<u64, Error> {
        self.with_file(&files::to_read(path), |handle| {
            let mut total = 0;
            loop {
                let read = self.execute(&files::read(handle))?;
                let piece = files::piece(&read)?;
                sink.write_all(&piece).map_err(Error::Copy)?;
                if !piece.is_empty() {
                    total += piece.len() as u64;
                    progress(total);
                }
                if read.eof {
                    sink.flush().map_err(Error::Copy)?;
                    return Ok(total);
                }
            }
        })
    }

    /// Copies `source` to a file of the guest, which is made or loses what it had, and says how many bytes that were.
    /// `progress` is told after each piece (up to 64 KiB) how many there are so far.
    ///
    /// Each command has the client's [`call_timeout`](crate::Options::call_timeout), the copy as a whole has none.
    ///
    /// # Errors
    /// As [`execute`](Self::execute); [`Error::Copy`] from the source. The file is closed all the same, with what was
    /// written until then.
    pub fn write_file(
        &self,
        path: &str,
        mut source: impl Read,
        mut progress: impl FnMut(u64),
    ) -> Result<u64, Error> {
        self.with_file(&files::to_write(path), |handle| {
            let mut total = 0;
            let mut buffer = vec![0; CHUNK];
            loop {
                let length = match source.read(&mut buffer) {
                    Ok(0) => break,
                    Ok(length) => length,
                    Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                    Err(error) => return Err(Error::Copy(error)),
                };
                let mut piece = &buffer[..length];
                while !piece.is_empty() {
                    let written = self.execute(&files::write(handle, piece))?;
                    let written = files::written(&written, piece)?;
                    piece = &piece[written..];
                    total += written as u64;
                    progress(total);
                }
            }
            self.execute(&GuestFileFlush::new(handle))?;
            Ok(total)
        })
    }

    /// Does something with a file that is open, and closes it, behind a panic too.
    fn with_file<T>(
        &self,
        open: &GuestFileOpen,
        act: impl FnOnce(i64) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let file = OpenFile { agent: self, handle: Some(self.execute(open)?) };
        let result = file.handle.map_or(Err(Error::Closed), act);
        let closed = file.close();
        result.and_then(|done| closed.map(|()| done))
    }
}

/// A file that is closed when it is dropped, if not before.
struct OpenFile<'a> {
    agent: &'a Agent,
    handle: Option<i64>,
}

impl OpenFile<'_> {
    fn close(mut self) -> Result<(), Error> {
        self.close_once()
    }

    fn close_once(&mut self) -> Result<(), Error> {
        self.handle.take().map_or(Ok(()), |handle| self.agent.execute(&GuestFileClose::new(handle)))
    }
}

impl Drop for OpenFile<'_> {
    fn drop(&mut self) {
        // Behind a panic nobody is there to be told.
        let _ = self.close_once();
    }
}
