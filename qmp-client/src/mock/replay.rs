//! Answers from a recording.

use std::collections::HashMap;
use std::sync::Arc;

use qmp_types::{ErrorClass, Served, ServerError, json};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::recording::{Recording, Sent};
use super::service::Service;
use crate::protocol::server::Request;

/// One connection's way through a recording.
///
/// A command that was recorded with one set of arguments is answered whatever the arguments; of several, by the
/// recorded ones that are equal: their answers in turn, the last one from then on.
pub(super) struct Replay {
    recording: Arc<Recording>,
    /// For each place in the recording that began a series of equal commands: how many of it were given.
    given: HashMap<usize, usize>,
}

impl Replay {
    pub(super) fn new(recording: Arc<Recording>) -> Self {
        Self { recording, given: HashMap::new() }
    }
}

impl Service for Replay {
    fn serve(&mut self, request: &Request) -> Served {
        let series = series(&self.recording, request)?;
        let given = self.given.entry(series.place).or_default();
        let result = series.results.get(*given).unwrap_or(&series.last);
        *given += 1;
        match *result {
            Ok(value) => Ok(Some(json::to_raw_value(value))),
            Err(error) => Err(error_from(error)),
        }
    }
}

/// What equal commands were answered, one behind the other.
struct Series<'a> {
    /// Where in the recording the first is.
    place: usize,
    results: Vec<Result<&'a Value, &'a Value>>,
    last: Result<&'a Value, &'a Value>,
}

/// The series that a request belongs to.
fn series<'a>(recording: &'a Recording, request: &Request) -> Result<Series<'a>, ServerError> {
    let named = || recording.exchanges().enumerate().filter(|(_, (sent, _))| sent.name == request.name);
    let Some((_, (first, _))) = named().next() else {
        return Err(ServerError::command_not_found(&request.name));
    };
    let arguments = arguments_of(request)?;
    let takes_any = named().all(|(_, (sent, _))| arguments_as_sent(sent) == arguments_as_sent(first));
    let equal =
        || named().filter(|(_, (sent, _))| takes_any || arguments_as_sent(sent) == arguments.as_ref());
    match (equal().next(), equal().last()) {
        (Some((place, _)), Some((_, (_, last)))) => {
            Ok(Series { place, results: equal().map(|(_, (_, result))| result).collect(), last })
        }
        _ => {
            let desc = format!("{} was not recorded with these arguments", request.name);
            Err(ServerError::new(ErrorClass::CommandNotFound, desc))
        }
    }
}

/// The error that was recorded.
fn error_from(recorded: &Value) -> ServerError {
    let text = recorded.to_string();
    json::from_str(&text).unwrap_or_else(|_| ServerError::generic(text))
}

/// The arguments of a command; none are as good as an empty object.
fn arguments_as_sent(sent: &Sent) -> Option<&Map<String, Value>> {
    sent.arguments.as_ref().and_then(Value::as_object).filter(|arguments| !arguments.is_empty())
}

/// As [`arguments_as_sent`].
fn arguments_of(request: &Request) -> Result<Option<Map<String, Value>>, ServerError> {
    let text = request.arguments.as_deref().map_or("{}", RawValue::get);
    let arguments: Map<String, Value> =
        serde_json::from_str(text).map_err(|error| ServerError::generic(error.to_string()))?;
    Ok(Some(arguments).filter(|arguments| !arguments.is_empty()))
}
