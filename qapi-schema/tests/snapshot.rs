//! Snapshots: what one keeps, and what is none.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::path::Path;

use qapi_schema::snapshot::{read, write};
use qapi_schema::{Schema, SchemaName};

fn schema(text: &str) -> Schema {
    let ast =
        qapi_parser::parse_text(Path::new("schema.json"), text, &qapi_parser::Options::default()).unwrap();
    qapi_schema::from_ast(ast, Some("11.2.0")).unwrap_or_else(|report| panic!("{report}"))
}

#[test]
fn every_construct_is_kept() {
    let text = "
{ 'pragma': { 'command-name-exceptions': [ 'old_name' ] } }
##
# @Kind:
#
# @a: first
#
# @b: later (since 1.1)
#
# Features:
#
# @unstable: may change
#
# Since: 1.0
##
{ 'enum': 'Kind', 'prefix': 'KIND', 'data': [ 'a', { 'name': 'b', 'if': 'CONFIG_B', 'features': [ 'unstable' ] } ] }
{ 'struct': 'Base', 'data': { 'id': 'str' }, 'if': { 'all': [ 'CONFIG_A', { 'not': { 'any': [ 'CONFIG_B', 'CONFIG_C' ] } } ] } }
{ 'struct': 'Derived', 'base': 'Base', 'features': [ { 'name': 'new', 'if': 'CONFIG_N' }, 'old' ],
  'data': { '*more': { 'type': [ 'Base' ], 'if': 'CONFIG_M', 'features': [ 'deprecated' ] }, 'any': 'any', 'lists': 'strList' } }
{ 'union': 'Node', 'base': { 'kind': 'Kind', '*name': 'str' }, 'discriminator': 'kind', 'data': { 'a': { 'type': 'Derived', 'if': 'CONFIG_A' } } }
{ 'union': 'Named', 'base': 'HasKind', 'discriminator': 'kind', 'data': {} }
{ 'struct': 'HasKind', 'data': { 'kind': 'Kind' } }
{ 'alternate': 'Choice', 'data': { 'node': 'Node', 'name': 'str', 'none': { 'type': 'null', 'if': 'CONFIG_A' }, 'many': [ 'int' ] } }
{ 'command': 'old_name', 'data': { 'x': 'Choice' }, 'returns': [ 'Base' ], 'gen': false, 'success-response': false,
  'allow-oob': true, 'allow-preconfig': true }
{ 'command': 'boxed', 'boxed': true, 'data': 'Node', 'coroutine': true }
{ 'event': 'BOXED', 'boxed': true, 'data': 'Node' }
{ 'event': 'PLAIN', 'data': { 'x': 'int' } }
{ 'event': 'BORROWED', 'boxed': true, 'data': 'q_obj_PLAIN-arg' }
{ 'event': 'EMPTY', 'data': 'q_empty' }
";
    let snapshot = write(&schema(text), SchemaName::Qmp);
    insta::assert_snapshot!(snapshot);
    let again = read(Path::new("11.2.0/qmp.json"), &snapshot).unwrap();
    assert_eq!(write(&again, SchemaName::Qmp), snapshot);
}

#[test]
fn a_schema_without_definitions_is_kept() {
    let snapshot = write(&schema(""), SchemaName::Qga);
    let again = read(Path::new("11.2.0/qga.json"), &snapshot).unwrap();
    assert_eq!(again.commands().len(), 0);
}

#[test]
fn conditions_that_a_snapshot_could_not_hold_are_refused() {
    let nested = format!("{}'CONFIG_A'{}", "{ 'not': ".repeat(200), " }".repeat(200));
    let text = format!("{{ 'struct': 'Deep', 'data': {{}}, 'if': {nested} }}");
    let ast =
        qapi_parser::parse_text(Path::new("schema.json"), text, &qapi_parser::Options::default()).unwrap();
    let report = qapi_schema::from_ast(ast, None).unwrap_err();
    assert!(report.to_string().contains("must not nest deeper than 32 levels"), "{report}");
}

#[test]
fn what_is_no_snapshot_is_refused() {
    const HEADER: &str = r#"{"qapi-snapshot":1,"release":"11.2.0","schema":"qmp","definitions":["#;
    let with_header = |lines: &str| format!("{HEADER}\n{lines}");
    let cases = [
        ("empty", String::new()),
        ("no header", "{\"a\":1}\n]}\n".to_owned()),
        ("later format", format!("{}\n]}}\n", HEADER.replace(":1,", ":2,"))),
        ("no release", format!("{}\n]}}\n", HEADER.replace("11.2.0", "../x"))),
        ("no end", with_header(r#"{"command":"a","module":"m.json"}"#)),
        ("text behind the end", with_header("]}\nmore\n")),
        (
            "no comma",
            with_header("{\"command\":\"a\",\"module\":\"m\"}\n{\"command\":\"b\",\"module\":\"m\"}\n]}\n"),
        ),
        ("a comma too many", with_header("{\"command\":\"a\",\"module\":\"m\"},\n]}\n")),
        ("no JSON", with_header("{'command':'a'}\n]}\n")),
        ("a number", with_header("{\"struct\":\"A\",\"module\":\"m\",\"data\":3}\n]}\n")),
        ("a key twice", with_header("{\"command\":\"a\",\"module\":\"m\",\"module\":\"n\"}\n]}\n")),
        ("no module", with_header("{\"command\":\"a\"}\n]}\n")),
        ("since no release", with_header("{\"command\":\"a\",\"module\":\"m\",\"since\":\"*/\"}\n]}\n")),
        (
            "members-since no object",
            with_header("{\"command\":\"a\",\"module\":\"m\",\"members-since\":\"1.0\"}\n]}\n"),
        ),
        ("unknown key", with_header("{\"command\":\"a\",\"module\":\"m\",\"x\":true}\n]}\n")),
        ("unknown type", with_header("{\"command\":\"a\",\"module\":\"m\",\"returns\":\"X\"}\n]}\n")),
        ("no name", with_header("{\"struct\":\"A\\n`\",\"module\":\"m\",\"data\":{\"\":\"str\"}}\n]}\n")),
    ];
    let mut report = String::new();
    for (what, text) in cases {
        let error = read(Path::new("qmp.json"), &text).unwrap_err();
        report.push_str(&format!("# {what}\n{error}\n\n"));
    }
    insta::assert_snapshot!(report);
}
