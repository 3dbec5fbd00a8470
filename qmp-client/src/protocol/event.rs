//! Events as they come, before their type is known.

use qmp_types::json::{MessageKind, Part};
use qmp_types::{Event, EventSet, TimedEvent, Timestamp};

use crate::error::Error;

/// An event as the server sent it (`docs/interop/qmp-spec.rst`, *Asynchronous events*). Its data is JSON text
/// until it is decoded.
#[derive(Debug, Clone)]
pub struct EventRecord {
    pub(super) name: Box<str>,
    pub(super) data: Option<Box<str>>,
    pub(super) timestamp: Timestamp,
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
        self.data.as_deref()
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
        self.decode_timed().map(|timed| Some(timed.event))
    }

    /// Decodes the data as that of the event `E`, whatever the name.
    pub(crate) fn decode_timed<E: Event>(&self) -> Result<TimedEvent<E>, Error> {
        let event = Part { kind: MessageKind::Event, name: E::NAME, text: self.data() };
        event.read().map(|event| TimedEvent::new(event, self.timestamp)).map_err(Error::Decode)
    }

    /// Decodes the event as one of a set, such as all events of a schema.
    ///
    /// # Errors
    /// [`Error::Decode`] when the data is not that of the event. An event that the set does not know is none.
    pub fn decode_any<S: EventSet>(&self) -> Result<S, Error> {
        S::from_parts(&self.name, self.data()).map_err(Error::Decode)
    }
}
