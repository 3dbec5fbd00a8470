//! Typed Rust bindings from a QAPI schema.
//!
//! For a schema of your own, call it from a build script:
//!
//! ```no_run
//! // build.rs
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     qapi_codegen::Builder::new().compile("schema/hello.json")?;
//!     Ok(())
//! }
//! ```
//!
//! and take in what it wrote:
//!
//! ```text
//! mod hello {
//!     include!(concat!(env!("OUT_DIR"), "/hello.rs"));
//! }
//! ```
//!
//! The bindings lean on the crate `qmp-types`, which must be a dependency of the crate that takes them in.
//!
//! The [`Builder`] can do more: keep some commands, events and types with what they need, put Rust types of yours in the
//! place of the schema's, put attributes on what is generated, write a folder of modules instead of one file, or write
//! nothing. [`Bindings::why`] tells why a type is there.
//!
//! Inside, a schema becomes a plan, which says what is emitted, and the plan becomes Rust, one module for
//! each kind of item. Generating is a pure function from a schema to files; [`write()`] puts them on disk.

mod bindings;
mod builder;
mod cargo;
mod emit;
mod error;
mod names;
mod pattern;
mod plan;
mod rust_names;
mod write;

use std::path::PathBuf;

use qapi_schema::Schema;

pub use bindings::Bindings;
pub use builder::{Builder, Layout};
pub use error::{CompileError, GenerateError, Mistake, WriteError};
pub use rust_names::{Namespace, RustField, RustItem, RustType, RustVariant, rust_names};
pub use write::{Written, write};

/// A generated file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its path, relative to the folder of the bindings.
    pub path: PathBuf,
    /// Its contents.
    pub contents: String,
}

/// What the documentation of the bindings says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DocStyle {
    /// Facts, with links to the schema's reference where there is one.
    #[default]
    Links,
    /// The schema's own words too, as far as it comes with comments. Mind their licence.
    ///
    /// Their markup becomes that of rustdoc, and what they name becomes a link.
    Full,
    /// Nothing: no item has documentation, and the lint `missing_docs` is allowed.
    None,
}

/// Where a schema is documented online, as the pages that QEMU's own documentation is built into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The address of the page.
    pub page: String,
    /// The schema's namespace in the anchors of that page.
    pub namespace: String,
}

impl Reference {
    /// The address of a definition.
    fn url(&self, kind: &str, module: &str, name: &str) -> String {
        let kind = match kind {
            "struct" | "union" => "object",
            kind => kind,
        };
        let anchor = format!("{kind}-{}-{module}.{name}", self.namespace);
        let is_plain = |character: char| character.is_ascii_alphanumeric() || "._".contains(character);
        let anchor: String = anchor.chars().map(|it| if is_plain(it) { it } else { '-' }).collect();
        format!("{}#{anchor}", self.page)
    }
}

/// Generates the bindings of a schema as a folder of files, of which `mod.rs` declares the others.
///
/// `header` is put in front of each.
///
/// # Errors
/// When the generated code is not Rust, which would be a mistake of this crate.
pub fn generate(schema: &Schema, options: &Options, header: &str) -> Result<Vec<File>, GenerateError> {
    emit::folder(&plan::plan(schema, options, &plan::Request::default())?, header)
}

/// Whether a part of the bindings is generated that not everybody needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Inclusion {
    /// It is left out, and need not be compiled.
    #[default]
    Never,
    /// It is there where the crate that holds the bindings has this cargo feature enabled.
    Feature(String),
    /// It is there.
    Always,
}

/// How bindings are generated.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// What the documentation says.
    pub docs: DocStyle,
    /// Where the schema is documented online.
    pub reference: Option<Reference>,
    /// The oldest release whose servers the bindings are to understand.
    ///
    /// A required member that the schema's documentation dates later is optional in what a client receives:
    /// older servers have the type and do not send it. Without a release, the server is taken to be of the
    /// schema's own.
    pub oldest_server: Option<String>,
    /// Members that the schema's documentation ought to date, and does not.
    pub undated: Vec<UndatedMember>,
    /// What those need who receive commands: an enum over all commands, and a trait for the handlers of each of the
    /// schema's modules.
    pub server: Inclusion,
    /// Tables of all names and facts of the schema, for tools that work by name.
    pub metadata: Inclusion,
}

/// A member that is younger than what it is a member of, although the schema's documentation does not say so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UndatedMember {
    /// The type, command or event in whose definition it stands.
    pub definition: String,
    /// Its name.
    pub member: String,
    /// The release that introduced it.
    pub since: String,
}
