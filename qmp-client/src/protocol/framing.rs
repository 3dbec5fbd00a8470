//! Where messages begin and end.

#[cfg(feature = "mock")]
mod recovery;

use super::ProtocolError;

/// Above this the buffer's memory is given back once it is empty.
const KEPT_CAPACITY: usize = 64 << 10;

/// The byte that asks a parser to drop what it has and start anew (`docs/interop/qmp-spec.rst`, *Forcing the
/// JSON parser into known-good state*). UTF-8 never contains it.
const RESYNC: u8 = 0xff;

/// Cuts a stream of bytes into JSON objects.
///
/// A message is not a line: with `pretty=on` it spans many. So objects are found by their nesting. Every
/// byte is looked at once, however small the pieces in which it comes. A byte `0xFF` drops the unfinished
/// message before it. What a message contains is not checked here.
#[derive(Debug)]
pub struct Framer {
    buffer: Vec<u8>,
    /// Where the first message that was not taken begins.
    start: usize,
    /// Up to where the bytes were looked at.
    scanned: usize,
    /// How many objects and arrays are open at `scanned`; 0 between messages.
    depth: usize,
    text: Text,
    max_message_size: usize,
}

/// Where in a string the scan stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Text {
    Outside,
    Inside,
    /// Behind a backslash.
    Escape,
}

impl Framer {
    /// An empty stream whose messages are at most `max_message_size` bytes long.
    #[must_use]
    pub fn new(max_message_size: usize) -> Self {
        Self { buffer: Vec::new(), start: 0, scanned: 0, depth: 0, text: Text::Outside, max_message_size }
    }

