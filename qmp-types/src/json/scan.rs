//! Where values end in JSON text.
//!
//! A reply is mostly names and short strings, and more than once what is read must be passed over first: to set up
//! `serde_json` for each of them takes several times as long as to look at its bytes. These functions know only well-formed
//! text: where one answers `None`, the value is left to `serde_json`, which then also says what is wrong with it.
//! So they may refuse too much, but must accept nothing that `serde_json` refuses.

/// How deep the arrays and objects of a value are followed.
const MAX_NESTING: u32 = u64::BITS;

/// Where the value that begins at `start` ends.
pub(super) fn value(text: &[u8], start: usize) -> Option<usize> {
    // A bit for each level, the innermost lowest: whether it is an object.
    let (mut objects, mut nesting) = (0_u64, 0);
    let mut at = start;
    loop {
        // In front of a value.
        at = match *text.get(at)? {
            b'"' => string(text, at + 1)?,
            open @ (b'{' | b'[') => {
                if nesting == MAX_NESTING {
                    return None;
                }
                nesting += 1;
                objects = objects << 1 | u64::from(open == b'{');
                let inside = blank(text, at + 1);
                match *text.get(inside)? {
                    close @ (b'}' | b']') if close == open + 2 => inside,
                    _ if open == b'{' => {
                        at = name(text, inside)?;
                        continue;
                    }
                    _ => {
                        at = inside;
                        continue;
                    }
                }
            }
            b't' => literal(text, at, b"true")?,
            b'f' => literal(text, at, b"false")?,
            b'n' => literal(text, at, b"null")?,
            _ => number(text, at)?,
        };
        // Behind a value, or at the end of an empty array or object.
        loop {
            if nesting == 0 {
                return Some(at);
            }
            at = blank(text, at);
            let in_object = objects & 1 == 1;
            match *text.get(at)? {
                b',' => {
                    at = blank(text, at + 1);
                    if in_object {
                        at = name(text, at)?;
                    }
                    break;
                }
                b'}' if in_object => {}
                b']' if !in_object => {}
                _ => return None,
            }
            at += 1;
            nesting -= 1;
            objects >>= 1;
        }
    }
}

/// Where the white space that may begin at `start` ends.
#[inline]
pub(super) fn blank(text: &[u8], start: usize) -> usize {
    let mut at = start;
    while let Some(b' ' | b'\t' | b'\r' | b'\n') = text.get(at) {
        at += 1;
    }
    at
}

/// Where the value of the member begins whose name begins at `start`.
fn name(text: &[u8], start: usize) -> Option<usize> {
    if *text.get(start)? != b'"' {
        return None;
    }
    let colon = blank(text, string(text, start + 1)?);
    (*text.get(colon)? == b':').then(|| blank(text, colon + 1))
}

/// Where the string ends whose opening quote stands in front of `start`. Surrogates need not be pairs.
// Compiled into its callers: most strings are read in less time than a call takes.
#[inline(always)]
fn string(text: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    loop {
        at = plain(text, at);
        match *text.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => match *text.get(at + 1)? {
                b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => at += 2,
                b'u' if text.get(at + 2..at + 6)?.iter().all(u8::is_ascii_hexdigit) => at += 6,
                _ => return None,
            },
            _ => return None,
        }
    }
}

