//! Events as they are printed.

use qmp_client::EventRecord;
use qmp_types::Timestamp;
use serde_json::Value;

/// An event as a message, as it came from the server: JSON text.
pub(crate) fn message(event: &EventRecord) -> String {
    let Timestamp { seconds, microseconds, .. } = event.timestamp();
    let name = Value::from(event.name());
    let data = event.data().map_or(String::new(), |data| format!(",\"data\":{data}"));
    let timestamp = format!("{{\"seconds\":{seconds},\"microseconds\":{microseconds}}}");
    format!("{{\"event\":{name}{data},\"timestamp\":{timestamp}}}")
}
