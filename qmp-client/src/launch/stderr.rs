//! What a child says on its standard error.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

/// How much is read at a time.
const READ_SIZE: usize = 4 << 10;

/// The end of what a child wrote; a thread reads along, so that the child is never held up.
///
/// The thread ends when nobody has the other end any more, which may be later than the child: its own children
/// inherit it.
#[derive(Debug, Clone)]
pub(super) struct Tail {
    shared: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    bytes: VecDeque<u8>,
    limit: usize,
    ended: bool,
}

impl Tail {
    /// Reads from now on, and keeps the last `limit` bytes.
    pub(super) fn of(mut source: impl Read + Send + 'static, limit: usize) -> io::Result<Self> {
        let tail =
            Self { shared: Arc::new(Mutex::new(State { bytes: VecDeque::new(), limit, ended: false })) };
        let writer = tail.clone();
        thread::Builder::new().name("server's stderr".into()).spawn(move || {
            let mut chunk = [0; READ_SIZE];
            loop {
                match source.read(&mut chunk) {
                    Ok(0) => break,
                    Ok(length) => writer.state().push(&chunk[..length]),
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(_) => break,
                }
            }
            writer.state().ended = true;
        })?;
        Ok(tail)
    }

    /// What is kept, with U+FFFD for what is not UTF-8.
    pub(super) fn text(&self) -> String {
        let mut state = self.state();
        String::from_utf8_lossy(state.bytes.make_contiguous()).into_owned()
    }

    /// Whether all there will ever be has been read.
    pub(super) fn is_complete(&self) -> bool {
        self.state().ended
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Whoever had the lock left bytes behind that are as good as any.
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn push(&mut self, bytes: &[u8]) {
        let kept = &bytes[bytes.len().saturating_sub(self.limit)..];
        let excess = (self.bytes.len() + kept.len()).saturating_sub(self.limit);
        self.bytes.drain(..excess);
        self.bytes.extend(kept);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::thread::yield_now;

    use super::Tail;

    fn tail_of(bytes: &[u8], limit: usize) -> String {
        let tail = Tail::of(Cursor::new(bytes.to_vec()), limit).unwrap();
        while !tail.is_complete() {
            yield_now();
        }
        tail.text()
    }

    #[test]
    fn only_the_end_is_kept() {
        assert_eq!(tail_of(b"", 5), "");
        assert_eq!(tail_of(b"all", 5), "all");
        assert_eq!(tail_of(b"only the end", 3), "end");
        assert_eq!(tail_of(b"nothing", 0), "");
        let long: Vec<u8> = (0..100_000_u32).map(|n| b'a' + (n % 26) as u8).collect();
        assert_eq!(tail_of(&long, 7000).as_bytes(), &long[93_000..]);
    }

    #[test]
    fn what_is_not_text_is_replaced() {
        assert_eq!(tail_of(b"\xffa\xc3", 5), "\u{fffd}a\u{fffd}");
    }
}
