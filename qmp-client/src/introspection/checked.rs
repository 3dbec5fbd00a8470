//! Paths that are checked against the bindings.

use std::fmt;

use qmp_types::metadata::Schema;
use thiserror::Error;

use super::ServerSchema;
use super::known::{End, follow};
use super::query::{Query, QueryError, component};

/// A [`Query`] that is checked against the bindings when the program is compiled (cargo feature `metadata`).
///
/// A path with a mistake, or to something that the bindings do not have, does not compile:
///
/// ```
/// use qmp_client::introspection::{Query, query};
///
/// const DISCARD: Query<'_> = query!("blockdev-add/arg-type/+qcow2/discard-no-unref");
/// # fn ask(schema: &qmp_client::introspection::ServerSchema) {
/// if schema.has(DISCARD) && schema.has(query!("blockdev-add/arg-type/+file/aio/^io_uring")) {
///     println!("both");
/// }
/// # }
/// ```
///
/// ```compile_fail
/// # use qmp_client::introspection::query;
/// query!("blockdev-add/arg-type/+qcow2/discard-no-unreff");
/// ```
///
/// What is checked is what [`Query::check`] says. Bindings of a schema of your own stand in front:
/// `query!(my_bindings::SCHEMA, "hello-world/arg-type/message")`.
#[macro_export]
macro_rules! query {
    ($path:expr $(,)?) => {
        $crate::query!($crate::introspection::BINDINGS, $path)
    };
    ($bindings:expr, $path:expr $(,)?) => {
        const { $crate::introspection::Query::checked(&$bindings, $path) }
    };
}

/// What of a path the bindings do not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotInBindings<'q> {
    query: Query<'q>,
    at: usize,
}

impl NotInBindings<'_> {
    /// How many bytes of the path are in front of what they do not have.
    #[must_use]
    pub fn position(&self) -> usize {
        self.at
    }
}

impl fmt::Display for NotInBindings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (front, rest) = self.query.as_str().split_at_checked(self.at).unwrap_or_default();
        let step = rest.split('/').next().unwrap_or_default().escape_debug();
        match front.trim_end_matches('/') {
            "" => write!(f, "the bindings have no command or event {step}"),
            front => write!(f, "the bindings have no {step} in {}", front.escape_debug()),
        }
    }
}

/// Why nobody can say whether a server has what a path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PathError<'q> {
    /// The text is not a path.
    #[error("{0}")]
    Malformed(QueryError),
    /// Neither the server nor the bindings have it: it is misspelt, or of a release that is newer than both.
    #[error("the server does not have it, and {0}")]
    Unknown(NotInBindings<'q>),
}

impl ServerSchema {
    /// Whether the server has what a path names, where a mistake in the path is not taken for a server that lacks something: true if
    /// it has it, false if it does not and the bindings do.
    ///
    /// `bindings` is [`qmp_types::qmp::SCHEMA`], or that of bindings of your own. For a path that stands in the program,
    /// [`query!`](crate::query) tells mistakes earlier.
    ///
    /// # Errors
    /// [`PathError::Malformed`], and [`PathError::Unknown`] when neither of both has it.
    pub fn supports_path<'q>(&self, bindings: &Schema, path: &'q str) -> Result<bool, PathError<'q>> {
        let query = Query::parse(path).map_err(PathError::Malformed)?;
        if self.has(query) {
            return Ok(true);
        }
        query.check(bindings).map(|()| false).map_err(PathError::Unknown)
    }
}

impl<'q> Query<'q> {
    /// Whether the bindings have what the path names. A member counts whether it is optional in them or not (`*`), for it may be
    /// otherwise on the server; the features `deprecated` and `unstable` count everywhere, as any server may have declared
    /// something so.
    ///
    /// # Errors
    /// When they do not have it.
    pub const fn check(self, bindings: &Schema) -> Result<(), NotInBindings<'q>> {
        match follow(bindings, self) {
            End::Found => Ok(()),
            End::Missing(at) => Err(NotInBindings { query: self, at }),
        }
    }

    /// A path of the program's text.
    ///
    /// # Panics
    /// When it is not a path, or not in the bindings: when the program is compiled, by way of `query!`.
    #[doc(hidden)]
    #[must_use]
    #[allow(clippy::panic, reason = "the compiler reports it")]
    pub const fn checked(bindings: &Schema, path: &'q str) -> Self {
        let query = match Self::parse(path) {
            Ok(query) => query,
            Err(error) => panic!("{}", error.reason),
        };
        match query.check(bindings) {
            Ok(()) => query,
            Err(error) => panic!("{}", Message::of(&error).as_str()),
        }
    }
}

/// What the compiler says of a path, put together without an allocator. What does not fit is left out.
struct Message {
    bytes: [u8; 256],
    length: usize,
}

impl Message {
    const fn of(error: &NotInBindings<'_>) -> Self {
        let mut message = Self { bytes: [0; 256], length: 0 };
        let (front, rest) = error.query.as_str().split_at(error.at);
        message.push("the bindings have no `");
        message.push(component(rest).0);
        message.push("` behind `");
        message.push(front);
        message.push("`");
        message
    }

    const fn push(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let mut index = 0;
        while index < bytes.len() && self.length < self.bytes.len() {
            self.bytes[self.length] = bytes[index];
            self.length += 1;
            index += 1;
        }
    }

    const fn as_str(&self) -> &str {
        match std::str::from_utf8(self.bytes.split_at(self.length).0) {
            Ok(text) => text,
            Err(_) => "the bindings do not have this path",
        }
    }
}
