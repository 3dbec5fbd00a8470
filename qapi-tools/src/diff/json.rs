//! For programs.

use std::io::{self, Write};

use qapi_parser::visible_json;
use qapi_schema::diff::{Change, Severity};
use serde::Serialize;

use super::report::Report;

#[derive(Serialize)]
struct Document<'a> {
    old: &'a str,
    new: &'a str,
    failed: bool,
    counts: Counts,
    changes: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Counts {
    breaking: usize,
    warning: usize,
    additive: usize,
}

#[derive(Serialize)]
struct Row<'a> {
    #[serde(flatten)]
    change: &'a Change,
    severity: Severity,
    summary: String,
    fails: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed: Option<&'a str>,
}

pub(super) fn write(report: &Report<'_>, out: &mut impl Write) -> io::Result<()> {
    let count = |severity| report.of(severity).count();
    let rows = report.findings.iter().map(|finding| Row {
        change: finding.change,
        severity: finding.severity,
        summary: finding.change.summary(),
        fails: finding.fails,
        allowed: finding.allowed,
    });
    let document = Document {
        old: report.names[0],
        new: report.names[1],
        failed: report.has_failed(),
        counts: Counts {
            breaking: count(Severity::Breaking),
            warning: count(Severity::Warning),
            additive: count(Severity::Additive),
        },
        changes: rows.collect(),
    };
    let json = serde_json::to_string_pretty(&document)?;
    writeln!(out, "{}", visible_json(&json))
}
