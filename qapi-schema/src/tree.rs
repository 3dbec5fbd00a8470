//! A QEMU source tree.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use qapi_parser::{Dialect, Options, ParseError, Report, parse_file};

use crate::Schema;
use crate::folder::normalized;
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

/// Why a schema of a tree could not be had. Its `Debug` is its `Display`, for a `main` that returns an error shows the
/// former.
#[derive(thiserror::Error)]
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

impl TreeError {
    /// The mistakes in the schema, if that is why.
    #[must_use]
    pub fn report(&self) -> Option<&Report> {
        match self {
            Self::Parse(ParseError::Refused(report)) | Self::Refused(report) => Some(report),
            _ => None,
        }
    }
}

impl fmt::Debug for TreeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
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

    /// Finds the tree that a file belongs to: the nearest folder above it whose file `VERSION` holds a release.
    #[must_use]
    pub fn containing(path: &Path) -> Option<Self> {
        let path = normalized(path);
        path.ancestors().skip(1).find_map(|folder| Self::open(folder).ok())
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
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
        load_as(&self.root.join(schema.root_file()), Some(&self.release), LoadOptions::default())
    }
}

/// How [`load`] reads a schema.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LoadOptions {
    /// The dialect of the documentation comments. By default that of the release of the tree that holds the file, and the
    /// modern one if none does.
    pub dialect: Option<Dialect>,
    /// Whether the style of documentation text is checked too ([`Options::check_style`]).
    pub check_style: bool,
}

/// Reads and resolves the schema whose root is a file.
///
/// If the file is part of a QEMU tree ([`Tree::containing`]), the schema is one of its release.
///
/// # Errors
/// When a file cannot be read, or the schema has mistakes.
pub fn load(path: &Path, options: LoadOptions) -> Result<Schema, TreeError> {
    let tree = Tree::containing(path);
    load_as(path, tree.as_ref().map(Tree::release), options)
}

fn load_as(path: &Path, release: Option<&str>, options: LoadOptions) -> Result<Schema, TreeError> {
    let dialect = options.dialect.or_else(|| release.map(Dialect::for_release)).unwrap_or_default();
    let ast = parse_file(path, &Options { dialect, check_style: options.check_style })?;
    Ok(crate::from_ast(ast, release)?)
}
