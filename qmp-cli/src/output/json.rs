//! JSON text as it is printed.
//!
//! It is laid out anew without being read into values: numbers keep their digits, members their order. Whatever is in its
//! strings, a terminal takes none of it as a command, and the value stays the same.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use qapi_parser::visible_json;

/// How JSON is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// One line.
    Compact,
    /// A line for each member and element.
    Pretty,
}

const KEY: Style = AnsiColor::Blue.on_default().bold();
const STRING: Style = AnsiColor::Green.on_default();
const OTHER: Style = AnsiColor::Cyan.on_default();

/// Lays out a JSON text, which is well-formed, with colours, which [`line`](super::line) takes out where they are not
/// wanted.
pub(crate) fn coloured(json: &str, layout: Layout) -> String {
    Writer { out: String::with_capacity(json.len() * 2), layout, depth: 0 }.write(json)
}

/// Prints a JSON text, which is well-formed: over lines on a terminal, else in one.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn print(json: &str) -> std::io::Result<()> {
    let layout = if super::is_terminal() { Layout::Pretty } else { Layout::Compact };
    super::line(&coloured(json, layout))
}

struct Writer {
    out: String,
    layout: Layout,
    depth: usize,
}

impl Writer {
    fn write(mut self, json: &str) -> String {
        let mut rest = json.trim_start();
        while let Some(first) = rest.chars().next() {
            let length = match first {
                '"' => string_length(rest),
                '{' | '[' | '}' | ']' | ',' | ':' => 1,
                _ => rest.find(|c: char| c.is_ascii_whitespace() || ",:]}".contains(c)).unwrap_or(rest.len()),
            };
            let (token, behind) = rest.split_at(length.max(first.len_utf8()));
            rest = behind.trim_start();
            self.token(first, token, rest);
        }
        self.out
    }

    fn token(&mut self, first: char, token: &str, rest: &str) {
        let is_empty = rest.starts_with(['}', ']']);
        match first {
            '{' | '[' => {
                self.out.push(first);
                self.depth += 1;
                if !is_empty {
                    self.new_line();
                }
            }
            '}' | ']' => {
                self.depth = self.depth.saturating_sub(1);
                if !self.out.ends_with(['{', '[']) {
                    self.new_line();
                }
                self.out.push(first);
            }
            ',' => {
                self.out.push(',');
                if self.layout == Layout::Compact {
                    self.out.push(' ');
                }
                self.new_line();
            }
            ':' => self.out.push_str(": "),
            '"' if rest.starts_with(':') => self.styled(KEY, &visible_json(token)),
            '"' => self.styled(STRING, &visible_json(token)),
            _ => self.styled(OTHER, token),
        }
    }

    fn styled(&mut self, style: Style, text: &str) {
        // Writing to a string can't fail.
        let _ = write!(self.out, "{style}{text}{style:#}");
    }

    fn new_line(&mut self) {
        if self.layout == Layout::Pretty {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n("  ", self.depth));
        }
    }
}

/// How long the string is with which a text begins.
fn string_length(text: &str) -> usize {
    let mut is_escaped = false;
    let end = text.bytes().skip(1).position(|byte| {
        let is_end = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        is_end
    });
    end.map_or(text.len(), |end| end + 2)
}

#[cfg(test)]
mod tests {
    use super::{Layout, coloured};

    /// Without the colours.
    fn laid_out(json: &str, layout: Layout) -> String {
        anstream::adapter::strip_str(&coloured(json, layout)).to_string()
    }

    const TEXT: &str = "{ \"a\\\"}\" :[1.0, 18446744073709551615,{}, [ ]],\r\n\"b\":\"\u{9b}\u{7f}\"}";

    #[test]
    fn compact_json_is_one_line() {
        let compact = laid_out(TEXT, Layout::Compact);
        assert_eq!(compact, r#"{"a\"}": [1.0, 18446744073709551615, {}, []], "b": "\u009b\u007f"}"#);
    }

    #[test]
    fn pretty_json_has_a_line_for_each() {
        insta::assert_snapshot!(laid_out(TEXT, Layout::Pretty));
    }

    #[test]
    fn what_is_not_json_ends() {
        for text in ["", "\"", "\"\\", "{", "]]]", "é", "a b", ",,"] {
            let _ = laid_out(text, Layout::Pretty);
        }
    }
}
