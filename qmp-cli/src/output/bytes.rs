//! Bytes from a guest, for terminals.

use std::io::{self, Write};

use super::text::visible;

/// What a guest wrote, on its way to standard output or standard error: as it is to a file or a pipe; to a terminal only if that
/// is asked for, else so that nothing of it commands the terminal.
pub(crate) fn outlet<'o>(out: impl Write + 'o, is_terminal: bool, raw: bool) -> Box<dyn Write + 'o> {
    if is_terminal && !raw { Box::new(Visible::new(out)) } else { Box::new(out) }
}

/// Passes on bytes as a terminal may get them, see [`visible`]. What is not UTF-8 is shown as `\xNN`.
#[derive(Debug)]
pub(crate) struct Visible<W: Write> {
    out: W,
    /// The beginning of a character, or a carriage return that may belong to a line end: its end is still to come.
    rest: Vec<u8>,
}

impl<W: Write> Visible<W> {
    pub(crate) fn new(out: W) -> Self {
        Self { out, rest: Vec::new() }
    }

    fn pass_on(&mut self, bytes: &[u8], is_end: bool) -> io::Result<()> {
        let mut chunks = bytes.utf8_chunks().peekable();
        let mut shown = String::new();
        let mut kept: &[u8] = &[];
        while let Some(chunk) = chunks.next() {
            let is_last = chunks.peek().is_none() && !is_end;
            let mut valid = chunk.valid();
            if is_last && chunk.invalid().is_empty() && valid.ends_with('\r') {
                valid = &valid[..valid.len() - 1];
                kept = b"\r";
            }
            shown.push_str(&visible(valid));
            if is_last && may_become_a_character(chunk.invalid()) {
                kept = chunk.invalid();
            } else {
                chunk.invalid().iter().for_each(|byte| shown.push_str(&format!("\\x{byte:02x}")));
            }
        }
        self.rest = kept.to_vec();
        self.out.write_all(shown.as_bytes())
    }
}

/// Whether bytes that are no character may be the beginning of one.
fn may_become_a_character(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

impl<W: Write> Write for Visible<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut all = std::mem::take(&mut self.rest);
        all.extend_from_slice(bytes);
        self.pass_on(&all, false)?;
        Ok(bytes.len())
    }

    /// Nothing that was begun is waited for any more.
    fn flush(&mut self) -> io::Result<()> {
        let rest = std::mem::take(&mut self.rest);
        self.pass_on(&rest, true)?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::Visible;

    fn shown<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> String {
        let mut out = Vec::new();
        let mut visible = Visible::new(&mut out);
        for piece in pieces {
            visible.write_all(piece).unwrap();
        }
        visible.flush().unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_commands_a_terminal_is_shown() {
        assert_eq!(shown([&b"a\x1b[2J\r\nb\t\xff\xc3"[..]]), "a\\u{1b}[2J\nb\t\\xff\\xc3");
        assert_eq!(shown(["é\u{9b}".as_bytes()]), "é\\u{9b}");
        assert_eq!(shown([&b"\r"[..], b"\n\r", b"x\r"]), "\n\\u{d}x\\u{d}");
    }

    proptest! {
        #[test]
        fn pieces_make_no_difference(text in "(\\PC|[\r\n\t\u{1b}]){0,20}", more: Vec<u8>, size in 1_usize..4) {
            let bytes = [text.as_bytes(), &more, text.as_bytes()].concat();
            prop_assert_eq!(shown(bytes.chunks(size)), shown([&bytes[..]]));
        }
    }
}
