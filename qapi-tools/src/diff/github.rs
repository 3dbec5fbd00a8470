//! Annotations of a GitHub workflow: lines that its runner reads.

use std::io::{self, Write};

use qapi_parser::printable;
use qapi_schema::diff::Severity;

use super::report::{Finding, Report};

/// So many names of commands and events stand in an annotation.
const MOST_NAMES: usize = 6;

pub(super) fn write(report: &Report<'_>, out: &mut impl Write) -> io::Result<()> {
    for finding in &report.findings {
        let title = property(finding.change.code.as_str());
        let mut message = format!("{} ({})", finding.change.summary(), finding.meaning());
        for reach in finding.reach(MOST_NAMES) {
            message = message + "; " + &reach;
        }
        if let Some(reason) = finding.allowed {
            message = message + "; allowed: " + reason;
        }
        writeln!(out, "::{} title={title}::{}", command(finding), data(&message))?;
    }
    let [old, new] = report.names.map(printable);
    // Not a line that the runner reads: it begins otherwise.
    writeln!(out, "from {old} to {new}: {}", report.counts())
}

fn command(finding: &Finding<'_>) -> &'static str {
    match finding.severity {
        _ if finding.allowed.is_some() => "notice",
        Severity::Breaking => "error",
        Severity::Warning => "warning",
        Severity::Additive => "notice",
    }
}

/// What ends a line is an escape sequence after `printable`, what begins one of the runner's is not.
fn data(text: &str) -> String {
    printable(text).replace('%', "%25")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
