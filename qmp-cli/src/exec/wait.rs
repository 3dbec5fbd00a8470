//! Waiting for an event.

use std::str::FromStr;
use std::time::{Duration, Instant};

use qmp_client::blocking::Events;
use qmp_client::{Error, EventRecord};
use qmp_types::qmp::SCHEMA;
use serde_json::Value;

use crate::failure::{Code, Failure};
use crate::output;

/// An event to wait for: `NAME`, or `NAME,KEY=VALUE…` for one whose data is so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Awaited {
    name: String,
    conditions: Vec<(String, String)>,
}

impl FromStr for Awaited {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.split(',');
        let name = parts.next().filter(|name| !name.is_empty()).ok_or("the event's name is missing")?;
        let condition = |part: &str| {
            let condition = part.split_once('=').filter(|(key, _)| !key.is_empty());
            let (key, value) = condition.ok_or_else(|| format!("'{part}': expected KEY=VALUE"))?;
            Ok::<_, String>((key.to_owned(), value.to_owned()))
        };
        Ok(Self { name: name.to_owned(), conditions: parts.map(condition).collect::<Result<_, _>>()? })
    }
}

impl Awaited {
    /// Tells the user if nobody knows such an event: a misspelled one never comes.
    pub(crate) fn warn_if_unknown(&self) {
        if SCHEMA.event(&self.name).is_some() {
            return;
        }
        let known = SCHEMA.events.iter().map(|event| event.name);
        let hint = qapi_schema::nearest(&self.name, known);
        let hint = hint.map_or(String::new(), |nearest| format!("; did you mean '{nearest}'?"));
        output::warning(&output::text::visible(&format!("event '{}' is not known{hint}", self.name)));
    }

    /// Waits for the event until a deadline, `after` its start.
    ///
    /// # Errors
    /// When it does not come, or the connection ends.
    pub(crate) fn wait(
        &self,
        events: &mut Events,
        deadline: Instant,
        after: Duration,
    ) -> Result<EventRecord, Failure> {
        while let Some(event) = next(events, deadline)? {
            if self.is_met_by(&event) {
                return Ok(event);
            }
        }
        Err(Failure::new(Code::Timeout, format_args!("no {} within {after:?}", self.name)))
    }

    fn is_met_by(&self, event: &EventRecord) -> bool {
        if event.name() != self.name {
            return false;
        }
        let data = event.data().and_then(|data| serde_json::from_str::<Value>(data).ok()).unwrap_or_default();
        self.conditions.iter().all(|(key, expected)| {
            let found = key.split('.').try_fold(&data, |value, name| match value {
                Value::Array(elements) => elements.get(name.parse::<usize>().ok()?),
                value => value.get(name),
            });
            found.is_some_and(|found| match found {
                Value::String(text) => text == expected,
                other => serde_json::to_string(other).is_ok_and(|text| text == *expected),
            })
        })
    }
}

/// The next event before the deadline. That some were lost is told in passing.
///
/// # Errors
/// When the connection has ended.
pub(crate) fn next(events: &mut Events, deadline: Instant) -> Result<Option<EventRecord>, Failure> {
    loop {
        let remaining = deadline.saturating_duration_since(Instant::now());
        if remaining.is_zero() {
            return Ok(None);
        }
        match events.next(remaining) {
            Ok(event) => return Ok(event),
            Err(error @ Error::EventsLost { .. }) => output::warning(&error.to_string()),
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Awaited;

    #[test]
    fn an_event_and_what_is_in_it() {
        let awaited: Awaited = "DEVICE_DELETED,device=net0,a.0=1".parse().unwrap();
        assert_eq!(awaited.name, "DEVICE_DELETED");
        assert_eq!(awaited.conditions.len(), 2);
        for text in ["", ",a=b", "X,", "X,a", "X,=b"] {
            assert!(text.parse::<Awaited>().is_err(), "{text}");
        }
    }
}
