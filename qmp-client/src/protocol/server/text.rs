//! How a server spells JSON.

use std::io::Write;

/// How messages are laid out, and how they end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    /// Over several lines, with indentation.
    pub(super) pretty: bool,
    /// What a line ends in.
    pub(super) line_end: &'static str,
}

impl Layout {
    /// Appends a message, given as JSON text with any white space.
    ///
    /// As QEMU does: a space behind each comma and colon, nothing but printable ASCII, the rest as `\uXXXX`.
    pub(super) fn append(self, json: &str, out: &mut Vec<u8>) {
        let mut spelling = Spelling { layout: self, json, position: 0, depth: 0, out };
        while spelling.token() {}
        out.extend_from_slice(self.line_end.as_bytes());
    }
}

/// A JSON text on its way.
struct Spelling<'a> {
    layout: Layout,
    json: &'a str,
    position: usize,
    depth: usize,
    out: &'a mut Vec<u8>,
}

impl Spelling<'_> {
    /// Writes what stands next, and says whether there was something.
    fn token(&mut self) -> bool {
        self.pass_blanks();
        let Some(byte) = self.byte() else { return false };
        self.position += 1;
        match byte {
            b'"' => self.string(),
            b'{' | b'[' => self.open(byte),
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                self.new_line();
                self.out.push(byte);
            }
            b',' if self.layout.pretty => {
                self.out.push(byte);
                self.new_line();
            }
            b',' | b':' => self.out.extend_from_slice(&[byte, b' ']),
            _ => self.out.push(byte),
        }
        true
    }

    /// Writes the beginning of an object or array, and its end if it is empty.
    fn open(&mut self, byte: u8) {
        self.out.push(byte);
        self.pass_blanks();
        match self.byte() {
            Some(close @ (b'}' | b']')) => {
                self.position += 1;
                self.out.push(close);
            }
            _ => {
                self.depth += 1;
                self.new_line();
            }
        }
    }

    /// Writes a string, from behind its first quote to behind its last.
    fn string(&mut self) {
        self.out.push(b'"');
        loop {
            let rest = &self.json[self.position..];
            let plain =
                rest.bytes().position(|byte| matches!(byte, b'"' | b'\\' | 0x7f..)).unwrap_or(rest.len());
            self.out.extend_from_slice(&rest.as_bytes()[..plain]);
            let Some(character) = rest[plain..].chars().next() else {
                self.position = self.json.len();
                return;
            };
            self.position += plain + character.len_utf8();
            match character {
                '"' => {
                    self.out.push(b'"');
                    return;
                }
                '\\' => self.escape(),
                _ => self.escaped(character),
            }
        }
    }

    /// Writes a backslash and what it escapes.
    fn escape(&mut self) {
        self.out.push(b'\\');
        if let Some(byte) = self.byte().filter(u8::is_ascii) {
            self.out.push(byte);
            self.position += 1;
        }
    }

    /// Writes a character that is not printable ASCII.
    fn escaped(&mut self, character: char) {
        for unit in character.encode_utf16(&mut [0; 2]) {
            // A vector takes whatever is written.
            let _ = write!(self.out, "\\u{unit:04X}");
        }
    }

    fn new_line(&mut self) {
        if self.layout.pretty {
            self.out.extend_from_slice(self.layout.line_end.as_bytes());
            self.out.extend(std::iter::repeat_n(b' ', 4 * self.depth));
        }
    }

    fn pass_blanks(&mut self) {
        while matches!(self.byte(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.position += 1;
        }
    }

    fn byte(&self) -> Option<u8> {
        self.json.as_bytes().get(self.position).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::Layout;

    fn spelled(pretty: bool, json: &str) -> String {
        let mut out = Vec::new();
        Layout { pretty, line_end: "\r\n" }.append(json, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_message_is_one_line_of_ascii() {
        let line = spelled(
            false,
            "{\"a\":[1,{ },[],\n null],\"b\" :\"caf\u{e9}\\\"\u{20ac}\u{1f600}\u{7f},:{\\\\\"}",
        );
        let expected = r#"{"a": [1, {}, [], null], "b": "caf\u00E9\"\u20AC\uD83D\uDE00\u007F,:{\\"}"#;
        assert_eq!(line, format!("{expected}\r\n"));
    }

    #[test]
    fn a_pretty_message_is_indented() {
        assert_eq!(
            spelled(true, r#"{"a":{"b":[1,2],"c":{}}}"#),
            "{\r\n    \"a\": {\r\n        \"b\": [\r\n            1,\r\n            2\r\n        ],\r\n        \
             \"c\": {}\r\n    }\r\n}\r\n"
        );
    }
}
