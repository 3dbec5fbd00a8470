//! Schemas are read as QEMU's own front end reads them: what it resolves, and where it finds mistakes.

use std::path::Path;

use integration_tests::{required, shared};
use qapi_parser::ast::Item;
use qapi_parser::doc::{Block, Speaker};
use qapi_parser::{ParseError, Report, parse_file};
use qapi_schema::{EntityId, LoadOptions, Schema, SchemaName, Tree, TreeError, dump, load, snapshot};
use serde_json::{Value, json};

const SCHEMAS: [(&str, SchemaName, &str); 6] = [
    ("qemu/7.2.0", SchemaName::Qmp, "oracle/7.2.0-qapi.json"),
    ("qemu/7.2.0", SchemaName::Qga, "oracle/7.2.0-qga.json"),
    ("qemu/7.2.0", SchemaName::StorageDaemon, "oracle/7.2.0-storage-daemon.json"),
    ("qemu/10.2.2", SchemaName::Qmp, "oracle/10.2.2-qapi.json"),
    ("qemu/10.2.2", SchemaName::Qga, "oracle/10.2.2-qga.json"),
    ("qemu/10.2.2", SchemaName::StorageDaemon, "oracle/10.2.2-storage-daemon.json"),
];

const CONFORMANCE: &str = "conformance/10.2.2";

/// The schema of a tree, and the tree's folder.
fn schema(tree: &'static str, name: SchemaName) -> Option<(Schema, Tree)> {
    let tree = Tree::open(&required(shared::path(tree))?).unwrap_or_else(|error| panic!("{error}"));
    let schema = tree.load(name).unwrap_or_else(|error| panic!("{error}"));
    Some((schema, tree))
}

/// A schema as the tools see it.
fn dumped(schema: &Schema, name: &str, folder: &Path) -> Value {
    let mut text = Vec::new();
    dump(schema, name, folder, &mut text).expect("writing to memory does not fail");
    serde_json::from_slice(&text).expect("the output is JSON")
}

#[test]
fn schemas_resolve_as_in_qemu() {
    for (tree, name, oracle) in SCHEMAS {
        let (Some((schema, tree)), Some(oracle)) = (schema(tree, name), required(shared::json(oracle)))
        else {
            return;
        };
        let file_name = if name == SchemaName::Qmp { "qapi" } else { name.as_str() };
        assert_same(&dumped(&schema, file_name, tree.root()), &oracle, &[], oracle["qemu"].as_str());
        compare_since(&schema, &oracle);
    }
}

