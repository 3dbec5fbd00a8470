//! Tables in Markdown.

use std::io::{self, Write};

use qapi_parser::printable;
use qapi_schema::diff::{Assessment, Severity};

use super::report::{Report, SEVERITIES};

/// So many names of commands and events stand in a cell.
const MOST_NAMES: usize = 6;

pub(super) fn write(report: &Report<'_>, out: &mut impl Write) -> io::Result<()> {
    let [old, new] = report.names.map(escaped);
    writeln!(out, "# From {old} to {new}\n\n{}", report.counts())?;
    for severity in SEVERITIES {
        let mut findings = report.of(severity).peekable();
        if findings.peek().is_none() {
            continue;
        }
        writeln!(out, "\n## {}\n", title(severity))?;
        writeln!(out, "| change | wire | Rust API | where |\n| --- | --- | --- | --- |")?;
        for finding in findings {
            let change = finding.change;
            let allowed = finding.allowed.map(|reason| format!(" (allowed: {reason})")).unwrap_or_default();
            let what = escaped(&(change.summary() + &allowed));
            let [wire, api] = [change.wire, change.api].map(meaning);
            let reach = escaped(&finding.reach(MOST_NAMES).join("; "));
            writeln!(out, "| {what} | {wire} | {api} | {reach} |")?;
        }
    }
    Ok(())
}

fn title(severity: Severity) -> &'static str {
    match severity {
        Severity::Breaking => "Breaking",
        Severity::Warning => "Warnings",
        Severity::Additive => "Additive",
    }
}

fn meaning(assessment: Option<Assessment>) -> String {
    let told = |Assessment { severity, reason }| format!("{severity}: {}", escaped(reason));
    assessment.map_or_else(|| "–".to_owned(), told)
}

/// Text that is nothing but text in Markdown, and in the HTML that it may become.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in printable(text).chars() {
        match character {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            // A name after it would be told of the comment.
            '@' => escaped.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '#' | '!' | '|' | '~' | '$' => {
                escaped.push('\\');
                escaped.push(character);
            }
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
            escaped("a|b *c* <i> &amp; @me\u{1b}"),
            r"a\|b \*c\* &lt;i&gt; &amp;amp; &#64;me\\u\{1b\}"
        );
    }
}
