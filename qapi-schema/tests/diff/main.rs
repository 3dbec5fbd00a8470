//! Comparing schemas.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod cases;
mod hostile;
mod mutations;
mod releases;

use std::path::Path;

use qapi_schema::Schema;
use qapi_schema::diff::{Change, Options, compare};

fn schema(text: &str) -> Schema {
    let ast = qapi_parser::parse_text(Path::new("schema.json"), text, &qapi_parser::Options::default())
        .unwrap_or_else(|report| panic!("{report}\n{text}"));
    qapi_schema::from_ast(ast, None).unwrap_or_else(|report| panic!("{report}\n{text}"))
}

/// The changes from one text to another.
fn changes(old: &str, new: &str) -> Vec<Change> {
    compare(&schema(old), &schema(new), Options::default())
}

/// A change in short: code, what changed, on the wire, to the bindings.
fn short(change: &Change) -> String {
    let severity = |assessment: Option<qapi_schema::diff::Assessment>| {
        assessment.map_or("-", |assessment| assessment.severity.as_str())
    };
    format!("{} {} {} {}", change.code, change.path, severity(change.wire), severity(change.api))
}