/// Where the bytes end that stand for themselves in a string: at a quote, a backslash, a control character or the end
/// of the text.
#[inline]
pub(super) fn plain(text: &[u8], start: usize) -> usize {
    const LOW: u64 = u64::from_ne_bytes([0x01; 8]);
    const HIGH: u64 = LOW << 7;
    let mut at = start;
    while let Some(bytes) = text.get(at..).and_then(<[u8]>::first_chunk) {
        let bytes = u64::from_le_bytes(*bytes);
        // A byte below 0x80 from which too much is taken away has its highest bit set, and borrows from those behind
        // it, which does not matter to the first.
        let control = bytes.wrapping_sub(LOW * 0x20);
        let quote = (bytes ^ (LOW * u64::from(b'"'))).wrapping_sub(LOW);
        let backslash = (bytes ^ (LOW * u64::from(b'\\'))).wrapping_sub(LOW);
        let special = (control | quote | backslash) & !bytes & HIGH;
        if special != 0 {
            return at + special.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    while text.get(at).is_some_and(|byte| !matches!(byte, b'"' | b'\\' | 0..=0x1f)) {
        at += 1;
    }
    at
}

/// Where the number ends that begins at `start`.
pub(super) fn number(text: &[u8], start: usize) -> Option<usize> {
    let digits = |start| {
        let mut at = start;
        while text.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        (at > start).then_some(at)
    };

    let first = start + usize::from(*text.get(start)? == b'-');
    let mut at = digits(first)?;
    if text[first] == b'0' && at > first + 1 {
        return None;
    }
    if text.get(at) == Some(&b'.') {
        at = digits(at + 1)?;
    }
    if let Some(b'e' | b'E') = text.get(at) {
        at = digits(at + 1 + usize::from(matches!(text.get(at + 1), Some(b'+' | b'-'))))?;
    }
    end_of_word(text, at)
}

/// Where a word ends that begins at `start`, if it is there.
#[inline]
pub(super) fn literal(text: &[u8], start: usize, word: &[u8]) -> Option<usize> {
    text.get(start..)?.starts_with(word).then_some(start + word.len()).and_then(|end| end_of_word(text, end))
}

/// `at`, if what stands there can follow a number or a word.
#[inline]
fn end_of_word(text: &[u8], at: usize) -> Option<usize> {
    match text.get(at) {
        None | Some(b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n') => Some(at),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde::de::IgnoredAny;

    use super::{plain, value};

    /// Each with what has to follow it: nothing, something that may, and something that may not.
    const WELL_FORMED: &[&str] = &[
        "0",
        "-0",
        "-10",
        "1.50",
        "1e3",
        "0E-07",
        "18446744073709551616",
        "true",
        "false",
        "null",
        r#""""#,
        r#""\"\\\/\b\f\n\r\t\u00e9\uD834\udd1e""#,
        "\"é and 7f \u{7f} in more than eight bytes\"",
        "[]",
        "{ }",
        "[ 1 , [ ] ,\t{ \"a\\\"]\" : [ { } ] , \"\" :\r\n2 } ]",
    ];

    const MALFORMED: &[&str] = &[
        "",
        "-",
        "+1",
        ".5",
        "01",
        "-01",
        "1.",
        "1.e3",
        "1e",
        "1e+",
        "0x1",
        "1a",
        "tru",
        "truex",
        "nul l",
        "NaN",
        "\"",
        "\"\\",
        "\"\\a\"",
        "\"\\u12g4\"",
        "\"\\u12\"",
        "\"\u{1f}\"",
        "[",
        "[1",
        "[1,",
        "[1,]",
        "[,]",
        "[1 2]",
        "[1}",
        "[}",
        "{",
        "{1:2}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{\"a\":1 \"b\":2}",
        "{\"a\":1]",
        "{]",
        "{\"a\" 1}",
        "{,}",
        "]",
        "\u{a0}1",
    ];

    #[test]
    fn well_formed_values_end_where_they_end() {
        for text in WELL_FORMED {
            for behind in ["", " ", ",1", "]", "}"] {
                assert_eq!(
                    value((text.to_string() + behind).as_bytes(), 0),
                    Some(text.len()),
                    "{text}{behind}"
                );
            }
            assert_eq!(value(format!("[{text}").as_bytes(), 1), Some(text.len() + 1), "{text}");
        }
    }

    #[test]
    fn malformed_values_are_refused_as_by_serde_json() {
        for text in MALFORMED {
            assert_eq!(value(text.as_bytes(), 0), None, "{text}");
            serde_json::from_str::<IgnoredAny>(text).unwrap_err();
        }
    }

    #[test]
    fn nesting_is_followed_so_far_and_not_further() {
        let nested = |levels| "[".repeat(levels) + &"]".repeat(levels);
        assert_eq!(value(nested(64).as_bytes(), 0), Some(128));
        assert_eq!(value(nested(65).as_bytes(), 0), None);
    }

    #[test]
    fn plain_text_ends_at_the_first_special_byte() {
        for byte in 0..=u8::MAX {
            let is_special = byte < 0x20 || byte == b'"' || byte == b'\\';
            for place in 0..17 {
                // Both neighbours of the limits, and bytes of longer characters, around it.
                let mut text = [0x20, 0x7f, 0x80, 0xff, b'!', b'#', b'[', b']'].repeat(3);
                text[place] = byte;
                let end = if is_special { place } else { text.len() };
                assert_eq!(plain(&text, 0), end, "{byte:#x} at {place}");
                text.push(b'"');
                assert_eq!(plain(&text, 0), end, "{byte:#x} at {place}");
            }
        }
    }
}
