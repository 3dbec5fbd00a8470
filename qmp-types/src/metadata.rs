//! What a schema says of its definitions, for tools that work by name: completion, validation, help.
//!
//! The tables hold names and facts alone. A program that looks something up in them does not pull in the types.
//!
//! ```
//! # #[cfg(feature = "metadata")]
//! # {
//! use qmp_types::metadata::TypeKind;
//! use qmp_types::qmp::SCHEMA;
//!
//! let command = SCHEMA.command("block-commit").unwrap();
//! let device = &SCHEMA.arguments(command)[1];
//! assert_eq!((device.name, device.type_name, device.is_optional), ("device", "str", false));
//!
//! let state = SCHEMA.type_named("RunState").unwrap();
//! let TypeKind::Enum(values) = state.kind else { panic!() };
//! assert!(values.iter().any(|value| value.name == "paused"));
//! # }
//! ```

use crate::Releases;

/// The definitions of a schema.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    /// The releases that it was merged from, oldest first; none if it is that of one release.
    pub releases: &'static [&'static str],
    /// All commands, sorted by name.
    pub commands: &'static [CommandInfo],
    /// All events, sorted by name.
    pub events: &'static [EventInfo],
    /// All types that have a name of their own, sorted by it.
    pub types: &'static [TypeInfo],
}

impl Schema {
    /// The command of a name.
    #[must_use]
    pub fn command(&self, name: &str) -> Option<&'static CommandInfo> {
        find(self.commands, name, |command| command.name)
    }

    /// The event of a name.
    #[must_use]
    pub fn event(&self, name: &str) -> Option<&'static EventInfo> {
        find(self.events, name, |event| event.name)
    }

    /// The type of a name. That of an array (`[BlockInfo]`) is not in the table; its element's type is.
    #[must_use]
    pub fn type_named(&self, name: &str) -> Option<&'static TypeInfo> {
        find(self.types, name, |type_| type_.name)
    }

    /// The members that a command's arguments have, but for those of a union's branches.
    #[must_use]
    pub fn arguments(&self, command: &CommandInfo) -> &'static [MemberInfo] {
        self.members(command.arguments)
    }

    /// The members that an event's data has, but for those of a union's branches.
    #[must_use]
    pub fn data(&self, event: &EventInfo) -> &'static [MemberInfo] {
        self.members(event.data)
    }

    fn members(&self, members: Members) -> &'static [MemberInfo] {
        match members {
            Members::Inline(members) => members,
            Members::Of(name) => match self.type_named(name).map(|type_| type_.kind) {
                Some(TypeKind::Object { members, .. }) => members,
                _ => &[],
            },
        }
    }
}

fn find<T>(sorted: &'static [T], name: &str, name_of: impl Fn(&T) -> &'static str) -> Option<&'static T> {
    let index = sorted.binary_search_by(|item| name_of(item).cmp(name)).ok()?;
    sorted.get(index)
}

/// What is known of a definition or a part of one, besides its name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Facts {
    /// The release that introduced it, from its documentation.
    pub since: Option<&'static str>,
    /// The releases that have it. Of a part they are unknown if all that have the whole have the part.
    pub releases: Releases,
    /// Its features, such as `deprecated` and `unstable`.
    pub features: &'static [&'static str],
    /// The build configuration that a server needs to have it (QAPI's `if`), as an expression.
    pub condition: Option<&'static str>,
}

/// A command.
#[derive(Debug, Clone, Copy)]
pub struct CommandInfo {
    /// Its name on the wire.
    pub name: &'static str,
    /// The schema module that defines it.
    pub module: &'static str,
    /// What else is known of it.
    pub facts: Facts,
    /// Its arguments.
    pub arguments: Members,
    /// Whether it takes arguments that are not listed.
    pub takes_more: bool,
    /// The type that it returns.
    pub returns: Option<&'static str>,
    /// Whether it may be sent out-of-band.
    pub allow_oob: bool,
    /// Whether it is available before the machine is configured.
    pub allow_preconfig: bool,
    /// Whether the server answers on success.
    pub success_response: bool,
}

/// An event.
#[derive(Debug, Clone, Copy)]
pub struct EventInfo {
    /// Its name on the wire.
    pub name: &'static str,
    /// The schema module that defines it.
    pub module: &'static str,
    /// What else is known of it.
    pub facts: Facts,
    /// Its data.
    pub data: Members,
}

/// The members of a command's arguments or an event's data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Members {
    /// Those listed.
    Inline(&'static [MemberInfo]),
    /// Those of a type, which may be a union.
    Of(&'static str),
}

/// A type.
#[derive(Debug, Clone, Copy)]
pub struct TypeInfo {
    /// Its name in the schema.
    pub name: &'static str,
    /// The schema module that defines it.
    pub module: &'static str,
    /// What else is known of it.
    pub facts: Facts,
    /// What it is.
    pub kind: TypeKind,
}

/// What a type is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TypeKind {
    /// A string that is one of these values.
    Enum(&'static [ValueInfo]),
    /// A struct or a union.
    Object {
        /// Its members and those of its bases.
        members: &'static [MemberInfo],
        /// The member that selects the branch, if it is a union.
        tag: Option<&'static str>,
        /// The branches that have members.
        branches: &'static [BranchInfo],
    },
    /// One of several types, told apart by their JSON types.
    Alternate(&'static [BranchInfo]),
}

/// A member of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemberInfo {
    /// Its name on the wire.
    pub name: &'static str,
    /// The name of its type; in brackets that of the elements of an array.
    pub type_name: &'static str,
    /// Whether it may be absent.
    pub is_optional: bool,
    /// What else is known of it.
    pub facts: Facts,
}

/// A value of an enum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ValueInfo {
    /// The value on the wire.
    pub name: &'static str,
    /// What else is known of it.
    pub facts: Facts,
}

