//! The resolved schema: every name looked up, what is inherited gathered, what is implied made explicit.

mod condition;
mod messages;
mod types;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use qapi_parser::doc::DocComment;
use qapi_parser::source::{Sources, Span};
use smol_str::SmolStr;

use crate::pragma::Pragmas;
use crate::rules::Rules;

pub use condition::Condition;
pub use messages::{Command, CommandFlags, Event};
pub use types::{
    Alternate, Alternative, Branch, Builtin, Enum, JsonType, Member, Object, Type, TypeKind, Value, Variants,
};

/// The object type without members: what a branch has when the schema gives it none.
pub(crate) const EMPTY_OBJECT: &str = "q_empty";

/// A schema, resolved.
///
/// Entities are known by small ids, given in the order of definition; an implicit type stands right in
/// front of the definition that needs it first.
#[derive(Debug, Clone)]
pub struct Schema {
    pub(crate) release: Option<String>,
    pub(crate) rules: Rules,
    pub(crate) sources: Sources,
    pub(crate) pragmas: Pragmas,
    pub(crate) modules: Vec<Module>,
    pub(crate) inclusions: Vec<Inclusion>,
    pub(crate) free_form_docs: Vec<DocComment>,
    pub(crate) types: Vec<Type>,
    pub(crate) commands: Vec<Command>,
    pub(crate) events: Vec<Event>,
    pub(crate) order: Vec<EntityId>,
    pub(crate) by_name: HashMap<SmolStr, EntityId>,
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

/// An `include` directive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Inclusion {
    /// The module that it is in.
    pub(crate) module: ModuleId,
    pub(crate) included: ModuleId,
    pub(crate) span: Span,
    /// How many definitions of the schema come before it.
    pub(crate) definitions_before: usize,
}

/// What types, commands and events have in common.
#[derive(Debug, Clone)]
pub struct Entity {
    /// The name, unique among types, commands and events.
    pub name: SmolStr,
    /// The module that defines it.
    pub module: ModuleId,
    /// The expression that defines it, or needs it if it is an implicit type; `None` for what the language provides.
    pub span: Option<Span>,
    /// Where its name stands in that expression.
    pub name_span: Option<Span>,
    /// Under which build configuration it exists (`if`).
    pub condition: Option<Arc<Condition>>,
    /// Its features.
    pub features: Box<[Feature]>,
    /// What its documentation says.
    pub documentation: Option<Box<Documentation>>,
}

impl Entity {
    /// Whether it has a feature of that name.
    #[must_use]
    pub fn has_feature(&self, name: &str) -> bool {
        self.features.iter().any(|feature| feature.name == name)
    }

    /// The release that introduced it, as its documentation says.
    #[must_use]
    pub fn since(&self) -> Option<&str> {
        self.documentation.as_ref()?.since.as_deref()
    }

    /// The release that introduced one of its members, values or branches later, as its documentation says.
    #[must_use]
    pub fn member_since(&self, name: &str) -> Option<&str> {
        self.documentation.as_ref()?.member_since.get(name).map(SmolStr::as_str)
    }

    /// The comment that documents it. A schema that comes from a snapshot has none.
    #[must_use]
    pub fn comment(&self) -> Option<&DocComment> {
        self.documentation.as_ref()?.comment.as_ref()
    }
}

/// What the documentation of a definition says: the facts in it, and the text where there is one.
#[derive(Debug, Clone, Default)]
pub struct Documentation {
    /// The release that introduced the entity.
    pub since: Option<SmolStr>,
    /// The releases that introduced members, values or branches later, by name.
    pub member_since: BTreeMap<SmolStr, SmolStr>,
    /// The comment. A schema that comes from a snapshot has none.
    pub comment: Option<DocComment>,
}

/// A feature: a word that clients look for (`docs/devel/qapi-code-gen.rst`, section *Features*).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feature {
    /// The word. `deprecated` and `unstable` have a meaning of their own.
    pub name: SmolStr,
    /// Under which build configuration it is there.
    pub condition: Option<Arc<Condition>>,
    /// Where its name stands in the schema.
    pub span: Span,
}

