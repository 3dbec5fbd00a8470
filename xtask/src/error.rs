//! Why a task failed.

use std::io;
use std::path::PathBuf;

use qapi_codegen::{GenerateError, WriteError};
use qapi_parser::{Color, Report, printable};
use qapi_schema::merge::MergeError;
use qapi_schema::snapshot::{MergedError, SnapshotError};
use qapi_schema::{SchemaName, TreeError};

use crate::workspace;

/// Why a task failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Tree(#[from] TreeError),
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    #[error(transparent)]
    Merged(#[from] MergedError),
    #[error(
        "there are no snapshots in {}; make them with: cargo xtask regen --qemu TREE",
        workspace::SNAPSHOTS
    )]
    NoSnapshots,
    #[error(
        "there is no {}/{release}/{schema}.json; make it with: cargo xtask regen --qemu TREE",
        workspace::SNAPSHOTS
    )]
    NoSnapshot { release: &'static str, schema: SchemaName },
    #[error("'{}' is not a generated file, and would be replaced by one: choose another folder", .0.display())]
    NotGenerated(PathBuf),
    #[error(
        "the bindings in this repository have links for documentation, and none of QEMU's text, which is under \
         the GPL: for other bindings, name a folder with --out DIR"
    )]
    DocsOfOwnBindings,
    #[error("the snapshots hold facts and none of QEMU's text: name a tree that has it with --qemu TREE")]
    NoTextInSnapshots,
    #[error(transparent)]
    Generate(#[from] GenerateError),
    #[error(transparent)]
    Write(#[from] WriteError),
    #[error("can't {action} '{}': {source}", path.display())]
    Io { action: &'static str, path: PathBuf, source: io::Error },
}

impl Error {
    /// The error for a terminal; mistakes in a schema with their places.
    pub(crate) fn render(&self) -> String {
        match self.report() {
            Some(report) => report.render(Color::Always),
            None => format!("error: {}", printable(&self.to_string())),
        }
    }

    /// Whether the arguments are why.
    pub(crate) fn is_usage(&self) -> bool {
        matches!(self, Self::DocsOfOwnBindings | Self::NoTextInSnapshots)
    }

    /// The mistakes in a schema, if that is why.
    pub(crate) fn report(&self) -> Option<&Report> {
        match self {
            Self::Tree(error) => error.report(),
            Self::Snapshot(error) | Self::Merged(MergedError::Snapshot(error)) => error.report(),
            Self::Merged(MergedError::Merge(MergeError::Refused(report))) => Some(report),
            _ => None,
        }
    }
}
