//! Schemas that break a rule: `refused/NAME.json` to the report in `snapshots/refused__NAME.snap`.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeSet;
use std::path::Path;

use qapi_parser::{Dialect, ParseError};
use qapi_schema::{LoadOptions, TreeError, load};

#[test]
fn refused() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/refused");
    let mut schemas: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    schemas.sort();
    for path in schemas {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let ast = qapi_parser::parse_text(Path::new("schema.json"), text, &qapi_parser::Options::default())
            .unwrap();
        let report = qapi_schema::from_ast(ast, None).unwrap_err();
        insta::assert_snapshot!(name, report);
    }
}

/// QEMU's front end stops at the first mistake: with several, that is the one to report first.
#[test]
fn the_first_mistake_is_that_of_qemu() {
    const LOOP: &str = "{ 'struct': 'Loop', 'base': 'Loop', 'data': {} }";
    const KIND: &str = "{ 'enum': 'Kind', 'data': [ 'one', 'two' ] }";
    const WRONG: &str = "{ 'struct': 'Wrong', 'data': { 'x': 'nope' } }";
    const UNION: &str = "{ 'union': 'Node', 'base': { 'kind': 'Kind' }, 'discriminator': 'kind', 'data':";
    const CLASH: &str =
        "{ 'struct': 'Clash', 'base': 'Base', 'data': { 'x': { 'type': 'int', 'if': 'X' } } }";
    const BASE: &str = "{ 'struct': 'Base', 'data': { 'x': 'int' } }";
    let two_branches = format!("{UNION} {{ 'one': 'Wrong', 'two': 'missing' }} }}");
    let cases: [(&str, usize, &[&str]); 14] = [
        ("what is wrong in front of a loop", 1, &["{ 'command': 'a', 'returns': 'int' }", LOOP]),
        ("what is wrong behind a loop", 1, &[LOOP, "{ 'command': 'a', 'returns': 'int' }"]),
        (
            "a loop that a command comes upon",
            3,
            &[
                "{ 'command': 'a', 'data': 'Second' }",
                "{ 'struct': 'First', 'base': 'Second', 'data': {} }",
                "{ 'struct': 'Second', 'base': 'First', 'data': {} }",
            ],
        ),
        (
            "the base before members",
            2,
            &["{ 'struct': 'Derived', 'base': 'Wrong', 'data': { 'y': 'nope' } }", WRONG],
        ),
        (
            "arguments before what is returned",
            2,
            &["{ 'command': 'a', 'data': 'Wrong', 'returns': 'nope' }", WRONG],
        ),
        (
            "the base of arguments before their conditions",
            2,
            &["{ 'command': 'a', 'data': 'Clash' }", CLASH, BASE],
        ),
        (
            "arguments before definitions in between",
            3,
            &[
                "{ 'event': 'A', 'data': 'Wrong' }",
                "{ 'struct': 'Between', 'base': 'nope', 'data': {} }",
                WRONG,
            ],
        ),
        ("the first branch before the second", 3, &[KIND, &two_branches, WRONG]),
        (
            "the base before the discriminator",
            2,
            &["{ 'union': 'Node', 'base': 'Clash', 'discriminator': 'none', 'data': {} }", CLASH, BASE],
        ),
        (
            "an array in front of its definition",
            1,
            &["{ 'struct': 'Thing', 'data': { 'x': [ 'nope' ] } }", WRONG],
        ),
        (
            "a section before the definition's parts",
            4,
            &["##", "# @GONE:", "#", "# Errors: none", "##", "{ 'event': 'GONE', 'colour': 'red' }"],
        ),
        (
            "a name before a section",
            6,
            &["##", "# @gone:", "#", "# Errors: none", "##", "{ 'event': 'gone' }"],
        ),
        ("shapes before meaning", 2, &[WRONG, "{ 'struct': 'Thing' }"]),
        (
            "duplicates before meaning",
            3,
            &[WRONG, "{ 'struct': 'Same', 'data': {} }", "{ 'struct': 'Same', 'data': {} }"],
        ),
    ];
    for (what, line, lines) in cases {
        let ast = qapi_parser::parse_text(Path::new("schema.json"), lines.join("\n"), &Default::default());
        let report = qapi_schema::from_ast(ast.unwrap(), None).unwrap_err();
        let place = report.place(&report.diagnostics[0]);
        assert_eq!(place.position.line as usize, line, "{what}: {report}");
    }
}

/// Programs rely on codes: one that is renamed or goes shows up here.
#[test]
fn codes_stay_the_same() {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut codes = BTreeSet::new();
    for folder in ["tests/refused", "../qapi-parser/tests/refused"] {
        for entry in std::fs::read_dir(manifest.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            for dialect in [Dialect::Modern, Dialect::Legacy] {
                let options = LoadOptions { dialect: Some(dialect), check_style: true };
                let (Err(TreeError::Refused(report)) | Err(TreeError::Parse(ParseError::Refused(report)))) =
                    load(&path, options)
                else {
                    continue;
                };
                codes.extend(report.diagnostics.iter().map(|diagnostic| diagnostic.code));
            }
        }
    }
    insta::assert_snapshot!(codes.into_iter().collect::<Vec<_>>().join("\n"));
}

#[test]
fn the_depth_of_bases_is_bounded() {
    let chain = (1..200)
        .map(|depth| format!("{{ 'struct': 'Type{depth}', 'base': 'Type{}', 'data': {{}} }}\n", depth - 1));
    let text = format!("{{ 'struct': 'Type0', 'data': {{}} }}\n{}", chain.collect::<String>());
    let ast =
        qapi_parser::parse_text(Path::new("schema.json"), text, &qapi_parser::Options::default()).unwrap();
    let report = qapi_schema::from_ast(ast, None).unwrap_err();
    assert_eq!(report.diagnostics.len(), 1, "{report}");
    assert!(report.to_string().contains("'Type65' has more than 64 types within each other"), "{report}");
}
