//! Whose reply a message is that cannot be read.

use crate::protocol::RequestId;

/// What a message that cannot be read tells of the request that it may be the reply to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::protocol) enum Blame {
    /// This one.
    On(RequestId),
    /// It names none: any that is on its way.
    OnAny,
    /// None: it is an event, or what it names is no request.
    OnNone,
}

impl Blame {
    /// Looks at the members of a message, as far as there are any.
    pub(in crate::protocol) fn of(message: &[u8]) -> Self {
        let mut blame = Self::OnAny;
        for (name, behind) in Members::of(message) {
            match name {
                b"event" | b"QMP" => return Self::OnNone,
                b"id" => match (blame, id(behind)) {
                    (Self::OnAny, Some(id)) => blame = Self::On(id),
                    _ => return Self::OnNone,
                },
                _ => {}
            }
        }
        blame
    }
}

/// The id at the beginning of a text, if it is one that we may have given.
fn id(text: &[u8]) -> Option<RequestId> {
    let text = text.trim_ascii_start();
    let (digits, behind) = text.split_at(text.iter().position(|byte| !byte.is_ascii_digit())?);
    let is_number =
        (1..=18).contains(&digits.len()) && matches!(behind.trim_ascii_start(), [b',' | b'}', ..]);
    is_number.then(|| RequestId(digits.iter().fold(0, |id, digit| 10 * id + u64::from(digit - b'0'))))
}

/// The members of an object, each with all that stands behind its colon, in a text that need not be JSON.
struct Members<'a> {
    text: &'a [u8],
    depth: usize,
}

impl<'a> Members<'a> {
    fn of(text: &'a [u8]) -> Self {
        Self { text, depth: 0 }
    }

    /// Passes over a string whose opening quote is passed over already.
    fn string(&mut self) -> Option<&'a [u8]> {
        let mut end = 0;
        loop {
            match self.text.get(end)? {
                b'"' => break,
                b'\\' => end += 2,
                _ => end += 1,
            }
        }
        let (string, rest) = self.text.split_at(end);
        self.text = &rest[1..];
        Some(string)
    }
}

impl<'a> Iterator for Members<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (first, rest) = self.text.split_first()?;
            self.text = rest;
            match first {
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                b'"' => {
                    let string = self.string()?;
                    if self.depth == 1
                        && let Some(behind) = self.text.trim_ascii_start().strip_prefix(b":")
                    {
                        return Some((string, behind));
                    }
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Blame, RequestId};

    #[test]
    fn the_id_is_found_in_what_is_not_json() {
        for message in [
            &br#"{"return": inf, "id": 7}"#[..],
            br#"{"id":7 , "return": {"a" "id": 9}}"#,
            b"{\"return\": [\"\xff}\\\"\", {\"id\": 8}], \"id\"\r\n:7}",
            br#"{"error": {"class": "X"}, "id": 7}"#,
            br#"{"id": 7}"#,
        ] {
            assert_eq!(Blame::of(message), Blame::On(RequestId(7)), "{}", message.escape_ascii());
        }
    }

    #[test]
    fn what_names_no_request_is_nobodys() {
        for message in [
            r#"{"event": 1}"#,
            r#"{"id": 7, "event": "X", "data": nan}"#,
            r#"{"QMP": {}}"#,
            r#"{"id": "7"}"#,
            r#"{"id": 7, "id": 8}"#,
            r#"{"id": 7.5}"#,
            r#"{"id": -7}"#,
            r#"{"id": 9999999999999999999}"#,
        ] {
            assert_eq!(Blame::of(message.as_bytes()), Blame::OnNone, "{message}");
        }
        for message in
            [r#"{}"#, r#"{"return": nan}"#, r#"{"id"}"#, r#"{"a": "id""#, r#"{"x": {"id": 7}}"#, "{\"\\"]
        {
            assert_eq!(Blame::of(message.as_bytes()), Blame::OnAny, "{message}");
        }
    }
}
