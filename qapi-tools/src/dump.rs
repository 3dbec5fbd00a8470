//! Printing a schema as JSON.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use qapi_schema::{LoadOptions, SchemaName, Tree, load};

use crate::error::{Error, output};
use crate::fail;
use crate::lint::DialectOption;

/// Which schema is printed.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The root file of the schema.
    schema: PathBuf,
    #[command(flatten)]
    dialect: DialectOption,
}

/// Prints a schema as JSON. The program ends with 0 if that is done, 1 if the schema is refused, 2 if it could not be read or
/// printed.
#[must_use]
pub fn run(options: &Options) -> ExitCode {
    match dump(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error, if error.report().is_some() { 1 } else { 2 }),
    }
}

fn dump(options: &Options) -> Result<(), Error> {
    let path = &options.schema;
    let schema = load(path, LoadOptions { dialect: options.dialect.dialect(), check_style: false })?;
    let tree = Tree::containing(path);
    let folder = match &tree {
        Some(tree) => tree.root(),
        None => path.parent().unwrap_or(Path::new("")),
    };
    let mut out = BufWriter::new(io::stdout().lock());
    let written = qapi_schema::dump(&schema, &name(path, tree.as_ref()), folder, &mut out);
    output(written.and_then(|()| out.flush()))
}

/// What a schema is called: its folder in a QEMU tree, for `qapi/qapi-schema.json` is one of several of that name.
fn name(path: &Path, tree: Option<&Tree>) -> String {
    let is_root = |name: &SchemaName| {
        let root = tree.map(|tree| tree.root().join(name.root_file()));
        root.is_some_and(|root| std::path::absolute(path).is_ok_and(|path| path == root))
    };
    match SchemaName::ALL.into_iter().find(is_root) {
        Some(SchemaName::Qmp) => "qapi".to_owned(),
        Some(name) => name.to_string(),
        None => path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
    }
}
