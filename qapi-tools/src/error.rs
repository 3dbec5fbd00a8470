//! Why a command failed.

use std::io;
use std::path::PathBuf;

use qapi_parser::{Color, Report, printable};
use qapi_schema::diff::TooLarge;
use qapi_schema::introspection::IntrospectionError;
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
    #[error("this program carries no snapshots")]
    NoSnapshots,
    #[error("no comparison with the server at {address}: {reason}")]
    Live { address: String, reason: String },
    #[error("{of} is not what a server tells of its schema: {error}")]
    Introspection { of: String, error: IntrospectionError },
    #[error(
        "a guest agent does not tell its schema: it has no query-qmp-schema, and guest-info lists names alone"
    )]
    NoIntrospection,
    #[error("nothing to compare: name a QEMU tree with --qemu, or a running server with --live")]
    NothingToCheck,
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    #[error("{}:{line}: {reason}", path.display())]
    AllowFile { path: PathBuf, line: usize, reason: String },
    #[error(
        "'{argument}' is a server's schema, where types have no names; what is needed is a release or a QEMU tree"
    )]
    Nameless { argument: String },
    #[error(transparent)]
    Names(#[from] qapi_codegen::GenerateError),
    #[error("can't write the output: {0}")]
    Output(io::Error),
}

/// What became of the output. Who reads it may have read enough, and closed it: that is no failure.
pub(crate) fn output(written: io::Result<()>) -> Result<(), Error> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(Error::Output),
    }
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