#[test]
fn other_schemas_of_the_trees_are_accepted() {
    for (release, file) in [("7.2.0", "vhost-user"), ("10.2.2", "firmware"), ("10.2.2", "vhost-user")] {
        let path = shared::path(&format!("qemu/{release}/docs/interop/{file}.json"));
        let Some(path) = required(path) else { return };
        let schema = load(&path, LoadOptions::default()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(schema.release(), Some(release));
    }
}

#[test]
fn every_example_is_told_apart() {
    let Some(tree) = required(shared::path("qemu/10.2.2")) else { return };
    for name in SchemaName::ALL {
        let ast = parse_file(&tree.join(name.root_file()), &qapi_parser::Options::default());
        let ast = ast.unwrap_or_else(|error| panic!("{error}"));
        let docs = ast.items.iter().filter_map(|item| match item {
            Item::Definition(definition) => definition.doc.as_deref(),
            Item::FreeFormDoc(doc) => Some(&**doc),
            Item::Include(_) | Item::Pragma(_) => None,
        });
        let mut found = 0;
        for section in docs.flat_map(|doc| &doc.sections) {
            for block in section.blocks() {
                let Block::Example(example) = block else { continue };
                found += 1;
                let is_spoken = example.parts.iter().any(|part| part.speaker != Speaker::Narrator);
                assert!(is_spoken, "{name}: nobody says anything in {example:?}");
            }
        }
        let written = ast.sources.iter().map(|(_, source)| source.text().matches(".. qmp-example::").count());
        assert_eq!(found, written.sum::<usize>(), "{name}");
    }
}

#[test]
fn a_snapshot_keeps_every_fact() {
    for (tree, name, oracle) in SCHEMAS {
        let (Some((schema, _)), Some(oracle)) = (schema(tree, name), required(shared::json(oracle))) else {
            return;
        };
        let text = snapshot::write(&schema, name);
        let again = snapshot::read("snapshot.json".as_ref(), &text).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(snapshot::write(&again, name), text);
        // Neither what is written about an entity nor where it stands is kept, nor the order of definition.
        let found = dumped(&again, name.as_str(), Path::new(""));
        let facts = |schema: &Value| normal(&schema["entities"], &["doc", "loc"]);
        assert_same(&facts(&found), &facts(&oracle), &["doc", "loc"], oracle["qemu"].as_str());
    }
}

/// The front end of QEMU's own tests has other names for the schemas and their folder.
const NAMED_OTHERWISE: [&str; 4] = ["file", "root", "schema", "qemu"];

#[test]
fn accepted_conformance_cases_resolve_as_in_qemu() {
    for (name, path, expected) in conformance_cases() {
        if expected["verdict"] == "accept" {
            let schema = load(&path, STYLE).unwrap_or_else(|error| panic!("{name}: {error}"));
            let oracle = shared::json(&format!("{CONFORMANCE}/{name}.oracle"));
            let oracle = required(oracle).expect("an accepted case has an oracle");
            assert_same(&dumped(&schema, &name, Path::new("")), &oracle, &NAMED_OTHERWISE, Some(&name));
        }
    }
}

const STYLE: LoadOptions = LoadOptions { dialect: None, check_style: true };

#[test]
fn refused_conformance_cases_are_refused_at_the_same_place() {
    for (name, path, expected) in conformance_cases() {
        if expected["verdict"] == "accept" {
            continue;
        }
        let report = match load(&path, STYLE) {
            Ok(_) => panic!("{name} is accepted, and should be refused: {}", expected["reference-message"]),
            Err(TreeError::Refused(report) | TreeError::Parse(ParseError::Refused(report))) => report,
            Err(error) => {
                assert!(expected["line"].is_null(), "{name}: {error}");
                continue;
            }
        };
        let (file, line, column) = first_place(&report);
        assert_eq!(Some(&*file), expected["file"].as_str(), "{name}: {report}");
        assert_eq!(Some(line), expected["line"].as_u64(), "{name}: {report}");
        if let Some(expected) = expected["column"].as_u64() {
            assert_eq!(column, expected, "{name}: {report}");
        }
    }
}

fn conformance_cases() -> Vec<(String, std::path::PathBuf, Value)> {
    let Some(folder) = required(shared::path(CONFORMANCE)) else { return Vec::new() };
    let expected = required(shared::json(&format!("{CONFORMANCE}/expected.json")));
    let expected = expected.expect("the conformance tests say what they expect");
    let cases = expected.as_object().expect("an object").iter();
    cases
        .map(|(name, expected)| (name.clone(), folder.join(format!("{name}.json")), expected.clone()))
        .collect()
}

/// File name, line and column of the first mistake.
fn first_place(report: &Report) -> (String, u64, u64) {
    let place = report.place(&report.diagnostics[0]);
    let file = report.sources.get(place.source).path().file_name().expect("a file");
    (file.to_string_lossy().into_owned(), place.position.line.into(), place.position.column.into())
}

/// Compares what is dumped with what QEMU's front end has, key by key.
#[track_caller]
fn assert_same(found: &Value, oracle: &Value, ignored: &[&str], what: Option<&str>) {
    // The oracle has the release as its own tools call it.
    let ignored = &[ignored, &["qemu"]].concat();
    let (found, oracle) = (normal(found, ignored), normal(oracle, ignored));
    if let Some((place, found, oracle)) = difference(&found, &oracle, String::new()) {
        panic!("{}: {place}: found {found}, expected {oracle}", what.unwrap_or_default());
    }
}

/// Where two values differ first.
fn difference(found: &Value, oracle: &Value, place: String) -> Option<(String, Value, Value)> {
    match (found, oracle) {
        (Value::Object(a), Value::Object(b)) if a.keys().eq(b.keys()) => {
            a.iter().find_map(|(key, value)| difference(value, &b[key], format!("{place}.{key}")))
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => a.iter().zip(b).find_map(|(a, b)| {
            let name = b["name"].as_str().unwrap_or_default();
            difference(a, b, format!("{place}[{name}]"))
        }),
        _ if found == oracle => None,
        _ => Some((place, found.clone(), oracle.clone())),
    }
}

/// The value without ignored keys, and with texts whose white space is collapsed: the oracle keeps their indentation.
fn normal(value: &Value, ignored: &[&str]) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .filter(|(key, _)| !ignored.contains(&key.as_str()))
            .map(|(key, value)| (key.clone(), normal(value, ignored)))
            .collect(),
        Value::Array(elements) => elements.iter().map(|element| normal(element, ignored)).collect(),
        Value::String(text) => json!(text.split_whitespace().collect::<Vec<_>>().join(" ")),
        other => other.clone(),
    }
}

/// The oracle keeps the whole `Since:` section, which a few times goes on behind the release.
fn compare_since(schema: &Schema, oracle: &Value) {
    for entity in oracle["entities"].as_array().expect("entities") {
        let name = entity["name"].as_str().expect("name");
        let id: EntityId = schema.lookup(name).expect("every entity is there");
        let is_release = |text: &&str| text.contains('.');
        let first_word = entity["doc"]["since"].as_str().and_then(|text| text.split([' ', ';', '\n']).next());
        let since = schema.entity(id).since();
        assert_eq!(since, first_word.filter(is_release), "{name}: since");
    }
}
