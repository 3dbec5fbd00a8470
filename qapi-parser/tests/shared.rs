//! QEMU's own schemas and tests, read in place beside the checkout. Without them these tests pass and say so, unless
//! `QMP_REQUIRE_ALL=1` demands them.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test that fails panics")]
#![allow(clippy::print_stderr, reason = "a test that is skipped says so")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use qapi_parser::ast::{Ast, Expr, Item};
use qapi_parser::doc::{DocComment, SectionKind};
use qapi_parser::{Dialect, Options, ParseError, parse_file};
use serde_json::Value;

const RELEASES: [&str; 2] = ["7.2.0", "10.2.2"];
const ROOTS: [&str; 5] = [
    "qapi/qapi-schema.json",
    "qga/qapi-schema.json",
    "storage-daemon/qapi/qapi-schema.json",
    "docs/interop/firmware.json",
    "docs/interop/vhost-user.json",
];

fn shared() -> Option<PathBuf> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    if shared.is_dir() {
        return Some(shared);
    }
    assert!(
        std::env::var_os("QMP_REQUIRE_ALL").is_none_or(|value| value != "1"),
        "{} is missing",
        shared.display()
    );
    eprintln!("skipped: {} is missing", shared.display());
    None
}

fn options(release: &str) -> Options {
    Options { dialect: Dialect::for_release(release) }
}

