//! The builder: what a build script or a program asks for.

use std::env;
use std::path::{Path, PathBuf};

use qapi_parser::{Options as ParserOptions, ParseError};
use qapi_schema::Schema;

use crate::pattern::Pattern;
use crate::plan::{AttributeRequest, Replacement, Request, Selection};
use crate::{
    Bindings, CompileError, DocStyle, GenerateError, Inclusion, Options, Reference, cargo, emit, plan,
};

/// Generates bindings of a schema of your own, or of as much of QEMU's as you need, usually from a `build.rs`.
///
/// ```no_run
/// # fn main() -> Result<(), qapi_codegen::CompileError> {
/// qapi_codegen::Builder::new()
///     .commands(["query-status", "blockdev-*"])
///     .events(["BLOCK_JOB_*"])
///     .replace_type("StrOrNull", "crate::Clearable")
///     .type_attribute("RunState", "#[derive(strum::EnumIter)]")
///     .compile("qemu/qapi/qapi-schema.json")?;
/// # Ok(())
/// # }
/// ```
///
/// A builder may be used for several schemas, each with a file of its own:
///
/// ```no_run
/// # fn main() -> Result<(), qapi_codegen::CompileError> {
/// let builder = qapi_codegen::Builder::new().docs(qapi_codegen::DocStyle::Links);
/// builder.clone().file_name("qmp.rs").compile("qemu/qapi/qapi-schema.json")?;
/// builder.clone().file_name("qga.rs").compile("qemu/qga/qapi-schema.json")?;
/// # Ok(())
/// # }
/// ```
///
/// # Names and patterns
///
/// Definitions are called as in the schema (`blockdev-add`, `BLOCK_JOB_READY`, `BlockdevRef`). Where a pattern is
/// asked for, `*` stands for any text. What stands for nothing in the schema is an error that says so, so that no
/// wish goes unnoticed when a newer schema drops a definition.
///
/// # What does not depend on what is kept
///
/// A definition is bound alike, whatever else is kept: its Rust name (also one with a number behind, for a name that is
/// taken in the whole schema), its fields, its boxes and what is optional in it are those of the bindings of everything.
/// Only what is over all definitions, such as `AnyCommand` and the handlers of commands, has fewer of them.
#[derive(Debug, Clone, Default)]
pub struct Builder {
    options: Options,
    request: Request,
    layout: Layout,
    parser: ParserOptions,
    out_dir: Option<PathBuf>,
    file_name: Option<String>,
}

/// How bindings are laid out in files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Layout {
    /// One file, `NAME.rs` for a schema in `NAME.json`.
    #[default]
    OneFile,
    /// A folder `NAME`, with a file for each module of the schema, of which `NAME/mod.rs` declares the others. That file
    /// may be included from a build script's `OUT_DIR`, like that of the other layout, or be a module of a crate.
    Modules,
}

impl Builder {
    /// With the schema's own words as documentation, and cargo's `OUT_DIR` as the place to write to.
    #[must_use]
    pub fn new() -> Self {
        let options = Options { docs: DocStyle::Full, server: Inclusion::Always, ..Options::default() };
        Self { options, ..Self::default() }
    }

    /// Says what the documentation of the bindings is made of.
    #[must_use]
    pub fn docs(mut self, style: DocStyle) -> Self {
        self.options.docs = style;
        self
    }

    /// Says where the schema is documented online.
    #[must_use]
    pub fn reference(mut self, reference: Reference) -> Self {
        self.options.reference = Some(reference);
        self
    }

    /// Says from which release on the bindings are to understand servers: see [`Options::oldest_server`].
    #[must_use]
    pub fn oldest_server(mut self, release: impl Into<String>) -> Self {
        self.options.oldest_server = Some(release.into());
        self
    }

    /// Says whether the bindings are for servers too, as they are by default: see [`Options::server`].
    #[must_use]
    pub fn server(mut self, inclusion: Inclusion) -> Self {
        self.options.server = inclusion;
        self
    }

    /// Says whether there are tables of the schema's names, as there are not by default: see [`Options::metadata`].
    #[must_use]
    pub fn metadata(mut self, inclusion: Inclusion) -> Self {
        self.options.metadata = inclusion;
        self
    }

