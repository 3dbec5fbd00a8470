//! Every definition of QEMU's schemas is in the committed bindings.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use integration_tests::{required, shared};
use qapi_schema::{EntityId, SchemaName, snapshot};
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

/// Types of older releases that are bound by the name that they have now, or that what they were is bound by.
const RENAMED: &[(&str, &str)] = &[
    ("CpuS390State", "S390CpuState"),
    ("QCryptoAkCipherAlgorithm", "QCryptoAkCipherAlgo"),
    ("QCryptoCipherAlgorithm", "QCryptoCipherAlgo"),
    ("QCryptoHashAlgorithm", "QCryptoHashAlgo"),
    ("QCryptoIVGenAlgorithm", "QCryptoIVGenAlgo"),
    ("QCryptoRSAPaddingAlgorithm", "QCryptoRSAPaddingAlgo"),
    ("SGXEPCSection", "SgxEpcSection"),
    ("SGXInfo", "SgxInfo"),
    ("StringWrapper", "FdSocketAddressWrapper"),
    ("TargetInfo", "QemuTargetInfo"),
];

/// The definitions of a schema that was merged from all snapshots.
fn of_all_releases(name: SchemaName) -> BTreeSet<Definition> {
    let schema = snapshot::merged(name).unwrap();
    let is_named = |id: &EntityId| match id {
        EntityId::Type(id) => !schema.type_of(*id).implicit,
        _ => true,
    };
    let ids = schema.definition_order().iter().copied().filter(is_named);
    ids.map(|id| (schema.keyword(id).to_owned(), schema.entity(id).name.to_string())).collect()
}

#[test]
fn every_definition_is_bound() {
    for (name, commands, events) in [(SchemaName::Qmp, 247, 59), (SchemaName::Qga, 44, 0)] {
        let bound = bound(name.as_str());
        assert_eq!(names(&bound, "command").len(), commands);
        assert_eq!(names(&bound, "event").len(), events);
        assert_eq!(bound, of_all_releases(name), "{name}");
    }
}

#[test]
fn every_definition_of_every_release_is_bound() {
    let mut renamed: BTreeSet<&(&str, &str)> = BTreeSet::new();
    for (schema, release, oracle, commands, events) in [
        ("qmp", "10.2.2", "qapi", 244, 57),
        ("qga", "10.2.2", "qga", 44, 0),
        ("qmp", "7.2.0", "qapi", 220, 52),
        ("qga", "7.2.0", "qga", 42, 0),
    ] {
        let Some(oracle) = required(shared::json(&format!("oracle/{release}-{oracle}.json"))) else { return };
        let defined = defined(&oracle);
        assert_eq!(names(&defined, "command").len(), commands, "{schema} {release}");
        assert_eq!(names(&defined, "event").len(), events, "{schema} {release}");
        let bound = bound(schema);
        let is_message = |kind: &str| ["command", "event"].contains(&kind);
        for (kind, name) in &defined {
            let new = RENAMED.iter().find(|(old, _)| old == name);
            renamed.extend(new);
            let name = new.map_or(name.as_str(), |(_, new)| new);
            let mut found = bound.iter().filter(|(_, it)| it == name);
            // A struct may have become a union.
            assert!(
                found.any(|(it, _)| is_message(it) == is_message(kind)),
                "{schema} {release}: {kind} {name}"
            );
        }
    }
    assert_eq!(renamed.len(), RENAMED.len(), "types that no release has by these names: {renamed:?}");
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
