//! Comparing two schemas, and showing what changed.

mod allow;
mod github;
mod json;
mod junit;
mod markdown;
mod report;
pub(crate) mod side;
mod text;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use qapi_schema::SchemaName;
use qapi_schema::diff::{Options as CompareOptions, Severity, compare};

use crate::error::Error;
use crate::lint::DialectOption;
use crate::{OLDEST_SERVER, fail};
use allow::AllowFile;
use report::Report;
use side::Side;

/// Which schemas are compared, and how the changes are shown and judged.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// What was: a QEMU tree, the root file of a schema, a snapshot, or the release of one that this program carries, such as 7.2.0.
    old: String,
    /// What is: the same.
    new: String,
    /// Which schema of a tree or a release.
    #[arg(long, value_enum, default_value_t = Which::Qmp)]
    schema: Which,
    /// How the changes are shown.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// From which severity on changes make the command fail.
    #[arg(long, value_enum, default_value_t = Level::Breaking, value_name = "SEVERITY")]
    fail_on: Level,
    /// Changes that do not make the command fail: a line of JSON for each, with its `code`, its `path`, a `reason`
    /// and, if that is not for ever, the last day on which it `expires`.
    #[arg(long, value_name = "FILE")]
    allow: Option<PathBuf>,
    #[command(flatten)]
    dialect: DialectOption,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Which {
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Level {
    /// What worked may not work any more.
    Breaking,
    /// It works, but not under all circumstances or not for long.
    Warning,
    /// Any change at all.
    Any,
}

impl Level {
    fn least(self) -> Severity {
        match self {
            Self::Breaking => Severity::Breaking,
            Self::Warning => Severity::Warning,
            Self::Any => Severity::Additive,
        }
    }
}

/// How a comparison ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// No change is as bad as to fail, or those that are are allowed.
    Passed,
    Failed,
}

/// Compares, prints what changed, and says on the other output which entries of the allow-file are of no use. The program ends with 0
/// if nothing is as bad as [`Options`] say, 1 if something is, 2 if the two could not be compared.
#[must_use]
pub fn run(options: &Options) -> ExitCode {
    match diff(options) {
        Ok(Verdict::Passed) => ExitCode::SUCCESS,
        Ok(Verdict::Failed) => ExitCode::from(1),
        Err(error) => fail(&error, 2),
    }
}

fn diff(options: &Options) -> Result<Verdict, Error> {
    let allow = match &options.allow {
        Some(path) => AllowFile::read(path)?,
        None => AllowFile::default(),
    };
    let name = options.schema.into();
    let old = Side::load(&options.old, name, options.dialect)?;
    let new = Side::load(&options.new, name, options.dialect)?;
    let changes = compare(&old.schema, &new.schema, CompareOptions { oldest_server: Some(OLDEST_SERVER) });
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    for remark in allow.remarks(&changes, today) {
        anstream::eprintln!("{}", qapi_parser::printable(&remark));
    }
    let report = Report::new([&old.name, &new.name], &changes, &allow, today, options.fail_on.least());
    print(&report, options.format).map_err(Error::Output)?;
    Ok(if report.has_failed() { Verdict::Failed } else { Verdict::Passed })
}

fn print(report: &Report<'_>, format: Format) -> io::Result<()> {
    // The buffer is for speed: colours are taken out of what is written where they are not wanted.
    let mut out = io::BufWriter::new(anstream::stdout().lock());
    match format {
        Format::Text => text::write(report, &mut out),
        Format::Json => json::write(report, &mut out),
        Format::Markdown => markdown::write(report, &mut out),
        Format::Github => github::write(report, &mut out),
        Format::Junit => junit::write(report, &mut out),
    }?;
    out.flush()
}
