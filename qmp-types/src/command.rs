//! What all commands have in common.

use serde_json::Value;

use crate::Releases;
use crate::json::{Error, FromJson, ToJson};

/// A command that a client sends. The value holds its arguments.
pub trait Command: FromJson + ToJson {
    /// What the server returns on success; `()` for an empty object.
    type Return: FromJson + ToJson;

    /// The name on the wire.
    const NAME: &'static str;
    /// The release that introduced it, from its documentation.
    const SINCE: Option<&'static str> = None;
    /// The releases that have it, of those that the bindings are of.
    const RELEASES: Releases = Releases::UNKNOWN;
    /// Its features, such as `deprecated` and `unstable`.
    const FEATURES: &'static [&'static str] = &[];
    /// The build configuration that a server needs to have it (QAPI's `if`), as an expression.
    const CONDITION: Option<&'static str> = None;
    /// The schema module that defines it.
    const MODULE: &'static str;
    /// Whether it may be sent out-of-band, to overtake commands that wait.
    const ALLOW_OOB: bool = false;
    /// Whether it is available before the machine is configured (`-preconfig`).
    const ALLOW_PRECONFIG: bool = false;
    /// Whether the server answers on success. Errors are always answered.
    const SUCCESS_RESPONSE: bool = true;
}

/// All commands of a schema as one type, for those who receive them.
///
/// As JSON it is a message in-band and without an id; a [`Request`](crate::Request) has these too.
pub trait CommandSet: Sized {
    /// Reads a command from its name and the text of its arguments.
    ///
    /// # Errors
    /// When the arguments are not those of the command.
    fn from_parts(name: &str, arguments: Option<&str>) -> Result<Self, Error>;

    /// The name on the wire.
    fn name(&self) -> &str;

    /// The arguments, an object.
    fn arguments(&self) -> &dyn ToJson;
}

/// A command that the bindings do not know.
#[derive(Debug, Clone, PartialEq)]
pub struct UnrecognizedCommand {
    /// The name on the wire.
    pub name: Box<str>,
    /// Its arguments.
    pub arguments: Value,
}
