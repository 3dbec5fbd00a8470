//! The resolved schema: every name looked up, what is inherited gathered, what is implied made explicit.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use qapi_parser::doc::DocComment;
use qapi_parser::source::Span;

/// A schema, resolved.
///
/// Entities are known by small ids, given in the order of definition; an implicit type stands right in
/// front of the definition that needs it first.
#[derive(Debug, Clone)]
pub struct Schema {
    pub(crate) release: Option<String>,
    pub(crate) modules: Vec<Module>,
    pub(crate) types: Vec<Type>,
    pub(crate) commands: Vec<Command>,
    pub(crate) events: Vec<Event>,
    pub(crate) order: Vec<EntityId>,
    pub(crate) by_name: HashMap<String, EntityId>,
}

/// Which of [`Schema::types`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub(crate) u32);

/// Which of [`Schema::modules`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModuleId(pub(crate) u32);

/// A type, a command or an event: they share one namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntityId {
    /// A type.
    Type(TypeId),
    /// The index of a command in [`Schema::commands`].
    Command(u32),
    /// The index of an event in [`Schema::events`].
    Event(u32),
}

/// A source file of the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    /// Its path relative to the folder of the root file; `./builtin` holds what the language provides.
    pub name: String,
}

impl Module {
    /// The name without folders and ending: `block-core` for `../qapi/block-core.json`.
    #[must_use]
    pub fn stem(&self) -> &str {
        let file = self.name.rsplit_once('/').map_or(self.name.as_str(), |(_, file)| file);
        file.strip_suffix(".json").unwrap_or(file)
    }
}

/// What types, commands and events have in common.
#[derive(Debug, Clone)]
pub struct Entity {
    /// The name, unique among types, commands and events.
    pub name: String,
    /// The module that defines it.
    pub module: ModuleId,
    /// Where it is defined; `None` for what the language provides.
    pub span: Option<Span>,
    /// Under which build configuration it exists (`if`).
    pub condition: Option<Condition>,
    /// Its features.
    pub features: Vec<Feature>,
    /// What its documentation says.
    pub documentation: Documentation,
}

impl Entity {
    /// Whether it has a feature of that name.
    #[must_use]
    pub fn has_feature(&self, name: &str) -> bool {
        self.features.iter().any(|feature| feature.name == name)
    }
}

/// What the documentation of a definition says: the facts in it, and the text where there is one.
#[derive(Debug, Clone, Default)]
pub struct Documentation {
    /// The release that introduced the entity.
    pub since: Option<String>,
    /// The releases that introduced members, values or branches later, by name.
    pub member_since: BTreeMap<String, String>,
    /// The comment. A schema that comes from a snapshot has none.
    pub comment: Option<DocComment>,
}

/// A type.
#[derive(Debug, Clone)]
pub struct Type {
    /// Name, place, condition, features, documentation.
    pub entity: Entity,
    /// Whether it was made for a definition instead of being defined: arrays and inline members.
    pub implicit: bool,
    /// What kind of type it is.
    pub kind: TypeKind,
}

/// The kinds of types.
#[derive(Debug, Clone)]
pub enum TypeKind {
    /// A type that the language provides.
    Builtin(Builtin),
    /// An enumeration.
    Enum(Enum),
    /// A struct or a union.
    Object(Object),
    /// An array of the type.
    Array(TypeId),
    /// A choice by JSON type.
    Alternate(Alternate),
}

/// The types that the language provides (`docs/devel/qapi-code-gen.rst`, section *Built-in Types*).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Builtin {
    /// Text.
    Str,
    /// A floating-point number.
    Number,
    /// A signed integer of 64 bits.
    Int,
    /// A signed integer of 8 bits.
    Int8,
    /// A signed integer of 16 bits.
    Int16,
    /// A signed integer of 32 bits.
    Int32,
    /// A signed integer of 64 bits.
    Int64,
    /// An unsigned integer of 8 bits.
    Uint8,
    /// An unsigned integer of 16 bits.
    Uint16,
    /// An unsigned integer of 32 bits.
    Uint32,
    /// An unsigned integer of 64 bits.
    Uint64,
    /// An unsigned integer of 64 bits that counts bytes.
    Size,
    /// A boolean.
    Bool,
    /// Any JSON value.
    Any,
    /// JSON's null.
    Null,
}

