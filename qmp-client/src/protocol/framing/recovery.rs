//! What a server needs: to go on behind what is not a message, and to hold no memory for clients that are idle.

use super::Framer;

/// Above this the memory of an empty buffer is given back: a server may have thousands of connections.
const IDLE_CAPACITY: usize = 512;

impl Framer {
    /// Passes over what [`ProtocolError::Garbage`](crate::protocol::ProtocolError::Garbage) complained about, so
    /// that reading goes on behind it.
    ///
    /// Of an array the first byte is changed: it becomes one message, which is not JSON, and what it contains is
    /// not taken for messages. All else ends at the next white space or the next message.
    pub(in crate::protocol) fn pass_garbage(&mut self) {
        let Some((first, rest)) = self.buffer[self.scanned..].split_first_mut() else { return };
        let length = match first {
            b'[' => {
                *first = b'{';
                return;
            }
            b'"' => rest.iter().position(|byte| matches!(byte, b'"' | b'\n')).map(|quote| quote + 1),
            _ => rest.iter().position(|byte| matches!(byte, b'{' | b'[' | b' ' | b'\t' | b'\r' | b'\n')),
        };
        self.scanned += 1 + length.unwrap_or(rest.len());
        self.start = self.scanned;
    }

    /// Gives the buffer's memory back if nothing is in it.
    pub(in crate::protocol) fn release(&mut self) {
        if self.start == self.buffer.len() && self.buffer.capacity() > IDLE_CAPACITY {
            self.buffer = Vec::new();
            self.scanned = 0;
            self.start = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Framer, IDLE_CAPACITY};

    #[test]
    fn what_is_unfinished_is_kept() {
        let mut framer = Framer::new(10_000);
        framer.feed(format!("{{{}}}\r\n", " ".repeat(5000)).as_bytes());
        framer.release();
        assert_eq!(framer.next_message().unwrap().map(<[u8]>::len), Some(5002));
        assert_eq!(framer.next_message(), Ok(None));
        framer.release();
        assert!(framer.buffer.capacity() <= IDLE_CAPACITY);
        framer.feed(b"{\"a\":");
        assert_eq!(framer.next_message(), Ok(None));
        framer.release();
        framer.feed(b"1}");
        assert_eq!(framer.next_message(), Ok(Some(&b"{\"a\":1}"[..])));
    }
}
