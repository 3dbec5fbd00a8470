//! Messages of a protocol, read by the bindings.

use qapi_schema::{SchemaName, snapshot};
use qmp_client::mock::{Message, Sent};
use qmp_types::ServerError;
use serde_json::{Map, Value};

use crate::bindings::{self, Binding, QGA, QMP, RoundTrip};
use crate::shapes::{ShapeId, Shapes};
use crate::values::{Difference, differences};

/// The schema of all releases and its bindings.
#[derive(Debug)]
pub struct Protocol {
    /// The schema.
    pub shapes: Shapes,
    bindings: &'static [Binding],
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was read, and written as it came.
    Same,
    /// It was, but for members that the schema does not have: `Type.member`.
    Lost(Vec<String>),
    /// The schema does not have such a command or event.
    Unknown(String),
    /// It was not read, or written as something else.
    Mistake(String),
}

impl Protocol {
    /// That of all releases of which there are snapshots.
    ///
    /// # Panics
    /// When there are none, or they cannot be merged.
    #[must_use]
    pub fn of_all_releases(name: SchemaName) -> Self {
        let schema = snapshot::merged(name).expect("a schema");
        let bindings = if name == SchemaName::Qga { QGA } else { QMP };
        Self { shapes: Shapes::of_schema(&schema), bindings }
    }

    /// Reads a message and writes it.
    #[must_use]
    pub fn read(&self, message: &Message) -> Outcome {
        match message {
            Message::Greeting(_) => Outcome::Same,
            Message::Error { error, .. } => match read_error(error) {
                Ok(written) if written == *error => Outcome::Same,
                result => Outcome::Mistake(format!("error {error} became {result:?}")),
            },
            Message::Command(Sent { name, arguments }) => {
                let Some(command) = bindings::command(self.bindings, name) else { return unknown(name) };
                self.check(name, command.round_trip, arguments.as_ref(), self.shapes.commands[name].data)
            }
            Message::Return { command: None, .. } => unknown("a command that was not recorded"),
            Message::Return { command: Some(Sent { name, .. }), value } => {
                let command = bindings::command(self.bindings, name);
                let Some(returned) = command.and_then(|command| command.returned) else {
                    return unknown(name);
                };
                let what = format!("return of {name}");
                self.check(&what, returned, Some(value), self.shapes.commands[name].returns)
            }
            Message::Event { name, data } => {
                let Some(event) = bindings::event(self.bindings, name) else { return unknown(name) };
                self.check(name, event.round_trip, data.as_ref(), self.shapes.events[name].data)
            }
        }
    }

    fn check(
        &self,
        what: &str,
        round_trip: RoundTrip,
        value: Option<&Value>,
        id: Option<ShapeId>,
    ) -> Outcome {
        let nothing = Value::Object(Map::new());
        let value = value.unwrap_or(&nothing);
        let written = match round_trip(&value.to_string()) {
            Ok(written) => written,
            Err(error) => return Outcome::Mistake(format!("{what}: {error}: {value}")),
        };
        let mut lost = Vec::new();
        for difference in differences(&self.shapes, id, value, &written) {
            match difference {
                Difference::UnknownMember(member) => lost.push(member),
                Difference::Other(other) => return Outcome::Mistake(format!("{what}{other}")),
            }
        }
        if lost.is_empty() { Outcome::Same } else { Outcome::Lost(lost) }
    }
}

fn unknown(name: &str) -> Outcome {
    Outcome::Unknown(name.to_owned())
}

fn read_error(error: &Value) -> Result<Value, serde_json::Error> {
    serde_json::to_value(serde_json::from_value::<ServerError>(error.clone())?)
}