    /// Keeps the commands that match one of the patterns, with all that they need.
    ///
    /// Once one of `commands`, [`events`](Self::events) and [`types`](Self::types) is called, nothing else is kept but
    /// what they name and what that needs: types of arguments, results and data, and of these the bases, members,
    /// branches, elements and alternatives. Calls add up. [`Bindings::why`] tells what needs a type.
    #[must_use]
    pub fn commands(mut self, patterns: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.selection().commands.extend(patterns.into_iter().map(Pattern::new));
        self
    }

    /// Keeps the events that match one of the patterns, with all that they need: see [`commands`](Self::commands).
    #[must_use]
    pub fn events(mut self, patterns: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.selection().events.extend(patterns.into_iter().map(Pattern::new));
        self
    }

    /// Keeps the types that match one of the patterns, with all that they need, besides those that commands and events
    /// need: see [`commands`](Self::commands).
    #[must_use]
    pub fn types(mut self, patterns: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.selection().types.extend(patterns.into_iter().map(Pattern::new));
        self
    }

    fn selection(&mut self) -> &mut Selection {
        self.request.selection.get_or_insert_default()
    }

    /// Puts a Rust type of yours in the place of a type of the schema.
    ///
    /// The schema's type is not emitted, nor is what only it needs. `path` is written wherever it was: in boxes, vectors
    /// and options too. It has to mean the same in each module of the bindings, as `crate::Size`, `::sizes::Size` and
    /// `Vec<u8>` do. Of two paths for one type the last holds.
    ///
    /// The Rust type has to implement
    /// - `Debug`, `Clone` and `PartialEq`, which what contains it derives;
    /// - `qmp_types::json::FromJson` and `ToJson`;
    /// - instead of these `FromMembers` and `ToMembers`, which bring them along, if it is the branch of a union, or all the
    ///   arguments of a command or all the data of an event.
    ///
    /// The macros of `qmp-types`, such as `json_struct!`, implement these. What is more,
    /// - constructors and setters take it as it is;
    /// - variants that hold it have no `From`, for a path may be another name of the type of another variant;
    /// - what inherits from a replaced type still has the members that the schema gives it;
    /// - the type of an alternative has to be written as the JSON type that the schema's type has.
    ///
    /// ```
    /// # use std::path::Path;
    /// # let text = "{ 'struct': 'Size', 'data': { 'bytes': 'Number' } }
    /// #     { 'struct': 'Number', 'data': { 'digits': 'str' } }
    /// #     { 'struct': 'Disk', 'data': { 'size': 'Size', '*sizes': [ 'Size' ] } }";
    /// # let ast = qapi_parser::parse_text(Path::new("disks.json"), text, &Default::default())?;
    /// # let schema = qapi_schema::from_ast(ast, None)?;
    /// let bindings = qapi_codegen::Builder::new().replace_type("Size", "crate::Size").generate(&schema)?;
    /// assert_eq!(bindings.types(), ["Disk"]);
    /// assert!(bindings.files[0].contents.contains("pub sizes: Option<Vec<crate::Size>>"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn replace_type(mut self, type_name: impl Into<String>, path: impl Into<String>) -> Self {
        let replacement = Replacement { type_name: type_name.into(), path: path.into() };
        self.request.replacements.push(replacement);
        self
    }

    /// Puts attributes on the Rust types of all definitions in the bindings that match a pattern: types, commands and
    /// events. A union that is a struct shares them with the enum of its branches.
    ///
    /// Of the traits that are derived in Rust's own library, those that the Rust type implements anyway are passed over:
    /// `#[derive(Eq, Hash)]` may be put on `*State`, also if some of these are enums, which implement both.
    #[must_use]
    pub fn type_attribute(mut self, pattern: impl Into<String>, attributes: impl Into<String>) -> Self {
        let (pattern, attributes) = (Pattern::new(pattern), attributes.into());
        self.request.attributes.push(AttributeRequest { pattern, attributes });
        self
    }

    /// Says in which dialect the schema's documentation comments are.
    #[must_use]
    pub fn dialect(mut self, dialect: qapi_parser::Dialect) -> Self {
        self.parser.dialect = dialect;
        self
    }

    /// Says how the bindings are laid out in files.
    #[must_use]
    pub fn layout(mut self, layout: Layout) -> Self {
        self.layout = layout;
        self
    }

    /// Says where to write to.
    #[must_use]
    pub fn out_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.out_dir = Some(folder.into());
        self
    }

    /// Says how the file with the bindings is called, instead of `NAME.rs` for a schema in `NAME.json`; in a layout of
    /// [modules](Layout::Modules) the folder is called so, without `.rs`. Schemas of one name, such as QEMU's
    /// `qapi/qapi-schema.json` and `qga/qapi-schema.json`, need it.
    #[must_use]
    pub fn file_name(mut self, name: impl Into<String>) -> Self {
        self.file_name = Some(name.into());
        self
    }

    /// Generates the bindings of a schema that is loaded already, without touching the disk.
    ///
    /// # Errors
    /// When a name or pattern stands for nothing in the schema, or a path or attribute is none. All such mistakes are
    /// reported at once.
    pub fn generate(&self, schema: &Schema) -> Result<Bindings, GenerateError> {
        let source = schema.sources().iter().next().map(|(_, source)| source.path());
        let stem = source.and_then(Path::file_stem).unwrap_or_default().to_string_lossy();
        let file_name = self.file_name.clone().unwrap_or_else(|| format!("{stem}.rs"));
        let header =
            format!("// @generated by qapi-codegen from {}.json. Do not edit.\n", stem.escape_debug());
        let plan = plan::plan(schema, &self.options, &self.request)?;
        let (root, files) = match self.layout {
            Layout::OneFile => {
                (PathBuf::from(&file_name), vec![emit::single_file(&plan, file_name, &header)?])
            }
            Layout::Modules => {
                let folder = Path::new(file_name.strip_suffix(".rs").unwrap_or(&file_name));
                let mut files = emit::modules(&plan, &header)?;
                files.iter_mut().for_each(|file| file.path = folder.join(&file.path));
                (folder.join(emit::ROOT), files)
            }
        };
        Ok(Bindings { files, root, types: plan.type_names, reach: plan.reach })
    }

    /// Reads a schema and writes its bindings to a file of its name: `OUT_DIR/hello.rs` for `hello.json`, or in a layout
    /// of modules `OUT_DIR/hello/mod.rs` and others. Gives the path of that file.
    ///
    /// In a build script, cargo is told to run it again when one of the schema's files changes, also if this fails.
    ///
    /// # Errors
    /// When the schema cannot be read or has mistakes, when [`generate`](Self::generate) fails, or when the file cannot be
    /// written.
    pub fn compile(&self, schema: impl AsRef<Path>) -> Result<PathBuf, CompileError> {
        let path = schema.as_ref();
        let ast = match qapi_parser::parse_file(path, &self.parser) {
            Ok(ast) => ast,
            Err(error) => {
                match &error {
                    ParseError::Refused(report) => cargo::rerun_if_any_changes(&report.sources),
                    ParseError::Unreadable { path, .. } => cargo::rerun_if_changed(path),
                }
                return Err(error.into());
            }
        };
        cargo::rerun_if_any_changes(&ast.sources);
        self.write(&qapi_schema::from_ast(ast, None)?)
    }

    /// Writes the bindings of a schema that is loaded already, as [`compile`](Self::compile) does.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use qapi_schema::{SchemaName, Tree};
    ///
    /// let tree = Tree::open("qemu".as_ref())?;
    /// let builder = qapi_codegen::Builder::new().file_name("qmp.rs");
    /// builder.commands(["query-status"]).compile_schema(&tree.load(SchemaName::Qmp)?)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When [`generate`](Self::generate) fails, or the file cannot be written.
    pub fn compile_schema(&self, schema: &Schema) -> Result<PathBuf, CompileError> {
        cargo::rerun_if_any_changes(schema.sources());
        self.write(schema)
    }

    fn write(&self, schema: &Schema) -> Result<PathBuf, CompileError> {
        let out_dir = self.out_dir.clone().or_else(|| env::var_os("OUT_DIR").map(PathBuf::from));
        let out_dir = out_dir.ok_or(CompileError::NoOutDir)?;
        let bindings = self.generate(schema)?;
        bindings.write(&out_dir)?;
        Ok(out_dir.join(bindings.root))
    }
}