fn read_json(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn every_schema_of_both_trees_is_read() {
    let Some(shared) = shared() else { return };
    for release in RELEASES {
        let mut count = 0;
        for root in ROOTS {
            let path = shared.join("qemu").join(release).join(root);
            if path.exists() {
                let ast = parse_file(&path, &options(release)).unwrap_or_else(|error| panic!("{error}"));
                assert!(!ast.items.is_empty(), "{}", path.display());
                count += 1;
            }
        }
        assert!(count >= 4, "{release}: only {count} roots");
    }
}

#[test]
fn documentation_is_structured_as_qemu_does() {
    let Some(shared) = shared() else { return };
    for release in RELEASES {
        for (schema, root) in ["qapi", "qga", "storage-daemon"].into_iter().zip(ROOTS) {
            let path = shared.join("qemu").join(release).join(root);
            let ast = parse_file(&path, &options(release)).unwrap_or_else(|error| panic!("{error}"));
            let oracle = read_json(&shared.join(format!("oracle/{release}-{schema}.json")));
            compare_docs(&format!("{release} {schema}"), &ast, &oracle);
        }
    }
}

#[test]
fn accepted_conformance_cases_are_read() {
    let Some(shared) = shared() else { return };
    let cases = shared.join("conformance/10.2.2");
    for (name, expected) in read_json(&cases.join("expected.json")).as_object().unwrap() {
        let path = cases.join(format!("{name}.json"));
        let is_read = expected["verdict"] == "accept" || expected["stage"] != "parse";
        if is_read && path.exists() {
            let ast =
                parse_file(&path, &Options::default()).unwrap_or_else(|error| panic!("{name}: {error}"));
            if expected["verdict"] == "accept" {
                compare_docs(name, &ast, &read_json(&cases.join(format!("{name}.oracle"))));
            }
        }
    }
}

/// Refused by QEMU in the stage that parses, and here by the schema, which knows what pragmas mean.
const REFUSED_LATER: [&str; 1] = ["pragma-value-not-list"];

#[test]
fn refused_conformance_cases_are_refused_at_the_same_place() {
    let Some(shared) = shared() else { return };
    let cases = shared.join("conformance/10.2.2");
    for (name, expected) in read_json(&cases.join("expected.json")).as_object().unwrap() {
        if expected["stage"] != "parse" || REFUSED_LATER.contains(&name.as_str()) {
            continue;
        }
        let path = cases.join(format!("{name}.json"));
        let Err(ParseError::Refused(report)) = parse_file(&path, &Options::default()) else {
            panic!("{name}: not refused");
        };
        let first = &report.diagnostics[0];
        let source = report.sources.get(first.span.source);
        let place = report.sources.line_column(first.span);
        assert_eq!(
            source.path().file_name().unwrap().to_str(),
            expected["file"].as_str(),
            "{name}: {report}"
        );
        assert_eq!(Some(u64::from(place.line)), expected["line"].as_u64(), "{name}: {report}");
        if let Some(column) = expected["column"].as_u64() {
            assert_eq!(u64::from(place.column), column, "{name}: {report}");
        }
    }
}

/// Compares every documentation comment with what QEMU's front end made of it.
fn compare_docs(name: &str, ast: &Ast, oracle: &Value) {
    let mut expected: BTreeMap<&str, &Value> = BTreeMap::new();
    for entity in oracle["entities"].as_array().unwrap() {
        if entity["doc"].is_object() {
            expected.insert(entity["name"].as_str().unwrap(), &entity["doc"]);
        }
    }
    let mut free_form = Vec::new();
    for item in &ast.items {
        match item {
            Item::Definition(definition) => {
                let Some(doc) = &definition.doc else { continue };
                let Expr::String(symbol) = &definition.expr.members[0].value else { panic!("no name") };
                let doc = structure(doc, &ast.sources);
                let wanted = expected
                    .remove(symbol.value.as_str())
                    .unwrap_or_else(|| panic!("{name}: {}", symbol.value));
                assert_eq!(doc, wanted_structure(wanted), "{name}");
            }
            Item::FreeFormDoc(doc) => {
                let line = u64::from(ast.sources.line_column(doc.span).line);
                free_form.push((
                    line,
                    doc.sections.first().map_or_else(String::new, |section| collapsed(&section.text)),
                ));
            }
            Item::Include(_) | Item::Pragma(_) => {}
        }
    }
    assert!(expected.is_empty(), "{name}: {:?}", expected.keys());
    let wanted = oracle["freeform-docs"].as_array().unwrap().iter();
    let wanted: Vec<_> = wanted
        .map(|doc| (doc["loc"]["line"].as_u64().unwrap(), collapsed(doc["text"].as_str().unwrap())))
        .collect();
    assert_eq!(free_form, wanted, "{name}");
}

/// Line, symbol, and all sections as (kind, text), in groups as the oracle has them.
fn structure(doc: &DocComment, sources: &qapi_parser::source::Sources) -> Vec<(String, String)> {
    let symbol = doc.symbol.as_ref().unwrap();
    assert_eq!(sources.text(symbol.span), symbol.name);
    let mut body = String::new();
    let (mut members, mut features, mut rest) = (Vec::new(), Vec::new(), Vec::new());
    for section in &doc.sections {
        let text = collapsed(&section.text);
        match &section.kind {
            SectionKind::Body => body = text,
            SectionKind::Member(symbol) | SectionKind::Feature(symbol) => {
                assert_eq!(sources.text(symbol.span), symbol.name);
                let is_member = matches!(section.kind, SectionKind::Member(_));
                let group = if is_member { &mut members } else { &mut features };
                group.push((format!("@{}", symbol.name), text));
            }
            kind => rest.push((format!("{kind:?}"), text)),
        }
    }
    let line = sources.line_column(doc.span).line.to_string();
    let head = [(symbol.name.clone(), line), ("Body".to_owned(), body)];
    head.into_iter().chain(members).chain(features).chain(rest).collect()
}

fn wanted_structure(doc: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| collapsed(value.as_str().unwrap());
    let mut all = vec![
        (doc["symbol"].as_str().unwrap().to_owned(), doc["loc"]["line"].to_string()),
        ("Body".to_owned(), text(&doc["body"])),
    ];
    for group in ["args", "features"] {
        for described in doc[group].as_array().unwrap().iter().filter(|entry| entry["stub"] != true) {
            all.push((format!("@{}", described["name"].as_str().unwrap()), text(&described["text"])));
        }
    }
    for section in doc["sections"].as_array().unwrap() {
        let kind = match section["kind"].as_str().unwrap() {
            "Notes" => "Note",
            "Examples" => "Example",
            other => other,
        };
        all.push((kind.to_owned(), text(&section["text"])));
    }
    all
}

fn collapsed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
