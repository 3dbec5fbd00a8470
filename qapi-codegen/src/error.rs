//! What can go wrong.
//!
//! The `Debug` of each error is its `Display`: when `main` returns an error, which in build scripts it does, Rust shows
//! the former.

use std::fmt;
use std::io;
use std::path::PathBuf;

use qapi_parser::{ParseError, Report};

/// Why a schema could not be compiled to bindings. Its `Debug` is its `Display`, for build scripts show the former.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum CompileError {
    /// The schema could not be read, or has mistakes of syntax.
    #[error(transparent)]
    Parse(#[from] ParseError),
    /// The schema breaks a rule.
    #[error(transparent)]
    Refused(#[from] Box<Report>),
    /// The bindings could not be generated.
    #[error(transparent)]
    Generate(#[from] GenerateError),
    /// The bindings could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// There is no folder to write to.
    #[error("no output folder: call out_dir(), or run from a build script, where cargo sets OUT_DIR")]
    NoOutDir,
}

/// Why bindings could not be generated. Its `Debug` is its `Display`.
#[derive(thiserror::Error)]
pub enum GenerateError {
    /// What was asked for and the schema do not fit together.
    #[error("{}", lines(.0))]
    Mistakes(Vec<Mistake>),
    /// The generated code is not Rust: a mistake of this crate.
    #[error("the code generated for '{file}' is not Rust (please report this): {error}")]
    InvalidCode {
        /// The file it was for.
        file: String,
        /// What is wrong with it.
        error: syn::Error,
    },
}

/// Something that was asked of a [`Builder`](crate::Builder) and cannot be had.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Mistake {
    /// A name or pattern stands for nothing.
    #[error("no {what} matches '{pattern}'{}", .hint.as_ref().map(|hint| format!(": {hint}")).unwrap_or_default())]
    NoMatch {
        /// What it was to stand for: `command`, `event`, `type`; or `definition`, for any of these in the bindings.
        what: &'static str,
        /// The name or pattern.
        pattern: String,
        /// What may have been meant.
        hint: Option<String>,
    },
    /// What is to replace a type is not the path of one.
    #[error("can't replace '{type_name}': '{path}' is not the path of a Rust type: {error}")]
    NotAPath {
        /// The type of the schema.
        type_name: String,
        /// What is to replace it.
        path: String,
        /// What is wrong with it.
        error: syn::Error,
    },
    /// What is to be an attribute is none.
    #[error("can't give '{attribute}' to '{pattern}': not an attribute: {error}")]
    NotAnAttribute {
        /// The name or pattern of what is to have it.
        pattern: String,
        /// What is to be an attribute.
        attribute: String,
        /// What is wrong with it.
        error: syn::Error,
    },
}

fn lines(mistakes: &[Mistake]) -> String {
    mistakes.iter().map(Mistake::to_string).collect::<Vec<_>>().join("\n")
}

/// Why a file could not be written. Its `Debug` is its `Display`.
#[derive(thiserror::Error)]
#[error("can't write '{}': {source}", path.display())]
pub struct WriteError {
    /// The file.
    pub path: PathBuf,
    /// What prevented it.
    pub source: io::Error,
}

impl fmt::Debug for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for GenerateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