impl Builtin {
    /// All of them, in the order in which QEMU's front end defines them.
    pub const ALL: [Self; 15] = [
        Self::Str,
        Self::Number,
        Self::Int,
        Self::Int8,
        Self::Int16,
        Self::Int32,
        Self::Int64,
        Self::Uint8,
        Self::Uint16,
        Self::Uint32,
        Self::Uint64,
        Self::Size,
        Self::Bool,
        Self::Any,
        Self::Null,
    ];

    /// The name in schemas.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Str => "str",
            Self::Number => "number",
            Self::Int => "int",
            Self::Int8 => "int8",
            Self::Int16 => "int16",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::Uint8 => "uint8",
            Self::Uint16 => "uint16",
            Self::Uint32 => "uint32",
            Self::Uint64 => "uint64",
            Self::Size => "size",
            Self::Bool => "bool",
            Self::Any => "any",
            Self::Null => "null",
        }
    }
}

/// The type of a JSON value, as far as alternates tell values apart by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum JsonType {
    /// A string.
    String,
    /// A number.
    Number,
    /// A boolean.
    Bool,
    /// An object.
    Object,
    /// An array.
    Array,
    /// Null.
    Null,
}

/// An enumeration.
#[derive(Debug, Clone)]
pub struct Enum {
    /// The values, in the order of the schema.
    pub values: Vec<Value>,
    /// The prefix of the constants in C.
    pub prefix: Option<String>,
}

/// A value of an enumeration.
#[derive(Debug, Clone)]
pub struct Value {
    /// The name.
    pub name: String,
    /// Under which build configuration it exists.
    pub condition: Option<Condition>,
    /// Its features.
    pub features: Vec<Feature>,
}

/// A struct, or with variants a union.
#[derive(Debug, Clone)]
pub struct Object {
    /// The type whose members it inherits.
    pub base: Option<TypeId>,
    /// The members of its own.
    pub local_members: Vec<Member>,
    /// All members, inherited ones first; those of the branches of a union are not among them.
    pub members: Vec<Member>,
    /// What makes it a union.
    pub variants: Option<Variants>,
}

impl Object {
    /// Whether it has neither members nor branches.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members.is_empty() && self.variants.is_none()
    }
}

/// A member of an object.
#[derive(Debug, Clone)]
pub struct Member {
    /// The name.
    pub name: String,
    /// The type.
    pub type_id: TypeId,
    /// Whether it may be absent.
    pub optional: bool,
    /// Under which build configuration it exists.
    pub condition: Option<Condition>,
    /// Its features.
    pub features: Vec<Feature>,
    /// The type that defines it.
    pub defined_in: TypeId,
    /// The release that introduced it, where it is younger than the type.
    pub since: Option<String>,
}

/// The branches of a union.
#[derive(Debug, Clone)]
pub struct Variants {
    /// The member that selects the branch, an index into [`Object::members`].
    pub tag: usize,
    /// One branch for each value of the tag: those of the schema first, in its order, then those that
    /// were filled in.
    pub branches: Vec<Branch>,
}

/// A branch of a union.
#[derive(Debug, Clone)]
pub struct Branch {
    /// The value of the tag that selects it.
    pub name: String,
    /// The object type that holds its members.
    pub type_id: TypeId,
    /// Under which build configuration it exists.
    pub condition: Option<Condition>,
    /// Whether the schema has it, or it was filled in, without members, for a value without a branch.
    pub explicit: bool,
}

/// A choice between types that differ in their JSON type.
#[derive(Debug, Clone)]
pub struct Alternate {
    /// The alternatives, in the order of the schema.
    pub alternatives: Vec<Alternative>,
}

/// One of the types of an alternate.
#[derive(Debug, Clone)]
pub struct Alternative {
    /// The name, which does not appear on the wire.
    pub name: String,
    /// The type.
    pub type_id: TypeId,
    /// The JSON type that selects it.
    pub json_type: JsonType,
    /// Under which build configuration it exists.
    pub condition: Option<Condition>,
}

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

/// A feature: a word that clients look for (`docs/devel/qapi-code-gen.rst`, section *Features*).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feature {
    /// The word. `deprecated` and `unstable` have a meaning of their own.
    pub name: String,
    /// Under which build configuration it is there.
    pub condition: Option<Condition>,
}