impl TypeId {
    /// The number of the type: its place among [`Schema::types`].
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl Schema {
    /// A schema without entities. The first module is the language's own.
    pub(crate) fn empty(rules: Rules, sources: Sources, modules: Vec<String>) -> Self {
        let modules = std::iter::once("./builtin".to_owned()).chain(modules);
        Self {
            release: None,
            rules,
            sources,
            pragmas: Pragmas::default(),
            modules: modules.map(|name| Module { name }).collect(),
            inclusions: Vec::new(),
            free_form_docs: Vec::new(),
            types: Vec::new(),
            commands: Vec::new(),
            events: Vec::new(),
            order: Vec::new(),
            by_name: HashMap::new(),
        }
    }

    /// Gives the entities an order, types first, and makes them known by name.
    pub(crate) fn reindex(&mut self) {
        let numbers = |count: usize| (0..).take(count);
        let types = numbers(self.types.len()).map(|number| EntityId::Type(TypeId(number)));
        let commands = numbers(self.commands.len()).map(EntityId::Command);
        let events = numbers(self.events.len()).map(EntityId::Event);
        self.order = types.chain(commands).chain(events).collect();
        self.by_name = self.order.iter().map(|&id| (self.entity(id).name.clone(), id)).collect();
    }

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

    /// All members of an object type, inherited ones first; those of the branches of a union are not among them.
    ///
    /// They are gathered at each call: a type may inherit a lot.
    #[must_use]
    pub fn members(&self, id: TypeId) -> Vec<&Member> {
        let mut lineage: Vec<&Object> = self.lineage(id).filter_map(|id| self.object(id)).collect();
        lineage.reverse();
        lineage.into_iter().flat_map(|object| &object.local_members).collect()
    }

    /// A type and all that it inherits from, nearest first.
    pub(crate) fn lineage(&self, id: TypeId) -> impl Iterator<Item = TypeId> {
        std::iter::successors(Some(id), |&id| self.object(id)?.base)
    }

    /// The member that selects the branch of a union; `None` for every other type.
    #[must_use]
    pub fn tag(&self, id: TypeId) -> Option<&Member> {
        let tag = self.object(id)?.variants.as_ref()?.tag.as_str();
        let mut own = self.lineage(id).filter_map(|id| self.object(id));
        own.find_map(|object| object.local_members.iter().find(|member| member.name == tag))
    }

    /// The branches of a union, one for each value of its tag: those of the schema first, in its order, then those that
    /// are filled in, without members, for values without a branch. None for every other type.
    #[must_use]
    pub fn branches(&self, id: TypeId) -> Vec<Branch> {
        let Some(variants) = self.object(id).and_then(|object| object.variants.as_ref()) else {
            return Vec::new();
        };
        let mut branches = variants.branches.clone();
        let tag = self.tag(id).map(|tag| &self.type_of(tag.type_id).kind);
        if let (Some(TypeKind::Enum(tag)), Some(EntityId::Type(empty))) = (tag, self.lookup(EMPTY_OBJECT)) {
            let explicit: HashSet<&str> = variants.branches.iter().map(|branch| &*branch.name).collect();
            let missing = tag.values.iter().filter(|value| !explicit.contains(&*value.name));
            branches.extend(missing.map(|value| Branch {
                name: value.name.clone(),
                type_id: empty,
                condition: value.condition.clone(),
                explicit: false,
                span: variants.discriminator_span,
            }));
        }
        branches
    }

    /// Whether an object type has neither members nor branches.
    #[must_use]
    pub fn is_empty_object(&self, id: TypeId) -> bool {
        self.lineage(id)
            .filter_map(|id| self.object(id))
            .all(|object| object.local_members.is_empty() && object.variants.is_none())
    }

    /// The files that the schema was read from.
    #[must_use]
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// The entity with a name.
    #[must_use]
    pub fn lookup(&self, name: &str) -> Option<EntityId> {
        self.by_name.get(name).copied()
    }

    /// What kind of entity it is, as QEMU's documentation calls it.
    #[must_use]
    pub fn keyword(&self, id: EntityId) -> &'static str {
        match id {
            EntityId::Command(_) => "command",
            EntityId::Event(_) => "event",
            EntityId::Type(id) => match &self.type_of(id).kind {
                TypeKind::Builtin(_) => "built-in type",
                TypeKind::Enum(_) => "enum",
                TypeKind::Object(Object { variants: Some(_), .. }) => "union",
                TypeKind::Object(_) => "struct",
                TypeKind::Array(_) => "array",
                TypeKind::Alternate(_) => "alternate",
            },
        }
    }

    /// The definition that an entity belongs to: itself, unless it is a type made for members given on the spot.
    pub(crate) fn definition_of(&self, id: EntityId) -> EntityId {
        let EntityId::Type(type_id) = id else { return id };
        let implicit = self.type_of(type_id).entity.name.strip_prefix("q_obj_");
        let owner = implicit.and_then(|name| self.lookup(name.rsplit_once('-')?.0));
        owner.unwrap_or(id)
    }

    /// A definition in words: `struct 'Point'`.
    pub(crate) fn described(&self, id: TypeId) -> String {
        let id = self.definition_of(EntityId::Type(id));
        format!("{} '{}'", self.keyword(id), self.entity(id).name)
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