/// A branch of a union, or one of an alternate's types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BranchInfo {
    /// The value of the tag that selects it; for an alternate, a name without meaning on the wire.
    pub name: &'static str,
    /// The name of the type whose members it adds, or which it is.
    pub type_name: &'static str,
    /// The releases that have it, if they are not those of the whole.
    pub releases: Releases,
    /// The build configuration that a server needs to have it.
    pub condition: Option<&'static str>,
}

impl Facts {
    /// Nothing is known.
    const NONE: Self = Self { since: None, releases: Releases::UNKNOWN, features: &[], condition: None };
}

/// What the generated tables are spelled with.
macro_rules! with_facts {
    ($($type:ident),*) => {
        $(impl $type {
            /// The same, introduced in a release.
            #[must_use]
            pub const fn since(mut self, release: &'static str) -> Self {
                self.facts.since = Some(release);
                self
            }

            /// The same, in these releases.
            #[must_use]
            pub const fn releases(mut self, releases: Releases) -> Self {
                self.facts.releases = releases;
                self
            }

            /// The same, with features.
            #[must_use]
            pub const fn features(mut self, features: &'static [&'static str]) -> Self {
                self.facts.features = features;
                self
            }

            /// The same, in servers that are built so.
            #[must_use]
            pub const fn condition(mut self, condition: &'static str) -> Self {
                self.facts.condition = Some(condition);
                self
            }
        })*
    };
}

with_facts!(CommandInfo, EventInfo, TypeInfo, MemberInfo, ValueInfo);

impl CommandInfo {
    /// A command without flags that returns nothing.
    #[must_use]
    pub const fn new(name: &'static str, module: &'static str, arguments: Members) -> Self {
        Self {
            name,
            module,
            facts: Facts::NONE,
            arguments,
            takes_more: false,
            returns: None,
            allow_oob: false,
            allow_preconfig: false,
            success_response: true,
        }
    }

    /// The same, returning a type.
    #[must_use]
    pub const fn returns(mut self, type_name: &'static str) -> Self {
        self.returns = Some(type_name);
        self
    }

    /// The same, taking arguments that are not listed.
    #[must_use]
    pub const fn takes_more(mut self) -> Self {
        self.takes_more = true;
        self
    }

    /// The same, allowed out-of-band.
    #[must_use]
    pub const fn allow_oob(mut self) -> Self {
        self.allow_oob = true;
        self
    }

    /// The same, allowed before the machine is configured.
    #[must_use]
    pub const fn allow_preconfig(mut self) -> Self {
        self.allow_preconfig = true;
        self
    }

    /// The same, not answered on success.
    #[must_use]
    pub const fn no_success_response(mut self) -> Self {
        self.success_response = false;
        self
    }
}

impl EventInfo {
    /// An event.
    #[must_use]
    pub const fn new(name: &'static str, module: &'static str, data: Members) -> Self {
        Self { name, module, facts: Facts::NONE, data }
    }
}

impl TypeInfo {
    /// A type.
    #[must_use]
    pub const fn new(name: &'static str, module: &'static str, kind: TypeKind) -> Self {
        Self { name, module, facts: Facts::NONE, kind }
    }
}

impl TypeKind {
    /// A struct.
    #[must_use]
    pub const fn of_struct(members: &'static [MemberInfo]) -> Self {
        Self::Object { members, tag: None, branches: &[] }
    }

    /// A union.
    #[must_use]
    pub const fn of_union(
        members: &'static [MemberInfo],
        tag: &'static str,
        branches: &'static [BranchInfo],
    ) -> Self {
        Self::Object { members, tag: Some(tag), branches }
    }
}

impl MemberInfo {
    /// A member that is always there.
    #[must_use]
    pub const fn required(name: &'static str, type_name: &'static str) -> Self {
        Self { name, type_name, is_optional: false, facts: Facts::NONE }
    }

    /// A member that may be absent.
    #[must_use]
    pub const fn optional(name: &'static str, type_name: &'static str) -> Self {
        Self { name, type_name, is_optional: true, facts: Facts::NONE }
    }
}

impl ValueInfo {
    /// A value.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name, facts: Facts::NONE }
    }
}

impl BranchInfo {
    /// A branch or an alternative.
    #[must_use]
    pub const fn new(name: &'static str, type_name: &'static str) -> Self {
        Self { name, type_name, releases: Releases::UNKNOWN, condition: None }
    }

    /// The same, in these releases.
    #[must_use]
    pub const fn releases(mut self, releases: Releases) -> Self {
        self.releases = releases;
        self
    }

    /// The same, in servers that are built so.
    #[must_use]
    pub const fn condition(mut self, condition: &'static str) -> Self {
        self.condition = Some(condition);
        self
    }
}
