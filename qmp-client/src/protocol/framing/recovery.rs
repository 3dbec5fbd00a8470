//! Going on behind what is not a message, as a server does.

use super::Framer;

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
}
