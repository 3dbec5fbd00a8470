//! Commands and events.

use super::{Entity, TypeId};

/// A command.
#[derive(Debug, Clone)]
pub struct Command {
    /// Name, place, condition, features, documentation.
    pub entity: Entity,
    /// The object type that holds its arguments.
    pub arguments: Option<TypeId>,
    /// What it returns; without one, an empty object.
    pub returns: Option<TypeId>,
    /// Its flags.
    pub flags: CommandFlags,
}

/// The flags of a command (`docs/devel/qapi-code-gen.rst`, section *Commands*).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommandFlags {
    /// Whether the arguments are one type by name, rather than a list of members.
    pub boxed: bool,
    /// Whether code is generated for it. Without, it takes arguments beyond those of the schema.
    pub generated: bool,
    /// Whether it is answered on success.
    pub success_response: bool,
    /// Whether it may run out-of-band.
    pub allow_oob: bool,
    /// Whether it is available before the machine is configured.
    pub allow_preconfig: bool,
    /// Whether it runs in a coroutine.
    pub coroutine: bool,
}

impl Default for CommandFlags {
    fn default() -> Self {
        Self {
            boxed: false,
            generated: true,
            success_response: true,
            allow_oob: false,
            allow_preconfig: false,
            coroutine: false,
        }
    }
}

/// An event.
#[derive(Debug, Clone)]
pub struct Event {
    /// Name, place, condition, features, documentation.
    pub entity: Entity,
    /// The object type that holds its data.
    pub data: Option<TypeId>,
    /// Whether the data is one type by name, rather than a list of members.
    pub boxed: bool,
}
