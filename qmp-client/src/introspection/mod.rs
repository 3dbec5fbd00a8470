//! What a running server has: its own description, the reply to `query-qmp-schema`, as an index to ask.
//!
//! The bindings say what QEMU may have; a server says what it was built with. [`ServerSchema`] holds the latter:
//! `server_schema` of each client asks the server for it once per connection.
//!
//! ```no_run
//! # #[cfg(feature = "blocking")] {
//! use qmp_client::blocking::Client;
//! use qmp_types::qmp::commands::BlockdevAdd;
//! use qmp_types::qmp::events::BlockJobReady;
//!
//! let client = Client::connect(&"unix:/run/vm.qmp".parse()?)?;
//! let schema = client.server_schema()?;
//! println!("{} {}", schema.supports::<BlockdevAdd>(), schema.supports::<BlockJobReady>());
//! println!("{}", schema.query("blockdev-add/arg-type/+qcow2/discard-no-unref")?);
//!
//! let command = schema.command("block-commit").ok_or("no block-commit")?;
//! for member in command.arguments().members() {
//!     println!("{} {:?}", member.name(), member.member_type().kind());
//! }
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Three ways to ask:
//!
//! - by a type of the bindings, [`supports`](ServerSchema::supports): a command or an event;
//! - by a path, a [`Query`], in the syntax of libvirt's capability queries: a member, an enum value, a branch, a feature.
//!   With the cargo feature `metadata` the macro `query!` checks a path against the bindings when the program is compiled;
//! - by walking: [`Command`], [`Type`] and so on are small handles into the index. Types may contain themselves, and a
//!   handle holds no other, so that nothing here is recursive.

mod build;
#[cfg(feature = "metadata")]
mod checked;
#[cfg(feature = "blocking")]
mod fetched;
#[cfg(feature = "metadata")]
mod known;
mod model;
mod query;
mod select;
mod store;

use std::fmt;

use qmp_types::json;
use qmp_types::qmp::types::SchemaInfo;
use qmp_types::{Defined, Definition};
use thiserror::Error;

use self::store::Store;

#[cfg(feature = "metadata")]
pub use self::checked::{NotInBindings, PathError};
#[cfg(feature = "blocking")]
pub(crate) use self::fetched::Fetched;
pub use self::model::{
    Alternate, Branch, Command, Enum, Event, Features, Kind, Member, Object, Type, TypeId, Value, Variants,
};
pub use self::query::{JsonKind, Query, QueryError, Step, Steps};
#[cfg(feature = "metadata")]
#[doc(inline)]
pub use crate::query;

/// The bindings that `query!` checks paths against.
#[cfg(feature = "metadata")]
#[doc(hidden)]
pub use qmp_types::qmp::SCHEMA as BINDINGS;

/// What a server has: its commands and events, with the types of what they take and return.
///
/// It is as the server was when it was asked. A server's schema does not change while it runs; another server, such as the one
/// behind a connection that was made again, has another one. With QEMU's `-compat` a server may refuse what its schema has.
pub struct ServerSchema {
    store: Store,
}

/// Why what a server said of itself cannot be understood (QEMU's `qapi/introspect.json`). Names in it are the server's; they
/// are displayed with control characters escaped.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// It is not a list of `SchemaInfo`.
    #[error("the server's schema cannot be read: {0}")]
    Decode(json::Error),
    /// A name is given to two definitions.
    #[error("the server's schema has two definitions of {}", .name.escape_debug())]
    Duplicate {
        /// The name.
        name: Box<str>,
    },
    /// A definition refers to a type that is not there.
    #[error("the server's schema has no type {}, which {} refers to", .name.escape_debug(), .user.escape_debug())]
    UnknownType {
        /// The name of the definition.
        user: Box<str>,
        /// What it refers to.
        name: Box<str>,
    },
    /// What has to be an object type, the arguments of a command, the data of an event or a branch of a union, is not.
    #[error("the server's schema has no object type {}, which {} refers to as one", .name.escape_debug(), .user.escape_debug())]
    NotAnObject {
        /// The name of the definition.
        user: Box<str>,
        /// What it refers to.
        name: Box<str>,
    },
    /// A union does not say by which of its members its branches are selected.
    #[error("the server's schema does not say which member selects the branches of {}", .name.escape_debug())]
    NoTag {
        /// The name of the union.
        name: Box<str>,
    },
    /// It has more than four thousand million parts.
    #[error("the server's schema is too large")]
    TooLarge,
}

