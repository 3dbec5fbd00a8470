//! For programs.

use std::collections::BTreeMap;
use std::io::{self, Write};

use qapi_parser::visible_json;
use qapi_schema::diff::{Change, Severity};
use serde::Serialize;

use super::report::Report;
use super::show::Count;

#[derive(Serialize)]
struct Document<'a> {
    old: &'a str,
    new: &'a str,
    failed: bool,
    counts: Counts,
    changes: Vec<Row<'a>>,
    /// How many parts were not compared, by condition.
    #[serde(rename = "not-compared", skip_serializing_if = "BTreeMap::is_empty")]
    not_compared: BTreeMap<&'a str, usize>,
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

/// Writes one report as itself, and what may be any number as an array.
pub(super) fn write(reports: &[Report<'_>], count: Count, out: &mut impl Write) -> io::Result<()> {
    let documents: Vec<Document<'_>> = reports.iter().map(document).collect();
    let json = match (count, &documents[..]) {
        (Count::One, [only]) => serde_json::to_string_pretty(only),
        _ => serde_json::to_string_pretty(&documents),
    }?;
    writeln!(out, "{}", visible_json(&json))
}

fn document<'a>(report: &'a Report<'a>) -> Document<'a> {
    let count = |severity| report.of(severity).count();
    let rows = report.findings.iter().map(|finding| Row {
        change: finding.change,
        severity: finding.severity,
        summary: finding.change.summary(),
        fails: finding.fails,
        allowed: finding.allowed,
    });
    Document {
        old: report.names[0],
        new: report.names[1],
        failed: report.has_failed(),
        counts: Counts {
            breaking: count(Severity::Breaking),
            warning: count(Severity::Warning),
            additive: count(Severity::Additive),
        },
        changes: rows.collect(),
        not_compared: report.left_out.iter().map(|(condition, count)| (condition.as_str(), *count)).collect(),
    }
}