    /// Appends bytes that came.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.drop_taken();
        self.buffer.extend_from_slice(bytes);
    }

    /// The bytes that come next, without the line end behind them, if nothing is left of those that came before: what a
    /// server sends at a time is mostly a message, which need not be moved then.
    #[cfg(feature = "client")]
    pub(super) fn fresh_line<'b>(&self, bytes: &'b [u8]) -> Option<&'b [u8]> {
        let line = bytes.strip_suffix(b"\n")?;
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        (self.start == self.buffer.len() && line.len() <= self.max_message_size).then_some(line)
    }

    /// Takes the next complete message, if there is one.
    ///
    /// # Errors
    /// [`ProtocolError::Garbage`] and [`ProtocolError::MessageTooLong`]; the stream cannot be read beyond.
    pub fn next_message(&mut self) -> Result<Option<&[u8]>, ProtocolError> {
        let end = loop {
            let Some(&byte) = self.buffer.get(self.scanned) else {
                self.check_size(self.scanned)?;
                return Ok(None);
            };
            if byte == RESYNC {
                self.reset();
            } else if self.text == Text::Inside {
                self.scan_text();
            } else if self.depth == 0 {
                self.scan_between(byte)?;
            } else if self.scan_structure(byte) {
                break self.scanned;
            }
        };
        self.check_size(end)?;
        Ok(Some(&self.buffer[std::mem::replace(&mut self.start, end)..end]))
    }

    /// The next message, if it is all of a line that has come: what servers mostly send. Whether the line is a message
    /// its reader has to see; [`take_line`](Self::take_line) takes it then.
    pub(super) fn line(&mut self) -> Option<&[u8]> {
        if self.scanned != self.start || self.depth != 0 {
            return None;
        }
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.buffer.get(self.start) {
            self.start += 1;
        }
        self.scanned = self.start;
        let rest = &self.buffer[self.start..];
        let line = &rest[..memchr::memchr(b'\n', rest)?];
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        (line.len() <= self.max_message_size).then_some(line)
    }

    /// Takes the line, and its end.
    pub(super) fn take_line(&mut self) {
        let rest = &self.buffer[self.start..];
        self.start += memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
        self.scanned = self.start;
    }

    /// Passes over one byte between messages.
    fn scan_between(&mut self, byte: u8) -> Result<(), ProtocolError> {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => self.start = self.scanned + 1,
            b'{' => self.depth = 1,
            _ => return Err(ProtocolError::Garbage(byte)),
        }
        self.scanned += 1;
        Ok(())
    }

    /// Passes over one byte of a message, and says whether the message ends behind it.
    fn scan_structure(&mut self, byte: u8) -> bool {
        self.scanned += 1;
        match (self.text, byte) {
            (Text::Escape, _) => self.text = Text::Inside,
            (_, b'"') => self.text = Text::Inside,
            (_, b'{' | b'[') => self.depth += 1,
            (_, b'}' | b']') => self.depth -= 1,
            _ => {}
        }
        self.depth == 0
    }

    /// Passes over a string up to its end, an escape or a resync byte: most bytes of most messages.
    fn scan_text(&mut self) {
        let rest = &self.buffer[self.scanned..];
        let Some(length) = memchr::memchr3(b'"', b'\\', RESYNC, rest) else {
            self.scanned = self.buffer.len();
            return;
        };
        match rest[length] {
            b'"' => self.text = Text::Outside,
            b'\\' => self.text = Text::Escape,
            _ => {
                self.scanned += length;
                return;
            }
        }
        self.scanned += length + 1;
    }

    /// Drops the unfinished message and the resync byte behind it.
    fn reset(&mut self) {
        self.scanned += 1;
        self.start = self.scanned;
        self.depth = 0;
        self.text = Text::Outside;
    }

    fn check_size(&self, end: usize) -> Result<(), ProtocolError> {
        let limit = self.max_message_size;
        if end - self.start > limit { Err(ProtocolError::MessageTooLong { limit }) } else { Ok(()) }
    }

    /// Frees what was taken, only when that is at least half of the buffer: each byte moves at most once on
    /// the average.
    fn drop_taken(&mut self) {
        if self.start == self.buffer.len() {
            self.buffer.clear();
            if self.buffer.capacity() > KEPT_CAPACITY {
                self.buffer = Vec::new();
            }
        } else if self.start >= self.buffer.len() / 2 {
            self.buffer.drain(..self.start);
        } else {
            return;
        }
        self.scanned -= self.start;
        self.start = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::{Framer, KEPT_CAPACITY, ProtocolError};

    const LIMIT: usize = 1000;

    /// Strings with delimiters and escapes, nesting, and a message over several lines.
    const STREAM: &str = concat!(
        r#"{"a": "}{][\"\\"}"#,
        "\r\n{\r\n    \"return\": [\r\n        {\"b\": {}}, []\r\n    ]\r\n}\r\n",
        r#"{}{"\\":"\""}"#,
        " \t{\"id\":1}",
    );

    fn messages(framer: &mut Framer) -> Vec<String> {
        let mut messages = Vec::new();
        while let Some(message) = framer.next_message().unwrap() {
            messages.push(String::from_utf8(message.to_vec()).unwrap());
        }
        messages
    }

    fn whole() -> Vec<String> {
        let mut framer = Framer::new(LIMIT);
        framer.feed(STREAM.as_bytes());
        messages(&mut framer)
    }

    fn error(bytes: &[u8]) -> ProtocolError {
        let mut framer = Framer::new(LIMIT);
        framer.feed(bytes);
        loop {
            match framer.next_message() {
                Ok(message) => assert!(message.is_some(), "no error"),
                Err(error) => return error,
            }
        }
    }

    #[test]
    fn messages_end_where_their_nesting_ends() {
        assert_eq!(
            whole(),
            [
                r#"{"a": "}{][\"\\"}"#,
                "{\r\n    \"return\": [\r\n        {\"b\": {}}, []\r\n    ]\r\n}",
                "{}",
                r#"{"\\":"\""}"#,
                r#"{"id":1}"#,
            ]
        );
    }

    #[test]
    fn the_pieces_in_which_bytes_come_do_not_matter() {
        for split in 0..=STREAM.len() {
            let mut framer = Framer::new(LIMIT);
            framer.feed(&STREAM.as_bytes()[..split]);
            let mut found = messages(&mut framer);
            framer.feed(&STREAM.as_bytes()[split..]);
            found.extend(messages(&mut framer));
            assert_eq!(found, whole(), "split at {split}");
        }
        let mut framer = Framer::new(LIMIT);
        let found: Vec<_> = STREAM
            .bytes()
            .flat_map(|byte| {
                framer.feed(&[byte]);
                messages(&mut framer)
            })
            .collect();
        assert_eq!(found, whole());
    }

    #[test]
    fn a_resync_byte_drops_what_is_unfinished() {
        let mut framer = Framer::new(LIMIT);
        framer.feed(b"\xff{\"a\": {\xff{\"b\": \"\xff{\"c\": \"\\\xff\xff{\"d\":1}\xff");
        assert_eq!(messages(&mut framer), [r#"{"d":1}"#]);
    }

    #[test]
    fn garbage_between_messages_is_an_error_that_stays() {
        assert_eq!(error(b"{} x"), ProtocolError::Garbage(b'x'));
        assert_eq!(error(b"{}]"), ProtocolError::Garbage(b']'));
        assert_eq!(error(b"\0"), ProtocolError::Garbage(0));
        let mut framer = Framer::new(LIMIT);
        framer.feed(b"[");
        assert_eq!(framer.next_message(), Err(ProtocolError::Garbage(b'[')));
        framer.feed(b"{}");
        assert_eq!(framer.next_message(), Err(ProtocolError::Garbage(b'[')));
    }

    #[test]
    fn a_message_may_be_as_long_as_the_limit() {
        let message = |length: usize| format!("{{{}}}", " ".repeat(length - 2));
        let mut framer = Framer::new(LIMIT);
        framer.feed(" ".repeat(LIMIT + 1).as_bytes());
        assert_eq!(framer.next_message(), Ok(None));
        framer.feed(message(LIMIT).as_bytes());
        assert_eq!(framer.next_message(), Ok(Some(message(LIMIT).as_bytes())));
        assert_eq!(error(message(LIMIT + 1).as_bytes()), ProtocolError::MessageTooLong { limit: LIMIT });
        assert_eq!(
            error(&message(LIMIT + 2).as_bytes()[..=LIMIT]),
            ProtocolError::MessageTooLong { limit: LIMIT }
        );
    }

    #[test]
    fn what_was_taken_is_freed() {
        let mut framer = Framer::new(usize::MAX);
        let long = format!("{{\"a\":\"{}\"}}", "x".repeat(1 << 20));
        for _ in 0..10 {
            framer.feed(long.as_bytes());
            framer.feed(b"{");
            assert_eq!(framer.next_message().unwrap().map(<[u8]>::len), Some(long.len()));
            framer.feed(b"}");
            assert!(framer.buffer.len() < 10);
            assert_eq!(framer.next_message(), Ok(Some(&b"{}"[..])));
        }
        framer.feed(b"{");
        assert!(framer.buffer.capacity() <= KEPT_CAPACITY);
    }

    #[test]
    fn a_long_message_is_scanned_once() {
        // With a second look at every byte for each piece this would take minutes.
        let long = format!("{{\"a\":\"{}\"}}", "[\\\"".repeat(1 << 20));
        let mut framer = Framer::new(usize::MAX);
        let (last, pieces) = long.as_bytes().split_last().unwrap();
        for piece in pieces.chunks(16) {
            framer.feed(piece);
            assert_eq!(framer.next_message(), Ok(None));
        }
        framer.feed(&[*last]);
        assert_eq!(framer.next_message(), Ok(Some(long.as_bytes())));
    }
}
