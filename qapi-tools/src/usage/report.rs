//! What was found, in words and for programs.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;

use qapi_parser::printable;
use serde::Serialize;

use super::Format;
use super::facts::{Problem, Verdict};
use super::reader::Use;
use super::sources::Sources;

/// A use that something is wrong with.
#[derive(Debug, Serialize, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Finding {
    file: String,
    line: usize,
    column: usize,
    problem: Problem,
    /// The part of the schema.
    what: String,
    /// The release that introduced it, if the release does not have it yet and that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
    /// Whether the code may use something else of the same name.
    possibly: bool,
    /// Whether the release may have it by way of a type of another name.
    may_be_renamed: bool,
}

impl Finding {
    pub(super) fn new(file: &Path, it: &Use, verdict: Verdict) -> Self {
        let Verdict { what, problem, since, is_guess } = verdict;
        Self {
            file: file.display().to_string(),
            line: it.line,
            column: it.column,
            problem,
            what,
            since,
            possibly: it.is_guess,
            may_be_renamed: is_guess,
        }
    }

    pub(super) fn is_guess(&self) -> bool {
        self.possibly || self.may_be_renamed
    }

    fn line(&self, against: &str) -> String {
        let Self { file, line, column, what, .. } = self;
        let problem = match (self.problem, &self.since) {
            (Problem::Removed, _) => format!("is not in {against} any more"),
            (Problem::Newer, Some(since)) => format!("is not in {against} yet: it is there since {since}"),
            (Problem::Newer, None) => format!("is not in {against} yet"),
            (Problem::Deprecated, _) => format!("is deprecated in {against}"),
            (Problem::Unstable, _) => format!("is unstable in {against}"),
        };
        let doubt = match (self.possibly, self.may_be_renamed) {
            (true, _) => "possibly: ",
            (false, true) => "possibly, for its type may be called otherwise there: ",
            (false, false) => "",
        };
        format!("{file}:{line}:{column}: {doubt}{what} {problem}")
    }
}

/// Something that could not be told.
#[derive(Debug, Serialize, PartialEq, Eq, PartialOrd, Ord)]
struct Unknown {
    file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
    reason: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Report {
    against: String,
    files: usize,
    pub(super) findings: Vec<Finding>,
    /// What could not be told, for the code is not understood.
    unknown: Vec<Unknown>,
    /// How many calls of macros were passed over.
    unread_macros: usize,
}

impl Report {
    pub(super) fn new(against: &str, sources: &Sources) -> Self {
        let unread = |(path, reason): &(std::path::PathBuf, String)| Unknown {
            file: path.display().to_string(),
            line: None,
            column: None,
            reason: format!("cannot be read: {reason}"),
        };
        Self {
            against: against.to_owned(),
            files: sources.files.len(),
            findings: Vec::new(),
            unknown: sources.unread.iter().map(unread).collect(),
            unread_macros: 0,
        }
    }

    pub(super) fn add_unknown(
        &mut self,
        file: &Path,
        unknown: BTreeSet<(usize, usize, String)>,
        unread_macros: usize,
    ) {
        self.unread_macros += unread_macros;
        self.unknown.extend(unknown.into_iter().map(|(line, column, name)| Unknown {
            file: file.display().to_string(),
            line: Some(line),
            column: Some(column),
            reason: format!("the bindings have no {name}"),
        }));
    }

    pub(super) fn sort(&mut self) {
        self.findings.sort();
        self.findings.dedup();
        self.unknown.sort();
    }

    pub(super) fn exit_code(&self, fail_on: &[Problem]) -> u8 {
        if self.findings.iter().any(|finding| fail_on.contains(&finding.problem)) {
            1
        } else if self.unknown.is_empty() {
            0
        } else {
            2
        }
    }

    pub(super) fn print(&self, format: Format) -> io::Result<()> {
        let mut out = io::stdout().lock();
        if format == Format::Json {
            serde_json::to_writer_pretty(&mut out, self)?;
            return writeln!(out);
        }
        for finding in &self.findings {
            writeln!(out, "{}", printable(&finding.line(&self.against)))?;
        }
        for Unknown { file, line, column, reason } in &self.unknown {
            let place = [*line, *column].into_iter().flatten().map(|it| format!(":{it}")).collect::<String>();
            writeln!(out, "{}", printable(&format!("{file}{place}: {reason}")))?;
        }
        if self.unread_macros > 0 {
            writeln!(out, "{} calls of macros were not understood and passed over", self.unread_macros)?;
        }
        let certain = self.findings.iter().filter(|finding| !finding.is_guess()).count();
        let possible = self.findings.len() - certain;
        writeln!(out, "{} files against {}: {certain} certain, {possible} possible", self.files, self.against)
    }
}