impl ServerSchema {
    /// The index of what a server returned.
    ///
    /// # Errors
    /// When the parts do not go together: those of [`SchemaError`].
    pub fn new(infos: &[SchemaInfo]) -> Result<Self, SchemaError> {
        Ok(Self { store: build::build(infos)? })
    }

    /// The index of the text that a server returned to `query-qmp-schema`, a JSON array.
    ///
    /// ```
    /// use qmp_client::introspection::ServerSchema;
    ///
    /// let schema = ServerSchema::from_json(r#"[
    ///     {"name": "stop", "meta-type": "command", "arg-type": "0", "ret-type": "0"},
    ///     {"name": "0", "meta-type": "object", "members": []}]"#)?;
    /// assert!(schema.command("stop").is_some());
    /// # Ok::<(), qmp_client::introspection::SchemaError>(())
    /// ```
    ///
    /// # Errors
    /// As [`new`](Self::new); [`SchemaError::Decode`] when it is not such an array.
    pub fn from_json(text: &str) -> Result<Self, SchemaError> {
        let infos: Vec<SchemaInfo> = json::from_str(text).map_err(SchemaError::Decode)?;
        Self::new(&infos)
    }

    /// Whether the server has a command or an event.
    #[must_use]
    pub fn supports<D: Defined>(&self) -> bool {
        match D::DEFINITION {
            Definition::Command(name) => self.command(name).is_some(),
            Definition::Event(name) => self.event(name).is_some(),
        }
    }

    /// The command of a name.
    #[must_use]
    pub fn command(&self, name: &str) -> Option<Command<'_>> {
        Command::find(&self.store, name)
    }

    /// The event of a name.
    #[must_use]
    pub fn event(&self, name: &str) -> Option<Event<'_>> {
        Event::find(&self.store, name)
    }

    /// All commands, by name.
    pub fn commands(&self) -> impl ExactSizeIterator<Item = Command<'_>> {
        self.store.commands.iter().map(|entry| Command { store: &self.store, entry })
    }

    /// All events, by name.
    pub fn events(&self) -> impl ExactSizeIterator<Item = Event<'_>> {
        self.store.events.iter().map(|entry| Event { store: &self.store, entry })
    }

    /// All types, in the order in which the server told them.
    pub fn types(&self) -> impl ExactSizeIterator<Item = Type<'_>> {
        self.store.ids().map(|id| Type { store: &self.store, id })
    }

    /// Whether the server has what a path in the syntax of [`Query`] names.
    ///
    /// # Errors
    /// When the text is not such a path: [`QueryError`] says where and why.
    pub fn query(&self, path: &str) -> Result<bool, QueryError> {
        Ok(self.has(Query::parse(path)?))
    }

    /// Whether the server has what a query names.
    #[must_use]
    pub fn has(&self, query: Query<'_>) -> bool {
        select::select(&self.store, query).is_some()
    }

    /// The type that a query leads to: that of the arguments, of the result, of the member or of the branch that it ends with. `None`
    /// where the server does not have it, and for a query that asks for something else. Where several types of an alternate have
    /// what is asked for, it is the first.
    #[must_use]
    pub fn type_at(&self, query: Query<'_>) -> Option<Type<'_>> {
        let id = *select::select(&self.store, query)?.types.first()?;
        Some(Type { store: &self.store, id })
    }
}

impl fmt::Debug for ServerSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerSchema")
            .field("commands", &self.store.commands.len())
            .field("events", &self.store.events.len())
            .field("types", &self.store.types.len())
            .finish_non_exhaustive()
    }
}
