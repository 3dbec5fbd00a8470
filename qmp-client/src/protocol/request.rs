//! How a request looks.

use qmp_types::json::{ToJson, Writer};

use super::{Delivery, RequestId};

/// The arguments of a command, as JSON text.
///
/// Whoever knows the type writes them; everything behind works on text and is compiled once.
#[derive(Clone)]
pub struct Arguments(Vec<u8>);

impl Arguments {
    /// The arguments that a command holds.
    #[must_use]
    pub fn new<T: ToJson + ?Sized>(command: &T) -> Self {
        let mut writer = Writer::new();
        command.to_json(&mut writer);
        Self(writer.into_bytes())
    }

    /// No arguments.
    #[must_use]
    pub fn none() -> Self {
        Self(Vec::new())
    }

    #[cfg(feature = "client")]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether objects and arrays nest deeper than `limit`.
    pub(super) fn nest_deeper_than(&self, limit: usize) -> bool {
        // As deep as that only what is as long can be, which hardly anything is.
        self.0.len() > limit && deepest(&self.0) > limit
    }

    fn is_empty(&self) -> bool {
        matches!(self.0.as_slice(), b"" | b"{}")
    }
}

/// Arguments may hold secrets: only their length shows.
impl std::fmt::Debug for Arguments {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Arguments({} bytes)", self.0.len())
    }
}

/// How deep objects and arrays nest in a JSON text.
fn deepest(json: &[u8]) -> usize {
    let (mut depth, mut deepest, mut in_string, mut is_escaped) = (0_usize, 0, false, false);
    for byte in json {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = in_string,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Appends a request. It is as short as can be, for QEMU reads its monitor byte by byte: no white space, no
/// line end, no empty arguments.
pub(super) fn compose(
    name: &str,
    arguments: &Arguments,
    delivery: Delivery,
    id: RequestId,
    out: &mut Vec<u8>,
) {
    let verb: &[u8] = if delivery == Delivery::OutOfBand { b"{\"exec-oob\":" } else { b"{\"execute\":" };
    out.extend_from_slice(verb);
    if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)) {
        out.push(b'"');
        out.extend_from_slice(name.as_bytes());
        out.push(b'"');
    } else {
        out.extend_from_slice(&Arguments::new(name).0);
    }
    if !arguments.is_empty() {
        out.extend_from_slice(b",\"arguments\":");
        out.extend_from_slice(&arguments.0);
    }
    out.extend_from_slice(b",\"id\":");
    out.extend_from_slice(itoa::Buffer::new().format(id.0).as_bytes());
    out.push(b'}');
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Arguments, Delivery, RequestId, compose};

    #[track_caller]
    fn composes(name: &str, arguments: &Arguments, request: &str) {
        let mut out = b"before".to_vec();
        compose(name, arguments, Delivery::InBand, RequestId(12), &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), format!("before{request}"));
    }

    #[test]
    fn a_request_is_compact() {
        composes("stop", &Arguments::none(), r#"{"execute":"stop","id":12}"#);
        composes("stop", &Arguments::new(&json!({})), r#"{"execute":"stop","id":12}"#);
        composes(
            "x",
            &Arguments::new(&json!({"a": ["b c", 1]})),
            r#"{"execute":"x","arguments":{"a":["b c",1]},"id":12}"#,
        );
    }

    #[test]
    fn a_name_cannot_leave_its_string() {
        composes(r#"a","id":"#, &Arguments::none(), r#"{"execute":"a\",\"id\":","id":12}"#);
    }

    #[test]
    fn nesting_is_counted_outside_of_strings() {
        let nested = |levels: usize| Arguments([b"[".repeat(levels), b"]".repeat(levels)].concat());
        assert!(!nested(1000).nest_deeper_than(1000));
        assert!(nested(1001).nest_deeper_than(1000));
        let flat = Arguments([&br#"{"a":"\\\""#[..], &b"[".repeat(2000), br#"","b":[[]]}"#].concat());
        assert!(!flat.nest_deeper_than(1000));
        assert_eq!(super::deepest(&flat.0), 3);
    }

    #[test]
    fn arguments_do_not_show() {
        assert_eq!(format!("{:?}", Arguments::new("secret")), "Arguments(8 bytes)");
    }
}
