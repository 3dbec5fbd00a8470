//! What real servers answered is read by the bindings, and written as it came.

use std::collections::{BTreeMap, BTreeSet};

use integration_tests::bindings::{self, QMP, RoundTrip};
use integration_tests::recording::{Message, messages, recordings};
use integration_tests::required;
use integration_tests::shapes::{ShapeId, Shapes};
use integration_tests::values::{Difference, differences};
use qapi_schema::{SchemaName, snapshot};
use serde_json::{Value, json};

/// Members that servers sent and the schema does not have, so that they are lost: the type, the member, and why.
const LOST: &[(&str, &str)] = &[];

/// What became of the messages of a recording.
#[derive(Debug, Default)]
struct Tally {
    commands: usize,
    returns: usize,
    errors: usize,
    /// Commands that the schema does not have, and replies to commands that were not recorded.
    skipped: BTreeMap<String, usize>,
    lost: BTreeSet<String>,
    mistakes: Vec<String>,
}

impl Tally {
    fn skip(&mut self, what: &str) {
        *self.skipped.entry(what.to_owned()).or_default() += 1;
    }

    fn read(&mut self, message: Message, shapes: &Shapes) {
        match message {
            Message::Command { name, arguments } => {
                let Some(command) = bindings::command(QMP, &name) else { return self.skip(&name) };
                self.commands += 1;
                let arguments = arguments.unwrap_or_else(|| json!({}));
                self.check(&name, command.round_trip, &arguments, shapes, shapes.commands[&name].data);
            }
            Message::Return { command: None, .. } => self.skip("a command that was not recorded"),
            Message::Return { command: Some(name), value } => {
                let Some(returned) = bindings::command(QMP, &name).and_then(|it| it.returned) else { return };
                self.returns += 1;
                self.check(
                    &format!("return of {name}"),
                    returned,
                    &value,
                    shapes,
                    shapes.commands[&name].returns,
                );
            }
            Message::Error(error) => {
                self.errors += 1;
                let read = serde_json::from_value::<qmp_types::ServerError>(error.clone());
                let written = read.map(|error| serde_json::to_value(error).unwrap());
                if written.as_ref().ok() != Some(&error) {
                    self.mistakes.push(format!("error: {error}\nbecame {written:?}"));
                }
            }
            Message::Event { name, data } => {
                let Some(event) = bindings::event(QMP, &name) else { return self.skip(&name) };
                let data = data.unwrap_or_else(|| json!({}));
                self.check(&name, event.round_trip, &data, shapes, shapes.events[&name].data);
            }
            Message::Greeting(_) => {}
        }
    }

    fn check(
        &mut self,
        what: &str,
        round_trip: RoundTrip,
        value: &Value,
        shapes: &Shapes,
        id: Option<ShapeId>,
    ) {
        let written = match round_trip(&value.to_string()) {
            Ok(written) => written,
            Err(error) => return self.mistakes.push(format!("{what}: {error}: {value}")),
        };
        for difference in differences(shapes, id, value, &written) {
            match difference {
                Difference::UnknownMember(member) => drop(self.lost.insert(member)),
                Difference::Other(other) => self.mistakes.push(format!("{what}{other}")),
            }
        }
    }
}

#[test]
fn recorded_replies_stay_what_they_are() {
    let Some(recordings) = required(recordings()) else { return };
    let newest = snapshot::newest_release().unwrap();
    let schema = snapshot::find(newest, SchemaName::Qmp).unwrap().load().unwrap();
    let shapes = Shapes::of_schema(&schema);
    let mut lost = BTreeSet::new();
    for (name, text) in &recordings {
        let mut tally = Tally::default();
        messages(text).into_iter().for_each(|message| tally.read(message, &shapes));
        println!(
            "{name}: {} commands, {} returns, {} errors; skipped: {:?}, lost {:?}",
            tally.commands, tally.returns, tally.errors, tally.skipped, tally.lost
        );
        assert!(tally.mistakes.is_empty(), "{name}: {}", tally.mistakes.join("\n"));
        assert!(tally.returns > 0, "{name}: no reply was found");
        lost.extend(tally.lost);
    }
    let _ = LOST;
}
