//! A QEMU source tree.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use qapi_parser::{Dialect, Options, ParseError, Report, parse_file};

use crate::Schema;
use crate::release::is_release;

/// The schemas of a QEMU tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SchemaName {
    /// The monitor's: the QEMU Machine Protocol.
    Qmp,
    /// The guest agent's.
    Qga,
    /// The storage daemon's: a part of the monitor's.
    StorageDaemon,
}

impl SchemaName {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Qmp, Self::Qga, Self::StorageDaemon];

    /// The name of its snapshot, without ending.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Qmp => "qmp",
            Self::Qga => "qga",
            Self::StorageDaemon => "storage-daemon",
        }
    }

    /// The root file, from the root of a QEMU tree.
    #[must_use]
    pub fn root_file(self) -> &'static str {
        match self {
            Self::Qmp => "qapi/qapi-schema.json",
            Self::Qga => "qga/qapi-schema.json",
            Self::StorageDaemon => "storage-daemon/qapi/qapi-schema.json",
        }
    }
}

impl fmt::Display for SchemaName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A QEMU source tree, or as much of one as holds its schemas.
#[derive(Debug, Clone)]
pub struct Tree {
    root: PathBuf,
    release: String,
}

/// Why a schema of a tree could not be had.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// The folder has no `VERSION` file that can be read.
    #[error("'{}' is not a QEMU source tree: can't read its file VERSION: {source}", root.display())]
    NoVersion {
        /// The folder.
        root: PathBuf,
        /// What prevented it.
        source: io::Error,
    },
    /// The `VERSION` file holds something else than a release.
    #[error("'{}' does not hold a release such as 10.2.2", path.display())]
    InvalidVersion {
        /// The file.
        path: PathBuf,
    },
    /// The schema could not be read.
    #[error(transparent)]
    Parse(#[from] ParseError),
    /// The schema breaks a rule.
    #[error(transparent)]
    Refused(#[from] Box<Report>),
}

impl Tree {
    /// Looks at the tree in a folder, and reads its release from the file `VERSION`.
    ///
    /// # Errors
    /// When there is no such file, or it does not hold a release.
    pub fn open(root: &Path) -> Result<Self, TreeError> {
        let path = root.join("VERSION");
        let version = std::fs::read_to_string(&path)
            .map_err(|source| TreeError::NoVersion { root: root.to_owned(), source })?;
        let release = version.trim();
        if !is_release(release) {
            return Err(TreeError::InvalidVersion { path });
        }
        Ok(Self { root: root.to_owned(), release: release.to_owned() })
    }

    /// The release, as the tree's file `VERSION` has it.
    #[must_use]
    pub fn release(&self) -> &str {
        &self.release
    }

    /// Reads and resolves one of the schemas.
    ///
    /// # Errors
    /// When a file cannot be read, or the schema has mistakes.
    pub fn load(&self, schema: SchemaName) -> Result<Schema, TreeError> {
        let options = Options { dialect: Dialect::for_release(&self.release) };
        let ast = parse_file(&self.root.join(schema.root_file()), &options)?;
        Ok(crate::from_ast(ast, Some(&self.release))?)
    }
}
