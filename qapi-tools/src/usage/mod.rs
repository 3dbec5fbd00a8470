//! Which commands, members and values a crate uses that a release has deprecated or removed, calls unstable, or does not have yet.
//!
//! The crate's sources are read, not compiled: that takes a fraction of a second, needs none of its dependencies, and covers all
//! targets and all configurations at once, code under `#[cfg(…)]` included. What a path names is exact. What a field or a setter belongs to
//! is inferred from what stands in the same function; where that does not do, and only one type that the file can come to has
//! something of that name, it is reported as possible.
//!
//! What is not seen:
//!
//! - what macros of the crate's own make, and the arguments of macros that are neither expressions nor statements (their number is
//!   told);
//! - members of values whose type is not told in the function, if several types have a member of that name;
//! - members within text: commands by name are seen in `execute_raw`, JSON and paths of introspection are not;
//! - names that come from another crate's re-exports, and bindings that are not those of `qmp_types` (`--crate-name` says what that crate
//!   is called);
//! - `use` within a function counts for the whole module.

mod bindings;
mod facts;
mod infer;
mod reader;
mod report;
mod scopes;
mod sources;

use std::path::PathBuf;
use std::process::ExitCode;

use qapi_schema::{Schema, SchemaName, snapshot};

use self::bindings::Bindings;
use self::facts::{Pair, Problem, judge};
use self::report::{Finding, Report};
use self::scopes::Scopes;
use self::sources::Sources;
use crate::diff::Side;
use crate::error::Error;
use crate::fail;
use crate::lint::DialectOption;

/// How much stack a thread that reads sources has: the reader of Rust is recursive.
const STACK: usize = 256 << 20;

/// Which sources are read, and what they are held to.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The folder of a crate, of several crates, or a file.
    path: PathBuf,
    /// The release that the code is to run with: a QEMU tree, or a release of which this program carries a snapshot, such as 7.2.0.
    #[arg(long, value_name = "RELEASE")]
    against: String,
    /// The release of the bindings that the code is written with: the same. By default the newest snapshot.
    #[arg(long, value_name = "RELEASE")]
    bindings: Option<String>,
    /// What the crate of the bindings is called in the code.
    #[arg(long, value_name = "NAME", default_value = "qmp_types")]
    crate_name: String,
    /// How the uses are shown.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Which problems make the command fail; by default all.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "PROBLEMS",
        default_values_t = [Problem::Removed, Problem::Newer, Problem::Deprecated, Problem::Unstable])]
    fail_on: Vec<Problem>,
    /// Leave out what is only possible, for its type could not be told.
    #[arg(long)]
    certain: bool,
    #[command(flatten)]
    dialect: DialectOption,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people: a line for each use, which editors follow.
    Text,
    /// For programs: one object.
    Json,
}

/// Reads the sources, and prints what is wrong with what they use. The program ends with 0 if there is nothing of what
/// [`Options`] say, 1 if there is something, 2 if that could not be told of a part of the code, and nothing was found in the rest.
#[must_use]
pub fn run(options: &Options) -> ExitCode {
    let usage = || match usage(options) {
        Ok(report) => match report.print(options.format).map_err(Error::Output) {
            Ok(()) => ExitCode::from(report.exit_code(&options.fail_on)),
            Err(error) => fail(&error, 2),
        },
        Err(error) => fail(&error, 2),
    };
    std::thread::scope(|scope| {
        let reader = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, usage);
        match reader.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(code)) => code,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(source) => fail(&Error::Output(source), 2),
        }
    })
}

fn usage(options: &Options) -> Result<Report, Error> {
    let newest = || snapshot::newest_release().unwrap_or_default().to_owned();
    let release = options.bindings.clone().unwrap_or_else(newest);
    let mut bindings = Bindings::default();
    let mut pairs = Vec::new();
    for name in [SchemaName::Qmp, SchemaName::Qga] {
        let of_bindings = load(&release, name, options.dialect)?;
        let against = load(&options.against, name, options.dialect)?;
        bindings.add(name, &of_bindings)?;
        pairs.push(Pair { name, bindings: of_bindings, against });
    }

    let sources = Sources::read(&options.path)?;
    let scopes = Scopes::new(&sources.files, &options.crate_name);
    let mut report = Report::new(&options.against, &sources);
    for source in &sources.files {
        let uses = reader::read(&bindings, &scopes, source);
        report.add_unknown(&source.path, uses.unknown, uses.unread_macros);
        for it in uses.uses {
            let verdicts = judge(&pairs, &bindings, it.used);
            let findings = verdicts.into_iter().map(|verdict| Finding::new(&source.path, &it, verdict));
            report.findings.extend(findings.filter(|finding| !(options.certain && finding.is_guess())));
        }
    }
    report.sort();
    Ok(report)
}

fn load(argument: &str, name: SchemaName, dialect: DialectOption) -> Result<Schema, Error> {
    let schema = Side::load(argument, name, dialect)?.into_schema();
    schema.ok_or_else(|| Error::Nameless { argument: argument.to_owned() })
}
