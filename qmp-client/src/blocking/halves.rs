//! A transport of any reader and any writer.

use std::fmt;
use std::io::{self, Read, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::Transport;
use crate::connect::ChildStdio;
use crate::deadline::Deadline;

/// How much is read at a time, and how many pieces wait for the client.
const READ_SIZE: usize = 16 << 10;
const PIECES: usize = 4;

/// Anything that can be read, and anything that can be written, as a [`Transport`]: pipes, the standard input and output
/// of a child, streams of other crates.
///
/// ```no_run
/// use std::process::{Command, Stdio};
///
/// use qmp_client::blocking::{Client, Halves};
/// use qmp_client::connect::ChildStdio;
///
/// let mut child = Command::new("qemu-storage-daemon")
///     .args(["--chardev", "stdio,id=m", "--monitor", "chardev=m"])
///     .stdin(Stdio::piped())
///     .stdout(Stdio::piped())
///     .spawn()?;
/// let stdio = ChildStdio::take(&mut child).ok_or("no pipes")?;
/// let client = Client::over(Halves::try_from(stdio)?)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A thread does the reading, so that the client can wait no longer than it wants to. Behind the end of the client the
/// writer is closed, and the thread ends with its next read: so there should be an end to what is read. Writes are
/// not bounded in time.
pub struct Halves {
    incoming: Mutex<Incoming>,
    /// `None` when it is closed.
    writer: Mutex<Option<Box<dyn Write + Send>>>,
    /// Wakes who reads, for there is nothing more to come.
    end: SyncSender<io::Result<Vec<u8>>>,
    is_closed: AtomicBool,
}

struct Incoming {
    pieces: Receiver<io::Result<Vec<u8>>>,
    piece: Vec<u8>,
    /// How much of the piece was taken.
    taken: usize,
    timeout: Duration,
}

impl fmt::Debug for Halves {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Halves").field("is_closed", &self.is_closed).finish_non_exhaustive()
    }
}

impl Halves {
    /// Joins a reader and a writer.
    ///
    /// # Errors
    /// When there can be no thread for the reader.
    pub fn new(reader: impl Read + Send + 'static, writer: impl Write + Send + 'static) -> io::Result<Self> {
        let (end, pieces) = sync_channel(PIECES);
        let sender = end.clone();
        thread::Builder::new().name("qmp-reader".into()).spawn(move || read_all(reader, &sender))?;
        let incoming = Incoming { pieces, piece: Vec::new(), taken: 0, timeout: Deadline::LONGEST };
        let writer = Mutex::new(Some(Box::new(writer) as Box<dyn Write + Send>));
        Ok(Self { incoming: Mutex::new(incoming), writer, end, is_closed: AtomicBool::new(false) })
    }
}

impl TryFrom<ChildStdio> for Halves {
    type Error = io::Error;

    fn try_from(stdio: ChildStdio) -> io::Result<Self> {
        let (stdin, stdout) = stdio.into_parts();
        Self::new(stdout, stdin)
    }
}

/// Reads until the end, or until nobody wants it any more.
fn read_all(mut reader: impl Read, sender: &SyncSender<io::Result<Vec<u8>>>) {
    loop {
        let mut piece = vec![0; READ_SIZE];
        let read = match reader.read(&mut piece) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read,
        };
        let is_end = !matches!(read, Ok(1..));
        let sent = sender.send(read.map(|length| {
            piece.truncate(length);
            piece
        }));
        if is_end || sent.is_err() {
            return;
        }
    }
}

impl Incoming {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.piece.len() {
            self.piece = match self.pieces.recv_timeout(self.timeout) {
                Ok(piece) => piece?,
                Err(RecvTimeoutError::Timeout) => return Err(io::ErrorKind::TimedOut.into()),
                Err(RecvTimeoutError::Disconnected) => Vec::new(),
            };
            self.taken = 0;
        }
        let rest = &self.piece[self.taken..];
        let length = rest.len().min(buffer.len());
        buffer[..length].copy_from_slice(&rest[..length]);
        self.taken += length;
        Ok(length)
    }
}

impl Transport for Halves {
    fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.is_closed.load(Ordering::Relaxed) { Ok(0) } else { lock(&self.incoming).read(buffer) }
    }

    fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        let mut writer = lock(&self.writer);
        let Some(open) = writer.as_mut() else { return Err(io::ErrorKind::BrokenPipe.into()) };
        let written = open.write(bytes).and_then(|written| open.flush().map(|()| written));
        if self.is_closed.load(Ordering::Relaxed) {
            *writer = None;
        }
        written
    }

    fn set_read_timeout(&self, timeout: Duration) -> io::Result<()> {
        lock(&self.incoming).timeout = timeout;
        Ok(())
    }

    fn set_write_timeout(&self, _: Duration) -> io::Result<()> {
        Ok(())
    }

    fn close(&self) {
        self.is_closed.store(true, Ordering::Relaxed);
        // Where the queue is full nobody waits for it, and a write that goes on closes behind itself.
        let _ = self.end.try_send(Ok(Vec::new()));
        if let Ok(mut writer) = self.writer.try_lock() {
            *writer = None;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
