//! What a running server tells of its schema: the reply to `query-qmp-schema`.
//!
//! It is a schema with less in it (QEMU's `docs/devel/qapi-code-gen.rst`, section *Client JSON Protocol introspection*):
//!
//! - Types have meaningless names. What they are is where they are: members of what, arguments of which command.
//! - All integer types are one.
//! - What an object inherits is among its members.
//! - What the build leaves out (`if`) is not there, and neither are conditions, nor types that no command and no event needs.
//! - Modules, releases (`since`), and the flags of commands but for `allow-oob` are not told.
//!
//! [`align`] puts a server's introspection beside a schema that has all of that. It finds out which type is which by walking both
//! from commands and events on, infers from what the server has which conditions hold in its build, and gives two schemas that
//! [`compare`](crate::diff::compare) can take: the server's with the names of the other, and the other as a server of that build
//! would tell it. What differs then is drift.
//!
//! ```
//! use std::path::Path;
//! use qapi_schema::diff::{self, Code};
//! use qapi_schema::introspection::{Introspection, align};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let text = "{ 'enum': 'Color', 'data': ['red', 'green', { 'name': 'blue', 'if': 'CONFIG_BLUE' }] }
//!             { 'command': 'paint', 'data': { 'color': 'Color' } }";
//! let ast = qapi_parser::parse_text(Path::new("paint.json"), text, &Default::default())?;
//! let schema = qapi_schema::from_ast(ast, None)?;
//! let server = Introspection::read(
//!     r#"[{"name": "paint", "meta-type": "command", "arg-type": "0", "ret-type": "1"},
//!         {"name": "0", "meta-type": "object", "members": [{"name": "color", "type": "2"}]},
//!         {"name": "1", "meta-type": "object", "members": []},
//!         {"name": "2", "meta-type": "enum", "members": [{"name": "red"}], "values": ["red"]}]"#,
//! )?;
//! let aligned = align(&server, &schema);
//! let changes = diff::compare(&aligned.server, &aligned.reference, diff::Options { wire_only: true, ..Default::default() });
//! assert_eq!((changes.len(), changes[0].code), (1, Code::EnumValueAdded));
//! assert_eq!(changes[0].path.to_string(), "type/Color/value/green");
//! # Ok(())
//! # }
//! ```

mod answer;
mod configuration;
mod evidence;
mod pairs;
mod read;
mod routes;
mod text;
mod unmask;
mod visible;

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::{Condition, Schema};

pub use answer::answer;
pub use configuration::Configuration;
use evidence::{Evidence, Key};
use pairs::Pairs;
pub use text::MAX_BYTES;

/// What a server tells of its schema.
#[derive(Debug, Clone)]
pub struct Introspection {
    schema: Schema,
}

/// Why a text is no introspection.
#[derive(Debug, thiserror::Error)]
pub enum IntrospectionError {
    /// It is not JSON, or ends too early.
    #[error("not JSON: {0}")]
    Json(serde_json::Error),
    /// It is larger than [`MAX_BYTES`].
    #[error("larger than {} MiB, which no reply to query-qmp-schema is", MAX_BYTES >> 20)]
    TooLarge,
    /// The server answered with an error.
    #[error("the server does not tell its schema: {0}")]
    Refused(String),
    /// There is no reply to `query-qmp-schema` in it.
    #[error("there is no reply to query-qmp-schema in it")]
    NoReply,
    /// A part of it is not what QEMU's `qapi/introspect.json` says.
    #[error("{path}: {message}")]
    Malformed {
        /// Where, in the array that the command returns.
        path: String,
        /// What is wrong there.
        message: String,
    },
}

impl IntrospectionError {
    fn at(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Malformed { path: path.into(), message: message.into() }
    }
}

impl Introspection {
    /// Reads what `query-qmp-schema` returned: the array, the reply with the array in it, or a recorded session of JSON values with
    /// that reply among them.
    ///
    /// # Errors
    /// When there is no such reply in it, or it refers to types that are not there, or is otherwise not what QEMU's
    /// `qapi/introspect.json` says.
    pub fn read(text: &str) -> Result<Self, IntrospectionError> {
        let entities = text::entities(text)?;
        Ok(Self { schema: read::schema(&entities)? })
    }

    /// The commands, events and types in it, with the names that the server gave them. The type of a command without arguments or
    /// result is an object without members.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }
}

/// A server's schema and another one, in the same terms. What they differ in is drift.
#[derive(Debug, Clone)]
pub struct Aligned {
    /// The server's, with the names that the reference has for its types. Those that it has no counterpart of are named by where they
    /// are reached first: `(result of query-block inserted)`.
    pub server: Schema,
    /// The reference as a server of the same build would tell it, and what the server has nothing to do with.
    pub reference: Schema,
    /// The build of the server.
    pub configuration: Configuration,
    /// How many parts of the reference are missing in the server and are not compared, by condition: nothing shows that it holds in
    /// the server's build.
    pub left_out: BTreeMap<String, usize>,
}

/// Puts a server's introspection beside a schema.
#[must_use]
pub fn align(server: &Introspection, reference: &Schema) -> Aligned {
    let pairs = Pairs::new(&server.schema, reference);
    let evidence = Evidence::new(&server.schema, reference, &pairs);
    let configuration = Configuration::infer(&evidence.present, &evidence.absent);
    let left_out = RefCell::new(BTreeMap::new());
    let is_there = |key: &Key, condition: &Condition| match evidence.of(key) {
        Some(true) => true,
        seen => {
            let holds = configuration.holds(condition) == Some(true);
            if !holds && seen.is_some() {
                *left_out.borrow_mut().entry(condition.to_string()).or_default() += 1;
            }
            holds
        }
    };
    let visible = visible::visible(reference, &is_there);
    Aligned {
        server: unmask::unmask(&server.schema, &visible, &pairs),
        reference: visible,
        configuration,
        left_out: left_out.into_inner(),
    }
}
