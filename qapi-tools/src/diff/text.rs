//! For people.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use qapi_parser::printable;
use qapi_schema::diff::Severity;

use super::report::{Finding, Report, SEVERITIES};

/// So many names of commands and events stand in a line, and so many differences of two types below each other; those who
/// want all ask for JSON.
const MOST: usize = 6;

pub(super) fn write(report: &Report<'_>, out: &mut impl Write) -> io::Result<()> {
    for severity in SEVERITIES {
        let mut findings = report.of(severity).peekable();
        if findings.peek().is_some() {
            let style = style(severity);
            writeln!(out, "{style}{severity}{style:#}")?;
            findings.try_for_each(|finding| write_finding(finding, out))?;
            writeln!(out)?;
        }
    }
    let [old, new] = report.names.map(printable);
    writeln!(out, "{old} -> {new}: {}", report.counts())
}

fn style(severity: Severity) -> Style {
    let color = match severity {
        Severity::Breaking => AnsiColor::Red,
        Severity::Warning => AnsiColor::Yellow,
        Severity::Additive => AnsiColor::Green,
    };
    color.on_default().bold()
}

fn write_finding(finding: &Finding<'_>, out: &mut impl Write) -> io::Result<()> {
    let change = finding.change;
    let (bold, dim) = (Style::new().bold(), Style::new().dimmed());
    let formerly = match &change.formerly[..] {
        [] => String::new(),
        marks => format!(" (was {})", marks.join(", ")),
    };
    writeln!(out, "  {bold}{}{bold:#}{}", printable(&change.summary()), printable(&formerly))?;
    writeln!(out, "    {dim}{} {}{dim:#}", change.code, printable(&change.path.to_string()))?;
    for inside in change.inside.iter().take(MOST) {
        writeln!(out, "    {}", printable(inside))?;
    }
    if change.inside.len() > MOST {
        writeln!(out, "    and {} more", change.inside.len() - MOST)?;
    }
    for (respect, assessment) in finding.meanings() {
        let style = style(assessment.severity);
        writeln!(out, "    {respect} {style}{}{style:#}: {}", assessment.severity, assessment.reason)?;
    }
    for reach in finding.reach(MOST) {
        writeln!(out, "    {}", printable(&reach))?;
    }
    finding.allowed.map_or(Ok(()), |reason| writeln!(out, "    allowed: {}", printable(reason)))
}
