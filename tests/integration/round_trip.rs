//! Whatever a schema allows is read and written by the bindings, and stays what it is.

use std::collections::BTreeSet;

use integration_tests::arbitrary::{Generator, Sample, Surprises};
use integration_tests::bindings::{Binding, OLDER_QGA, OLDER_QMP, QGA, QMP, RoundTrip};
use integration_tests::older;
use integration_tests::shapes::{Message, Shapes};
use integration_tests::values::are_equal;
use qapi_schema::{EntityId, Schema, SchemaName, snapshot};

/// How many values there are of each type at least, of each kind of surprise.
const CASES: usize = 5;

/// The variable that says how many instead.
const CASES_VARIABLE: &str = "QMP_TEST_CASES";

/// How many mistakes are shown.
const SHOWN: usize = 20;

#[test]
fn every_value_of_the_monitor_stays_what_it_is() {
    Test::of_all_releases(SchemaName::Qmp, QMP).run();
}

#[test]
fn every_value_of_the_guest_agent_stays_what_it_is() {
    Test::of_all_releases(SchemaName::Qga, QGA).run();
}

/// An older schema has constructs that the newest lacks.
#[test]
fn every_value_of_an_older_release_stays_what_it_is() {
    Test::new(older::RELEASE, SchemaName::Qmp, OLDER_QMP).types_only().run();
    Test::new(older::RELEASE, SchemaName::Qga, OLDER_QGA).types_only().run();
}

/// A schema and its bindings.
struct Test {
    title: String,
    schema: Schema,
    bindings: &'static [Binding],
    has_messages: bool,
    cases: usize,
}

impl Test {
    fn new(release: &str, name: SchemaName, bindings: &'static [Binding]) -> Self {
        let schema = snapshot::find(release, name).unwrap().load().unwrap();
        Self::of(schema, format!("{name} {release}"), bindings)
    }

    fn of_all_releases(name: SchemaName, bindings: &'static [Binding]) -> Self {
        Self::of(snapshot::merged(name).unwrap(), name.to_string(), bindings)
    }

    fn of(schema: Schema, title: String, bindings: &'static [Binding]) -> Self {
        let cases = std::env::var(CASES_VARIABLE).map_or(CASES, |cases| cases.parse().unwrap());
        Self { title, schema, bindings, has_messages: true, cases }
    }

    fn types_only(self) -> Self {
        Self { has_messages: false, ..self }
    }

    fn run(&self) {
        self.every_definition_has_a_binding();
        let shapes = Shapes::of_schema(&self.schema);
        let generator = Generator::new(&shapes);
        let mut mistakes = Vec::new();
        for binding in self.bindings {
            for surprises in [Surprises::None, Surprises::Newer] {
                mistakes.extend(self.mistakes(binding, &shapes, &generator, surprises));
            }
        }
        let shown = &mistakes[..mistakes.len().min(SHOWN)];
        assert!(mistakes.is_empty(), "{} mistakes, of which\n{}", mistakes.len(), shown.join("\n"));
    }

    /// Else a type without a binding would pass unseen.
    fn every_definition_has_a_binding(&self) {
        let order = self.schema.definition_order().iter();
        let is_message = |id: &EntityId| !matches!(id, EntityId::Type(_));
        let is_implied = |id: &EntityId| match id {
            EntityId::Type(id) => self.schema.type_of(*id).implicit,
            _ => false,
        };
        let expected = order.filter(|id| !is_implied(id) && (self.has_messages || !is_message(id)));
        let expected: BTreeSet<(&str, &str)> =
            expected.map(|id| (self.schema.keyword(*id), self.schema.entity(*id).name.as_str())).collect();
        let bound: BTreeSet<_> = self.bindings.iter().map(|it| (it.kind, it.name)).collect();
        assert_eq!(bound, expected, "{}", self.title);
        assert_eq!(bound.len(), self.bindings.len(), "{}: a definition is bound twice", self.title);
    }

    /// What goes wrong with the values of a binding. The first mistake is enough: values grow.
    fn mistakes(
        &self,
        binding: &Binding,
        shapes: &Shapes,
        generator: &Generator<'_>,
        surprises: Surprises,
    ) -> Vec<String> {
        let kinds: [(&str, RoundTrip); 2] =
            [("value", binding.round_trip), ("value through serde", binding.through_serde)];
        let message = match binding.kind {
            "command" => Some(shapes.commands[binding.name]),
            "event" => Some(shapes.events[binding.name]),
            _ => None,
        };
        let type_ = message.is_none().then(|| shapes.find(binding.name).unwrap());
        let id = type_.or(message.and_then(|message| message.data));
        let numbers = 0..self.cases.max(id.map_or(1, |id| generator.choices(id)));
        let value = |number| match (&message, type_) {
            (Some(message), _) => generator.data(binding.name, message, number, surprises),
            (None, Some(id)) => generator.value(id, number, surprises),
            (None, None) => unreachable!("a binding is that of a message or of a type"),
        };
        let mut mistakes = Vec::new();
        for (kind, round_trip) in kinds {
            mistakes.extend(
                numbers.clone().find_map(|number| self.mistake(binding, kind, round_trip, &value(number))),
            );
        }
        if let (Some(returned), Some(message)) = (binding.returned, message) {
            let value = |number| returned_value(generator, &message, number, surprises);
            let numbers = 0..self.cases;
            mistakes.extend(
                numbers
                    .into_iter()
                    .find_map(|number| self.mistake(binding, "returned", returned, &value(number))),
            );
        }
        mistakes
    }

    fn mistake(
        &self,
        binding: &Binding,
        kind: &str,
        round_trip: RoundTrip,
        sample: &Sample,
    ) -> Option<String> {
        let mistake = match round_trip(&sample.text) {
            Ok(written) if are_equal(&written, &sample.kept) => return None,
            Ok(written) => format!("written as {written}\ninstead of {}", sample.kept),
            Err(error) => error,
        };
        let Binding { kind: meta, name, rust_name, .. } = binding;
        Some(format!("{}: {kind} of {meta} {name} ({rust_name}): {}\n{mistake}\n", self.title, sample.text))
    }
}

/// What a command returns: an empty object, if the schema has no type for it.
fn returned_value(
    generator: &Generator<'_>,
    message: &Message,
    number: usize,
    surprises: Surprises,
) -> Sample {
    match message.returns {
        Some(id) => generator.value(id, number, surprises),
        None => Sample { text: "{}".to_owned(), kept: serde_json::json!({}) },
    }
}
