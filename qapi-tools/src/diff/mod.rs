//! Comparing two schemas, and showing what changed.

mod allow;
mod github;
mod json;
mod junit;
mod markdown;
mod report;
mod show;
mod side;
mod text;

use std::process::ExitCode;

use crate::error::Error;
use crate::fail;
use crate::lint::DialectOption;

pub(crate) use show::{Count, Level, Showing, Verdict, Which};
pub(crate) use side::{Comparison, Side, newest};

/// Which schemas are compared, and how the changes are shown and judged.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// What was: a QEMU tree, the root file of a schema, a snapshot, the release of one that this program carries, such as 7.2.0, a
    /// saved reply to query-qmp-schema or a recorded session with it, or a running server, live:ADDRESS.
    old: String,
    /// What is: the same.
    new: String,
    /// Which schema of a tree or a release; of a server, which one it has.
    #[arg(long, value_enum, default_value_t = Which::Qmp)]
    schema: Which,
    /// From which severity on changes make the command fail.
    #[arg(long, value_enum, default_value_t = Level::Breaking, value_name = "SEVERITY")]
    fail_on: Level,
    #[command(flatten)]
    showing: Showing,
    #[command(flatten)]
    dialect: DialectOption,
}

/// Compares, prints what changed, and says on the other output what was not compared and which entries of the allow-file are of no
/// use. The program ends with 0 if nothing is as bad as [`Options`] say, 1 if something is, 2 if the two could not be compared.
#[must_use]
pub fn run(options: &Options) -> ExitCode {
    match diff(options) {
        Ok(Verdict::Passed) => ExitCode::SUCCESS,
        Ok(Verdict::Failed) => ExitCode::from(1),
        Err(error) => fail(&error, 2),
    }
}

fn diff(options: &Options) -> Result<Verdict, Error> {
    let allow = options.showing.allowed()?;
    let name = options.schema.into();
    let old = Side::load(&options.old, name, options.dialect)?;
    let new = Side::load(&options.new, name, options.dialect)?;
    let comparison = Comparison::new(old, new, name)?;
    options.showing.show(&[comparison], Count::One, &allow, options.fail_on)
}
