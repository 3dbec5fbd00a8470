//! Bindings that are generated and not yet written.

use std::path::{Path, PathBuf};

use qapi_schema::{Reach, Route};

use crate::{File, WriteError, Written, write};

/// The bindings of a schema, as [`Builder::generate`](crate::Builder::generate) makes them.
#[derive(Debug, Clone)]
pub struct Bindings {
    /// The files.
    pub files: Vec<File>,
    pub(crate) root: PathBuf,
    pub(crate) types: Vec<String>,
    pub(crate) reach: Reach,
}

impl Bindings {
    /// The path of the file that is taken in, among [`files`](Self::files): it holds or declares everything else.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The types of the schema that the bindings hold, by their names there, sorted.
    #[must_use]
    pub fn types(&self) -> &[String] {
        &self.types
    }

    /// Why a definition is in the bindings, or a replaced type among what they refer to: a shortest way to it from
    /// something that was asked for, or where nothing was, from a command or an event if there is a way.
    ///
    /// It displays as one line. `None` for a name that the bindings have no need of.
    ///
    /// ```
    /// # use std::path::Path;
    /// # let text = "{ 'enum': 'Driver', 'data': [ 'file', 'qcow2' ] }
    /// #   { 'struct': 'Qcow2', 'data': { '*backing': 'NodeRef' } }
    /// #   { 'union': 'Node', 'base': { 'driver': 'Driver' }, 'discriminator': 'driver', 'data': { 'qcow2': 'Qcow2' } }
    /// #   { 'alternate': 'NodeRef', 'data': { 'definition': 'Node', 'reference': 'str' } }
    /// #   { 'command': 'add-node', 'data': 'Node', 'boxed': true }";
    /// # let ast = qapi_parser::parse_text(Path::new("nodes.json"), text, &Default::default())?;
    /// # let schema = qapi_schema::from_ast(ast, None)?;
    /// let bindings = qapi_codegen::Builder::new().commands(["add-node"]).generate(&schema)?;
    /// let why = bindings.why("NodeRef").map(|route| route.to_string());
    /// assert_eq!(
    ///     why.as_deref(),
    ///     Some("command add-node -> arguments -> Node -> branch qcow2 -> Qcow2 -> member backing -> NodeRef"),
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn why(&self, name: &str) -> Option<Route> {
        self.reach.route(name)
    }

    /// Writes the files into a folder, as [`write()`] does.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write(&self, folder: impl AsRef<Path>) -> Result<Written, WriteError> {
        write(folder.as_ref(), &self.files)
    }
}
