//! Showing comparisons, and judging them.

use std::io::{self, Write};
use std::path::PathBuf;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use qapi_parser::printable;
use qapi_schema::SchemaName;
use qapi_schema::diff::{Change, Severity};

use super::allow::AllowFile;
use super::report::Report;
use super::side::Comparison;
use super::{github, json, junit, markdown, text};
use crate::error::{Error, output};

/// How changes are shown, and which are accepted.
#[derive(Debug, clap::Args)]
pub(crate) struct Showing {
    /// How the changes are shown.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Changes that do not make the command fail: a line of JSON for each, with its `code`, its `path`, a `reason`
    /// and, if that is not for ever, the last day on which it `expires`.
    #[arg(long, value_name = "FILE")]
    allow: Option<PathBuf>,
}

/// Which schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Which {
    /// The monitor's.
    Qmp,
    /// The guest agent's.
    Qga,
    /// The storage daemon's.
    StorageDaemon,
}

impl From<Which> for SchemaName {
    fn from(which: Which) -> Self {
        match which {
            Which::Qmp => Self::Qmp,
            Which::Qga => Self::Qga,
            Which::StorageDaemon => Self::StorageDaemon,
        }
    }
}

/// How changes are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// For people, grouped by severity.
    Text,
    /// For programs: codes and paths stay the same from release to release.
    Json,
    /// Tables, for comments and release notes.
    Markdown,
    /// Annotations of a GitHub workflow.
    Github,
    /// A test case for each change, for systems that show test results.
    Junit,
}

/// How bad a change must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Level {
    /// What worked may not work any more.
    Breaking,
    /// It works, but not under all circumstances or not for long.
    Warning,
    /// Any change at all.
    Any,
}

impl Level {
    pub(super) fn least(self) -> Severity {
        match self {
            Self::Breaking => Severity::Breaking,
            Self::Warning => Severity::Warning,
            Self::Any => Severity::Additive,
        }
    }
}

/// How comparisons ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// No change is as bad as to fail, or those that are are allowed.
    Passed,
    Failed,
}

/// How many comparisons there are to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Count {
    /// One, and never another number.
    One,
    /// Whatever number it happens to be.
    Any,
}

impl Showing {
    /// The file with changes that are allowed, read before anything is compared: a mistake in it is told at once.
    pub(crate) fn allowed(&self) -> Result<AllowFile, Error> {
        self.allow.as_deref().map_or_else(|| Ok(AllowFile::default()), AllowFile::read)
    }

    /// Prints what changed. Remarks go to the other output: of the comparisons, and of entries of the allow-file that are of no use.
    pub(crate) fn show(
        &self,
        comparisons: &[Comparison],
        count: Count,
        allow: &AllowFile,
        fail_on: Level,
    ) -> Result<Verdict, Error> {
        let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
        let changes: Vec<&Change> = comparisons.iter().flat_map(|it| &it.changes).collect();
        let remarks = comparisons.iter().flat_map(|it| &it.remarks).cloned();
        for remark in remarks.chain(allow.remarks(&changes, today)) {
            anstream::eprintln!("{}", printable(&remark));
        }
        let report = |comparison| Report::new(comparison, allow, today, fail_on.least());
        let reports: Vec<Report<'_>> = comparisons.iter().map(report).collect();
        output(self.print(&reports, count))?;
        let has_failed = reports.iter().any(Report::has_failed);
        Ok(if has_failed { Verdict::Failed } else { Verdict::Passed })
    }

    fn print(&self, reports: &[Report<'_>], count: Count) -> io::Result<()> {
        // The buffer is for speed: colours are taken out of what is written where they are not wanted.
        let mut out = io::BufWriter::new(anstream::stdout().lock());
        match self.format {
            Format::Text => reports.iter().try_for_each(|report| text::write(report, &mut out)),
            Format::Json => json::write(reports, count, &mut out),
            Format::Markdown => reports.iter().try_for_each(|report| markdown::write(report, &mut out)),
            Format::Github => reports.iter().try_for_each(|report| github::write(report, &mut out)),
            Format::Junit => junit::write(reports, &mut out),
        }?;
        out.flush()
    }
}
