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
