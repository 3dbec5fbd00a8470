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
        let named: Vec<_> = self
            .recording
            .exchanges()
            .enumerate()
            .filter(|(_, (sent, _))| sent.name == request.name)
            .collect();
        let Some((_, (first, _))) = named.first() else {
            return Err(ServerError::command_not_found(&request.name));
        };
        let arguments = arguments_of(request)?;
        let any = named.iter().all(|(_, (sent, _))| arguments_as_sent(sent) == arguments_as_sent(first));
        let is_equal = |sent: &Sent| any || arguments_as_sent(sent) == arguments.as_ref();
        let series: Vec<_> = named.into_iter().filter(|(_, (sent, _))| is_equal(sent)).collect();
        let Some((place, _)) = series.first() else {
            let desc = format!("{} was not recorded with these arguments", request.name);
            return Err(ServerError::new(ErrorClass::CommandNotFound, desc));
        };
        let given = self.given.entry(*place).or_default();
        let answer = series.get(*given).or(series.last()).map(|(_, (_, result))| *result);
        *given += 1;
        match answer {
            Some(Ok(value)) => Ok(Some(json::to_raw_value(value))),
            Some(Err(error)) => Err(json::from_str(&error.to_string())
                .unwrap_or_else(|_| ServerError::generic(error.to_string()))),
            None => Err(ServerError::command_not_found(&request.name)),
        }
    }
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
