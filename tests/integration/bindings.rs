//! Every definition of QEMU's schemas is in the committed bindings.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use integration_tests::{required, shared};
use qmp_types::qmp::{AnyCommand, AnyEvent};
use qmp_types::{CommandSet, EventSet, json, qga};
use serde_json::Value;

/// A definition: its kind and its name in the schema.
type Definition = (String, String);

/// What an oracle's schema defines by name.
fn defined(oracle: &Value) -> BTreeSet<Definition> {
    let entities = oracle["entities"].as_array().unwrap().iter();
    let named = entities.filter(|entity| entity["implicit"] == false);
    named.map(|entity| (text(&entity["meta"]), text(&entity["name"]))).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn names<'a>(definitions: &'a BTreeSet<Definition>, kind: &str) -> Vec<&'a str> {
    definitions.iter().filter(|(it, _)| it == kind).map(|(_, name)| name.as_str()).collect()
}

/// What the bindings of a schema say that they are bindings of, in the documentation of each item.
fn bound(schema: &str) -> BTreeSet<Definition> {
    let mut folders: Vec<PathBuf> =
        vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../qmp-types/src").join(schema)];
    let mut found = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source = fs::read_to_string(path).unwrap();
            for line in source.lines().filter_map(|line| line.strip_prefix("/// QAPI ")) {
                let (kind, rest) = line.split_once(" `").unwrap();
                let (name, _) = rest.split_once('`').unwrap();
                assert!(found.insert((kind.to_owned(), name.to_owned())), "{name} is bound twice");
            }
        }
    }
    found
}

#[test]
fn every_definition_is_bound() {
    for (schema, oracle, commands, events) in
        [("qmp", "oracle/10.2.2-qapi.json", 244, 57), ("qga", "oracle/10.2.2-qga.json", 44, 0)]
    {
        let Some(oracle) = required(shared::json(oracle)) else { return };
        let defined = defined(&oracle);
        assert_eq!(names(&defined, "command").len(), commands);
        assert_eq!(names(&defined, "event").len(), events);
        assert_eq!(bound(schema), defined, "{schema}");
    }
}

#[test]
fn commands_and_events_are_known_by_name() {
    let Some(oracle) = required(shared::json("oracle/10.2.2-qapi.json")) else { return };
    let definitions = defined(&oracle);
    for name in names(&definitions, "command") {
        // Known ones may miss their arguments.
        let command = AnyCommand::from_parts(name, None);
        assert!(
            command.is_err() || command.is_ok_and(|command| command.name() == name && is_known(&command))
        );
    }
    for name in names(&definitions, "event") {
        let event = AnyEvent::from_parts(name, None);
        assert!(
            event.is_err() || event.is_ok_and(|event| !matches!(event, AnyEvent::Unrecognized(_))),
            "{name}"
        );
    }
    let agent = qga::AnyCommand::from_parts("guest-ping", None);
    assert!(matches!(agent, Ok(qga::AnyCommand::GuestPing(_))));
}

fn is_known(command: &AnyCommand) -> bool {
    !matches!(command, AnyCommand::Unrecognized(_))
}

#[test]
fn what_is_unknown_keeps_its_content() {
    let command = AnyCommand::from_parts("x-new", Some(r#"{"a":[1]}"#)).unwrap();
    let AnyCommand::Unrecognized(command) = command else { panic!("{command:?}") };
    assert_eq!((&*command.name, json::to_string(&command.arguments)), ("x-new", r#"{"a":[1]}"#.to_owned()));
    let event = AnyEvent::from_parts("X_NEW", None).unwrap();
    assert_eq!(event.name(), "X_NEW");
}
