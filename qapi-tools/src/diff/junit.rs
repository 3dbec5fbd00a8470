//! A test case for each change, in the XML of JUnit that test reports are made of.

use std::io::{self, Write};

use qapi_parser::printable;

use super::report::{Finding, Report};

pub(super) fn write(reports: &[Report<'_>], out: &mut impl Write) -> io::Result<()> {
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    if let [only] = reports {
        return write_suite(only, out);
    }
    writeln!(out, "<testsuites>")?;
    reports.iter().try_for_each(|report| write_suite(report, out))?;
    writeln!(out, "</testsuites>")
}

fn write_suite(report: &Report<'_>, out: &mut impl Write) -> io::Result<()> {
    let [old, new] = report.names.map(escaped);
    let failures = report.findings.iter().filter(|finding| finding.fails).count();
    let skipped = report.findings.iter().filter(|finding| finding.allowed.is_some()).count();
    // The comparison itself is one: a report without a test case looks like one that was not written.
    let tests = report.findings.len() + 1;
    writeln!(
        out,
        r#"<testsuite name="schema from {old} to {new}" tests="{tests}" failures="{failures}" skipped="{skipped}">"#
    )?;
    writeln!(out, r#"  <testcase classname="comparison" name="{}"/>"#, escaped(&report.counts()))?;
    report.findings.iter().try_for_each(|finding| write_case(finding, out))?;
    writeln!(out, "</testsuite>")
}

fn write_case(finding: &Finding<'_>, out: &mut impl Write) -> io::Result<()> {
    let (code, path) = (finding.change.code, escaped(&finding.change.path.to_string()));
    let [summary, meaning] = [finding.change.summary(), finding.meaning()].map(|text| escaped(&text));
    write!(out, r#"  <testcase classname="{}.{code}" name="{path}""#, finding.severity)?;
    match finding.allowed {
        Some(reason) => writeln!(out, "><skipped message=\"{}\"/></testcase>", escaped(reason)),
        None if finding.fails => {
            let reach = escaped(&finding.reach(usize::MAX).join("\n"));
            writeln!(out, "><failure message=\"{summary}\">{meaning}\n{reach}</failure></testcase>")
        }
        None => writeln!(out, "/>"),
    }
}

/// Text that is nothing but text in XML, and of characters that XML allows.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in printable(text).chars() {
        match character {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            // The two that are neither control characters nor allowed.
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_no_markup() {
        assert_eq!(
            escaped("<a b=\"c\">&'\u{0}\u{ffff}"),
            "&lt;a b=&quot;c&quot;&gt;&amp;&apos;\\u{0}\u{fffd}"
        );
    }
}
