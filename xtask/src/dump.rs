//! `cargo xtask dump`.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use qapi_schema::{LoadOptions, SchemaName, Tree, load};

use crate::error::Error;
use crate::lint::DialectOption;

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The root file of the schema.
    schema: PathBuf,
    #[command(flatten)]
    dialect: DialectOption,
}

/// Prints a schema as JSON.
pub(crate) fn run(options: &Options) -> Result<(), Error> {
    let path = &options.schema;
    let schema = load(path, LoadOptions { dialect: options.dialect.dialect(), check_style: false })?;
    let tree = Tree::containing(path);
    let folder = match &tree {
        Some(tree) => tree.root(),
        None => path.parent().unwrap_or(Path::new("")),
    };
    let mut out = BufWriter::new(io::stdout().lock());
    let written = qapi_schema::dump(&schema, &name(path, tree.as_ref()), folder, &mut out);
    written.and_then(|()| out.flush()).map_err(Error::Output)
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
