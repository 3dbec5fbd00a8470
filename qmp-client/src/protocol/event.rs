//! Events as they come, before their type is known.

use qmp_types::{Event, EventSet, Timestamp, json};
use serde_json::value::RawValue;

use crate::error::{Error, MessageKind};

/// An event as the server sent it (`docs/interop/qmp-spec.rst`, *Asynchronous events*). Its data is JSON text
/// until it is decoded.
#[derive(Debug, Clone)]
pub struct EventRecord {
    pub(super) name: Box<str>,
    pub(super) data: Option<Box<RawValue>>,
    pub(super) timestamp: Timestamp,
}

/// An event with the time at which it happened.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct TimedEvent<E> {
    /// What happened.
    pub event: E,
    /// When, by the server's clock.
    pub timestamp: Timestamp,
}

impl EventRecord {
    /// The name on the wire. Text from the server: escape control characters before a terminal sees it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The JSON text of the data, which some events do not have.
    #[must_use]
    pub fn data(&self) -> Option<&str> {
        self.data.as_deref().map(RawValue::get)
    }

    /// When it happened, by the server's clock.
    #[must_use]
    pub fn timestamp(&self) -> Timestamp {
        self.timestamp
    }

    /// Decodes the data if this is the event `E`, and gives `None` if it is another.
    ///
    /// # Errors
    /// [`Error::Decode`] when the data is not that of the event.
    pub fn decode<E: Event>(&self) -> Result<Option<E>, Error> {
        if *self.name != *E::NAME {
            return Ok(None);
        }
        json::from_str(self.data().unwrap_or("{}")).map(Some).map_err(|error| self.decode_error(error))
    }

    /// Decodes the event as one of a set, such as all events of a schema.
    ///
    /// # Errors
    /// [`Error::Decode`] when the data is not that of the event. An event that the set does not know is none.
    pub fn decode_any<S: EventSet>(&self) -> Result<S, Error> {
        S::from_parts(&self.name, self.data()).map_err(|error| self.decode_error(error))
    }

    fn decode_error(&self, error: json::Error) -> Error {
        Error::Decode { kind: MessageKind::Event, name: self.name.clone(), error }
    }
}
