//! The resolved schema: every name looked up, what is inherited gathered, what is implied made explicit.

mod condition;
mod messages;
mod types;

use std::collections::{BTreeMap, HashMap};

use qapi_parser::doc::DocComment;
use qapi_parser::source::Span;

pub use condition::Condition;
pub use messages::{Command, CommandFlags, Event};
pub use types::{
    Alternate, Alternative, Branch, Builtin, Enum, JsonType, Member, Object, Type, TypeKind, Value, Variants,
};

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

/// A feature: a word that clients look for (`docs/devel/qapi-code-gen.rst`, section *Features*).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feature {
    /// The word. `deprecated` and `unstable` have a meaning of their own.
    pub name: String,
    /// Under which build configuration it is there.
    pub condition: Option<Condition>,
}

impl TypeId {
    /// The number of the type: its place among [`Schema::types`].
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
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
