//! Checking schemas as QEMU's own front end does, and explaining what is wrong.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use qapi_parser::{Color, Dialect, ParseError, Report, printable, visible_json};
use qapi_schema::{LoadOptions, Schema, TreeError, load};
use serde::Serialize;

use crate::error::{Error, output};
use crate::fail;

/// Which schemas are checked, and how.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The root files of the schemas.
    #[arg(required = true, value_name = "SCHEMA")]
    schemas: Vec<PathBuf>,
    /// Refuse what breaks the style of documentation text too: lines of more than 70 characters, one space between sentences.
    #[arg(long)]
    style: bool,
    /// Print the result as JSON, a line for each schema: `schema`, `verdict` (accepted, refused or unreadable), `summary` of what was
    /// read, `diagnostics` (their `code` stays the same from release to release) and `error`.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    dialect: DialectOption,
}

/// In which dialect a schema is read.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct DialectOption {
    /// The dialect of the documentation comments. By default it follows from the file VERSION of the QEMU tree that holds
    /// the schema: legacy up to 9.0. Without such a file it is modern.
    #[arg(long, value_enum)]
    dialect: Option<DialectName>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum DialectName {
    /// QEMU 9.1 and later.
    Modern,
    /// QEMU up to 9.0.
    Legacy,
}

impl DialectOption {
    pub(crate) fn dialect(self) -> Option<Dialect> {
        self.dialect.map(|name| match name {
            DialectName::Modern => Dialect::Modern,
            DialectName::Legacy => Dialect::Legacy,
        })
    }
}

/// What became of a schema. The worst of all decides how the command ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Verdict {
    Accepted,
    Refused,
    Unreadable,
}

/// Reads all schemas and says what is wrong with them. The program ends with 0 if all are accepted, 1 if one is refused, 2 if one
/// could not be read.
#[must_use]
pub fn run(options: &Options) -> ExitCode {
    match lint(options) {
        Ok(Verdict::Accepted) => ExitCode::SUCCESS,
        Ok(Verdict::Refused) => ExitCode::from(1),
        Ok(Verdict::Unreadable) => ExitCode::from(2),
        Err(error) => fail(&error, 2),
    }
}

fn lint(options: &Options) -> Result<Verdict, Error> {
    let load_options = LoadOptions { dialect: options.dialect.dialect(), check_style: options.style };
    let mut worst = Verdict::Accepted;
    for path in &options.schemas {
        let outcome = Outcome::new(load(path, load_options));
        worst = worst.max(outcome.verdict());
        if options.json { outcome.print_json(path)? } else { outcome.print(path) }
    }
    Ok(worst)
}

/// How reading a schema ended.
enum Outcome {
    Accepted(Summary),
    Refused(Box<Report>),
    Unreadable(Error),
}

/// What a schema holds: what is defined in it, without what the language provides.
#[derive(Debug, Serialize)]
struct Summary {
    files: usize,
    commands: usize,
    events: usize,
    types: usize,
}

impl Summary {
    fn new(schema: &Schema) -> Self {
        Self {
            files: schema.sources().iter().count(),
            commands: schema.commands().len(),
            events: schema.events().len(),
            types: schema.types().filter(|(_, type_)| !type_.implicit).count(),
        }
    }
}

/// A line of the output for programs.
#[derive(Serialize)]
struct Line<'a> {
    schema: String,
    verdict: Verdict,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<&'a Summary>,
    #[serde(skip_serializing_if = "Option::is_none")]
    diagnostics: Option<&'a Report>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl Outcome {
    fn new(result: Result<Schema, TreeError>) -> Self {
        match result {
            Ok(schema) => Self::Accepted(Summary::new(&schema)),
            Err(TreeError::Refused(report) | TreeError::Parse(ParseError::Refused(report))) => {
                Self::Refused(report)
            }
            Err(error) => Self::Unreadable(error.into()),
        }
    }

    fn verdict(&self) -> Verdict {
        match self {
            Self::Accepted(_) => Verdict::Accepted,
            Self::Refused(_) => Verdict::Refused,
            Self::Unreadable(_) => Verdict::Unreadable,
        }
    }

    fn print(&self, path: &Path) {
        let path = printable(&path.display().to_string());
        match self {
            Self::Accepted(Summary { files, commands, events, types }) => anstream::eprintln!(
                "{path}: accepted: {} with {}, {} and {}",
                counted(*files, "file"),
                counted(*commands, "command"),
                counted(*events, "event"),
                counted(*types, "type"),
            ),
            Self::Refused(report) => {
                anstream::eprintln!("{}", report.render(Color::Always));
                anstream::eprintln!("{path}: refused: {}", counted(report.diagnostics.len(), "mistake"));
            }
            Self::Unreadable(error) => anstream::eprintln!("{}", error.render()),
        }
    }

    fn print_json(&self, path: &Path) -> Result<(), Error> {
        let mut line = Line {
            schema: path.display().to_string(),
            verdict: self.verdict(),
            summary: None,
            diagnostics: None,
            error: None,
        };
        match self {
            Self::Accepted(summary) => line.summary = Some(summary),
            Self::Refused(report) => line.diagnostics = Some(report),
            Self::Unreadable(error) => line.error = Some(error.to_string()),
        }
        let json = serde_json::to_string(&line).map_err(io::Error::from);
        let written = json.and_then(|json| writeln!(io::stdout(), "{}", visible_json(&json)));
        output(written)
    }
}

/// A number of things, in words.
fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}
