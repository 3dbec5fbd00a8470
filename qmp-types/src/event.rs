//! What all events have in common.

use serde_json::Value;

use crate::json::{Error, FromJson, ToJson};
use crate::json_struct;

/// An event that a server emits. The value holds its data.
pub trait Event: FromJson + ToJson {
    /// The name on the wire.
    const NAME: &'static str;
    /// The release that introduced it, from its documentation.
    const SINCE: Option<&'static str> = None;
    /// Its features, such as `deprecated` and `unstable`.
    const FEATURES: &'static [&'static str] = &[];
    /// The build configuration that a server needs to have it (QAPI's `if`), as an expression.
    const CONDITION: Option<&'static str> = None;
    /// The schema module that defines it.
    const MODULE: &'static str;
}

/// All events of a schema as one type.
pub trait EventSet: Sized {
    /// Reads an event from its name and the text of its data.
    ///
    /// # Errors
    /// When the data is not that of the event.
    fn from_parts(name: &str, data: Option<&str>) -> Result<Self, Error>;

    /// The name on the wire.
    fn name(&self) -> &str;
}

/// An event that the bindings do not know.
#[derive(Debug, Clone, PartialEq)]
pub struct UnrecognizedEvent {
    /// The name on the wire.
    pub name: Box<str>,
    /// Its data.
    pub data: Value,
}

/// When an event happened, by the server's clock.
///
/// Both numbers are -1 when the server could not read its clock (QEMU's
/// `docs/interop/qmp-spec.rst`, section *Asynchronous events*).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    /// Seconds since the Unix epoch.
    pub seconds: i64,
    /// Microseconds within the second, 0 to 999,999.
    pub microseconds: i64,
}

json_struct!(Timestamp { required "seconds" => seconds, required "microseconds" => microseconds });
