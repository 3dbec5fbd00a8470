//! Moves the bytes of one connection to an agent.

use std::io;

use crate::Error;
use crate::agent::Line;
use crate::blocking::Transport;
use crate::blocking::role::{Role, WRITE_SIZE};
use crate::deadline::Deadline;

/// How much is read at a time: most of a piece of a file.
const READ_SIZE: usize = 64 << 10;

/// One connection, for the thread whose turn it is.
pub(super) struct Wire {
    pub(super) line: Line,
    reader: Role,
    writer: Role,
}

impl Wire {
    pub(super) fn new(line: Line) -> Self {
        Self { line, reader: Role::new(vec![0; READ_SIZE]), writer: Role::new(Vec::new()) }
    }

    /// Syncs; `false` when the deadline passed.
    pub(super) fn sync(&mut self, transport: &dyn Transport, deadline: &Deadline) -> Result<bool, Error> {
        self.line.start_sync()?;
        Ok(self.run(transport, deadline, Line::take_synced)?.is_some())
    }

    /// Writes and reads until `advance` has what it waits for; `None` when the deadline passed.
    pub(super) fn run<T>(
        &mut self,
        transport: &dyn Transport,
        deadline: &Deadline,
        mut advance: impl FnMut(&mut Line) -> Result<Option<T>, Error>,
    ) -> Result<Option<T>, Error> {
        for round in 0.. {
            if let Some(done) = advance(&mut self.line)? {
                return Ok(Some(done));
            }
            let remaining = match deadline.remaining() {
                Some(remaining) => remaining,
                // However short the wait: what can be written or read at once is.
                None if round < 2 => Deadline::SHORTEST,
                None => break,
            };
            let moved = if self.line.outgoing().is_empty() {
                self.reader
                    .arm(remaining, |timeout| transport.set_read_timeout(timeout))
                    .and_then(|()| self.read(transport))
            } else {
                self.writer
                    .arm(remaining, |timeout| transport.set_write_timeout(timeout))
                    .and_then(|()| self.write(transport))
            };
            if let Err(error) = moved {
                self.line.end_of_input(Err(error));
            }
        }
        Ok(None)
    }

    fn read(&mut self, transport: &dyn Transport) -> io::Result<()> {
        let read = transport.read(&mut self.reader.buffer);
        match self.reader.unless_timed_out(read)? {
            Some(0) => self.line.end_of_input(Ok(())),
            Some(length) => self.line.receive(&self.reader.buffer[..length]),
            None => {}
        }
        Ok(())
    }

    fn write(&mut self, transport: &dyn Transport) -> io::Result<()> {
        let outgoing = self.line.outgoing();
        let written = transport.write(&outgoing[..outgoing.len().min(WRITE_SIZE)]);
        match self.writer.unless_timed_out(written)? {
            Some(0) => return Err(io::ErrorKind::WriteZero.into()),
            Some(written) => self.line.written(written),
            None => {}
        }
        Ok(())
    }
}
