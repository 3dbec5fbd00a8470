//! Checking whether a QEMU tree or a running server is still what the newest snapshot says, from which the bindings are made.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use qapi_schema::{SchemaName, Tree, snapshot};

use crate::diff::{Comparison, Count, Level, Showing, Side, Verdict, Which, newest};
use crate::error::Error;
use crate::fail;

/// What is compared with the newest snapshot, and how changes are shown and judged.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// A QEMU source tree whose schemas are compared with the newest snapshot.
    #[arg(long, value_name = "TREE")]
    qemu: Option<PathBuf>,
    /// The address of a running server that is compared with the newest snapshot, such as unix:/run/vm.qmp.
    #[arg(long, value_name = "ADDRESS")]
    live: Option<String>,
    /// Which schema the server has.
    #[arg(long, value_enum, default_value_t = Which::Qmp, requires = "live")]
    schema: Which,
    /// From which severity on changes are drift.
    #[arg(long, value_enum, default_value_t = Level::Any, value_name = "SEVERITY")]
    fail_on: Level,
    #[command(flatten)]
    showing: Showing,
}

impl Options {
    /// Whether there is anything to compare.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.qemu.is_some() || self.live.is_some()
    }
}

/// Compares with the newest snapshot, and prints what changed from that. The program ends with 0 if they are the same, 1 if there is
/// drift, 2 if it could not be told.
#[must_use]
pub fn run(options: &Options) -> ExitCode {
    match check(options) {
        Ok(Verdict::Passed) => ExitCode::SUCCESS,
        Ok(Verdict::Failed) => ExitCode::from(1),
        Err(error) => fail(&error, 2),
    }
}

fn check(options: &Options) -> Result<Verdict, Error> {
    let allow = options.showing.allowed()?;
    let mut comparisons = Vec::new();
    if let Some(tree) = &options.qemu {
        comparisons = tree_comparisons(tree)?;
    }
    if let Some(address) = &options.live {
        let name = options.schema.into();
        let server = Side::live(address, name)?;
        comparisons.push(Comparison::new(known(name)?, server, name)?);
    }
    if comparisons.is_empty() {
        return Err(Error::NothingToCheck);
    }
    options.showing.show(&comparisons, Count::Any, &allow, options.fail_on)
}

/// All schemas of a tree. Those of older ones have none of the storage daemon.
fn tree_comparisons(root: &Path) -> Result<Vec<Comparison>, Error> {
    let tree = Tree::open(root)?;
    let mut comparisons = Vec::new();
    for name in SchemaName::ALL {
        if name == SchemaName::StorageDaemon && !root.join(name.root_file()).exists() {
            continue;
        }
        let named = (format!("{} {name}", root.display()), tree.load(name)?);
        comparisons.push(Comparison::new(known(name)?, named.into(), name)?);
    }
    Ok(comparisons)
}

/// The newest snapshot.
fn known(name: SchemaName) -> Result<Side, Error> {
    let release = snapshot::newest_release().unwrap_or_default();
    Ok((format!("{release} {name}"), newest(name)?).into())
}
