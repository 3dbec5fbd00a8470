//! Text from outside, for terminals.

use std::borrow::Cow;

use qapi_parser::printable;

/// A text as a terminal may get it: line ends and tabs stay, all else that commands a terminal, changes the direction of
/// text or is invisible is shown as an escape sequence.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    let is_plain = |byte: u8| matches!(byte, b'\n' | b'\t' | b' '..=b'~');
    if text.bytes().all(is_plain) {
        return text.into();
    }
    let mut visible = String::with_capacity(text.len());
    // A terminal does on a line end what the carriage return before it asks for.
    for piece in text.split_inclusive(['\n', '\t']) {
        let (body, end) = match piece.char_indices().next_back() {
            Some((at, '\n')) => (piece[..at].strip_suffix('\r').unwrap_or(&piece[..at]), "\n"),
            Some((at, '\t')) => (&piece[..at], "\t"),
            _ => (piece, ""),
        };
        visible.push_str(&printable(body));
        visible.push_str(end);
    }
    visible.into()
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn what_commands_a_terminal_is_shown() {
        assert_eq!(visible("a\tb\r\nc\n"), "a\tb\nc\n");
        assert_eq!(visible("\u{1b}[31mred\rX\u{7}"), "\\u{1b}[31mred\\u{d}X\\u{7}");
        assert_eq!(visible("é\u{9b}2J\u{202e}"), "é\\u{9b}2J\\u{202e}");
    }
}
