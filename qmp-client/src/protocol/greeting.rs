//! What a server says first, and where in its bytes that is.

use qmp_types::{json_enum, json_struct};

use super::ProtocolError;

/// What a server says first (`docs/interop/qmp-spec.rst`, *Server Greeting*).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Greeting {
    /// The server's version.
    pub version: Version,
    /// What may be enabled in the negotiation.
    pub capabilities: Vec<Capability>,
}

json_struct!(Greeting { required "version" => version, required "capabilities" => capabilities });

/// The version of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Version {
    /// Of QEMU.
    pub qemu: QemuVersion,
    /// Of the package, in the distributor's words; often empty. Text from the server: escape control
    /// characters before a terminal sees it.
    pub package: String,
}

json_struct!(Version { required "qemu" => qemu, required "package" => package });

/// Three numbers, such as 10.0.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct QemuVersion {
    /// The first number.
    pub major: u32,
    /// The second number.
    pub minor: u32,
    /// The third number: 50 and above is a development version.
    pub micro: u32,
}

json_struct!(QemuVersion { required "major" => major, required "minor" => minor, required "micro" => micro });

/// What a server offers besides the plain protocol (`docs/interop/qmp-spec.rst`, *Capabilities*).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Capability {
    /// Out-of-band execution of commands.
    Oob,
    /// A capability that this crate does not know.
    Unrecognized(Box<str>),
}

json_enum!(Capability { "oob" => Oob });

/// The arguments of the negotiation.
#[derive(Debug)]
pub(super) struct Negotiate {
    pub(super) enable: Option<Vec<Capability>>,
}

json_struct!(Negotiate { optional "enable" => enable });

/// Looks for the beginning of the greeting, `{ "QMP" :` with any white space.
///
/// The unfinished reply of a client that left, and events, can stand before it. They cannot contain it by
/// chance: within a string its quotes would be escaped.
#[derive(Debug)]
pub(super) struct GreetingSearch {
    /// How many bytes of [`PATTERN`] the latest bytes match, white space aside.
    matched: usize,
    /// How many bytes may still be passed over.
    budget: usize,
    limit: usize,
}

/// The beginning of a greeting, without white space.
pub(super) const PATTERN: &[u8] = b"{\"QMP\":";

impl GreetingSearch {
    /// A search that gives up after `limit` bytes.
    pub(super) fn new(limit: usize) -> Self {
        Self { matched: 0, budget: limit, limit }
    }

    /// Looks at further bytes. When the greeting begins in them, gives what stands behind its [`PATTERN`].
    pub(super) fn feed<'b>(&mut self, bytes: &'b [u8]) -> Result<Option<&'b [u8]>, ProtocolError> {
        for (index, &byte) in bytes.iter().enumerate() {
            self.step(byte);
            if self.matched == PATTERN.len() {
                return Ok(Some(&bytes[index + 1..]));
            }
        }
        match self.budget.checked_sub(bytes.len()) {
            Some(budget) => {
                self.budget = budget;
                Ok(None)
            }
            None => Err(ProtocolError::NoGreeting { limit: self.limit }),
        }
    }

    fn step(&mut self, byte: u8) {
        // White space may stand around the name, not within it.
        let blank = matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
        let may_be_blank = matches!(self.matched, 1 | 6);
        self.matched = match byte {
            _ if byte == PATTERN[self.matched] => self.matched + 1,
            _ if blank && may_be_blank => self.matched,
            b'{' => 1,
            _ => 0,
        };
    }
}

#[cfg(test)]
mod tests {
    use qmp_types::json;

    use super::{Capability, Greeting, GreetingSearch, ProtocolError};

    #[track_caller]
    fn finds(bytes: &str, rest: &str) {
        let bytes = bytes.as_bytes();
        assert_eq!(GreetingSearch::new(100).feed(bytes), Ok(Some(rest.as_bytes())));
        for split in 0..bytes.len() - rest.len() {
            let mut search = GreetingSearch::new(100);
            assert_eq!(search.feed(&bytes[..split]), Ok(None));
            assert_eq!(search.feed(&bytes[split..]), Ok(Some(rest.as_bytes())));
        }
    }

    #[test]
    fn the_greeting_is_found_behind_what_a_client_left() {
        finds(r#"{"QMP": {"#, " {");
        finds("{\r\n    \"QMP\" : {\r\n", " {\r\n");
        finds("tail\"}]}\r\n{\"QMP\":1", "1");
        finds(r#"{"event": "STOP"}{{"QMP{"QM {"{"QMP":x"#, "x");
        finds("\u{ff}\0{\"QMP\":", "");
    }

    #[test]
    fn a_greeting_within_a_string_is_none() {
        let mut search = GreetingSearch::new(100);
        assert_eq!(search.feed(br#"{"x": "{\"QMP\": 1}"} "QMP": {" QMP": {"QMP ":"#), Ok(None));
    }

    #[test]
    fn the_search_is_bounded() {
        let mut search = GreetingSearch::new(3);
        assert_eq!(search.feed(b"{}\n"), Ok(None));
        assert_eq!(search.feed(b"{"), Err(ProtocolError::NoGreeting { limit: 3 }));
    }

    #[test]
    fn a_greeting_is_open() {
        let greeting: Greeting = json::from_str(
            r#"{"version": {"qemu": {"micro": 2, "minor": 0, "major": 10}, "package": "p", "new": 1},
                "capabilities": ["oob", "later"], "new": {}}"#,
        )
        .unwrap();
        assert_eq!((greeting.version.qemu.major, greeting.version.qemu.micro), (10, 2));
        assert_eq!(greeting.capabilities, [Capability::Oob, Capability::Unrecognized("later".into())]);
    }
}
