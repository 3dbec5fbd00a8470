//! Why a command failed.

use std::io;
use std::path::PathBuf;

use qapi_parser::{Color, Report, printable};
use qapi_schema::snapshot::{self, SnapshotError};
use qapi_schema::{SchemaName, TreeError};

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Tree(#[from] TreeError),
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    #[error("can't {action} '{}': {source}", path.display())]
    Io { action: &'static str, path: PathBuf, source: io::Error },
    #[error(
        "there is no snapshot of {schema} of QEMU {release}, and no file or folder of that name; there are those of {}",
        snapshot::releases(*schema).join(", ")
    )]
    NoSuchRelease { release: String, schema: SchemaName },
    #[error("{}:{line}: {reason}", path.display())]
    AllowFile { path: PathBuf, line: usize, reason: String },
    #[error(transparent)]
    Names(#[from] qapi_codegen::GenerateError),
    #[error("can't write the output: {0}")]
    Output(io::Error),
}

impl Error {
    /// The error for a terminal; mistakes in a schema with their places.
    pub(crate) fn render(&self) -> String {
        match self.report() {
            Some(report) => report.render(Color::Always),
            None => format!("error: {}", printable(&self.to_string())),
        }
    }

    /// The mistakes in a schema, if that is why.
    pub(crate) fn report(&self) -> Option<&Report> {
        match self {
            Self::Tree(error) => error.report(),
            Self::Snapshot(error) => error.report(),
            _ => None,
        }
    }
}