/// A condition on the build configuration (`if`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Condition {
    /// A configuration symbol.
    Symbol(String),
    /// Every one of several.
    All(Vec<Condition>),
    /// At least one of several.
    Any(Vec<Condition>),
    /// Not.
    Not(Box<Condition>),
}

impl Condition {
    /// Whether this condition holds wherever `other` does, as far as can be seen from its form.
    #[must_use]
    pub fn follows_from(&self, other: &Self) -> bool {
        if self == other {
            return true;
        }
        match (self, other) {
            (Self::All(parts), _) => parts.iter().all(|part| part.follows_from(other)),
            (_, Self::All(parts)) => parts.iter().any(|part| self.follows_from(part)),
            (Self::Any(parts), _) => parts.iter().any(|part| part.follows_from(other)),
            _ => false,
        }
    }
}

/// As an expression: `CONFIG_A && !(CONFIG_B || CONFIG_C)`.
impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = |f: &mut fmt::Formatter<'_>, parts: &[Self], operator: &str| {
            for (index, part) in parts.iter().enumerate() {
                if index > 0 {
                    f.write_str(operator)?;
                }
                match part {
                    Self::All(_) | Self::Any(_) if parts.len() > 1 => write!(f, "({part})")?,
                    _ => write!(f, "{part}")?,
                }
            }
            Ok(())
        };
        match self {
            Self::Symbol(symbol) => f.write_str(symbol),
            Self::All(parts) => joined(f, parts, " && "),
            Self::Any(parts) => joined(f, parts, " || "),
            Self::Not(part) => match &**part {
                Self::All(_) | Self::Any(_) => write!(f, "!({part})"),
                _ => write!(f, "!{part}"),
            },
        }
    }
}

impl Schema {
    /// The QEMU release it belongs to, as far as known.
    #[must_use]
    pub fn release(&self) -> Option<&str> {
        self.release.as_deref()
    }

    /// The modules, in the order of reading; the first is the language's own.
    #[must_use]
    pub fn modules(&self) -> &[Module] {
        &self.modules
    }

    /// All types.
    pub fn types(&self) -> impl Iterator<Item = (TypeId, &Type)> {
        (0..).map(TypeId).zip(&self.types)
    }

    /// All commands.
    #[must_use]
    pub fn commands(&self) -> &[Command] {
        &self.commands
    }

    /// All events.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// All entities in the order of definition.
    #[must_use]
    pub fn definition_order(&self) -> &[EntityId] {
        &self.order
    }

    /// The type of an id that this schema gave out.
    #[must_use]
    pub fn type_of(&self, id: TypeId) -> &Type {
        &self.types[id.0 as usize]
    }

    /// The module of an id that this schema gave out.
    #[must_use]
    pub fn module_of(&self, id: ModuleId) -> &Module {
        &self.modules[id.0 as usize]
    }

    /// The object type of an id, if it is one.
    #[must_use]
    pub fn object(&self, id: TypeId) -> Option<&Object> {
        match &self.type_of(id).kind {
            TypeKind::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The entity with a name.
    #[must_use]
    pub fn lookup(&self, name: &str) -> Option<EntityId> {
        self.by_name.get(name).copied()
    }

    /// What every entity has, for any of them.
    #[must_use]
    pub fn entity(&self, id: EntityId) -> &Entity {
        match id {
            EntityId::Type(id) => &self.type_of(id).entity,
            EntityId::Command(index) => &self.commands[index as usize].entity,
            EntityId::Event(index) => &self.events[index as usize].entity,
        }
    }

    /// The JSON type of a type's values; `None` where values of several are possible.
    #[must_use]
    pub fn json_type(&self, id: TypeId) -> Option<JsonType> {
        match &self.type_of(id).kind {
            TypeKind::Builtin(builtin) => match builtin {
                Builtin::Str => Some(JsonType::String),
                Builtin::Bool => Some(JsonType::Bool),
                Builtin::Null => Some(JsonType::Null),
                Builtin::Any => None,
                _ => Some(JsonType::Number),
            },
            TypeKind::Enum(_) => Some(JsonType::String),
            TypeKind::Object(_) => Some(JsonType::Object),
            TypeKind::Array(_) => Some(JsonType::Array),
            TypeKind::Alternate(_) => None,
        }
    }
}

impl TypeId {
    /// The number of the type: its place among [`Schema::types`].
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}
