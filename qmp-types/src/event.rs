//! What all events have in common.

use serde_json::Value;

use crate::json::{Error, FromJson, FromMembers, Members, ObjectWriter, ToJson, ToMembers};
use crate::{Releases, impl_serde, json_struct};
use serde_json::value::RawValue;

/// An event that a server emits. The value holds its data.
pub trait Event: FromJson + ToJson {
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
}

/// All events of a schema as one type.
///
/// As JSON it is a message without a timestamp; a [`TimedEvent`] has one.
pub trait EventSet: Sized {
    /// Reads an event from its name and the text of its data.
    ///
    /// # Errors
    /// When the data is not that of the event.
    fn from_parts(name: &str, data: Option<&str>) -> Result<Self, Error>;

    /// The name on the wire.
    fn name(&self) -> &str;

    /// The data, an object.
    fn data(&self) -> &dyn ToJson;
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

impl Timestamp {
    /// That of a server without a clock.
    pub const UNKNOWN: Self = Self { seconds: -1, microseconds: -1 };
}

/// An event with the time at which it happened, as it stands on the wire (QEMU's
/// `docs/interop/qmp-spec.rst`, section *Asynchronous events*).
///
/// ```
/// use qmp_types::qmp::AnyEvent;
/// use qmp_types::{TimedEvent, json};
///
/// let text = r#"{"event":"RESET","data":{"guest":false,"reason":"host-qmp-system-reset"},"#.to_owned()
///     + r#""timestamp":{"seconds":-1,"microseconds":-1}}"#;
/// let timed: TimedEvent<AnyEvent> = json::from_str(&text)?;
/// let AnyEvent::Reset(reset) = &timed.event else { panic!() };
/// assert!(!reset.guest);
/// assert_eq!(json::to_string(&timed), text);
/// # Ok::<(), json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct TimedEvent<E> {
    /// What happened.
    pub event: E,
    /// When, by the server's clock.
    pub timestamp: Timestamp,
}

impl<E> TimedEvent<E> {
    /// An event at a time.
    #[must_use]
    pub fn new(event: E, timestamp: Timestamp) -> Self {
        Self { event, timestamp }
    }
}

impl<E: EventSet> FromMembers for TimedEvent<E> {
    fn from_members(members: &mut Members<'_, '_>) -> Result<Self, Error> {
        let name: String = members.required("event")?;
        let data: Option<Box<RawValue>> = members.optional("data");
        // No time at all says as much as an unknown one.
        let timestamp = members.optional("timestamp").unwrap_or(Timestamp::UNKNOWN);
        Ok(Self { event: E::from_parts(&name, data.as_deref().map(RawValue::get))?, timestamp })
    }
}

impl<E: EventSet> ToMembers for TimedEvent<E> {
    fn to_members(&self, object: &mut ObjectWriter<'_>) {
        object.member("event", self.event.name());
        object.unless_empty("data", self.event.data());
        object.member("timestamp", &self.timestamp);
    }
}

impl_serde!({E: EventSet} TimedEvent<E>);
