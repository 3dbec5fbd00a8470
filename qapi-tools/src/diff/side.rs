//! From an argument to a schema.

use std::fs;
use std::path::Path;

use qapi_schema::{LoadOptions, Schema, SchemaName, Tree, load, release, snapshot};

use crate::error::Error;
use crate::lint::DialectOption;

/// How the text of a snapshot begins.
const SNAPSHOT: &str = "{\"qapi-snapshot\":";

/// One of the two that are compared.
pub(crate) struct Side {
    /// What it is called: as the user called it.
    pub(crate) name: String,
    pub(crate) schema: Schema,
}

impl Side {
    /// Reads the schema of a release, of a tree or in a file. The name of a release means its snapshot; write
    /// `./10.2.2` for a folder of that name.
    pub(crate) fn load(argument: &str, name: SchemaName, dialect: DialectOption) -> Result<Self, Error> {
        let path = Path::new(argument);
        let schema = if let Some(embedded) = snapshot::find(argument, name) {
            embedded.load()?
        } else if release::is_release(argument) && !path.exists() {
            return Err(Error::NoSuchRelease { release: argument.to_owned(), schema: name });
        } else if path.is_dir() {
            let root = Tree::open(path)?.root().join(name.root_file());
            from_file(&root, dialect)?
        } else {
            from_file(path, dialect)?
        };
        Ok(Self { name: argument.to_owned(), schema })
    }
}

fn from_file(path: &Path, dialect: DialectOption) -> Result<Schema, Error> {
    // What cannot be read is told by who reads it as a schema.
    match fs::read_to_string(path) {
        Ok(text) if text.starts_with(SNAPSHOT) => Ok(snapshot::read(path, &text)?),
        _ => Ok(load(path, LoadOptions { dialect: dialect.dialect(), check_style: false })?),
    }
}
