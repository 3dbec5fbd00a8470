//! Pass 1: which entities there are, in the order in which QEMU's front end defines them.

use std::collections::HashMap;

use qapi_parser::{Diagnostic, MAX_MISTAKES};
use smol_str::{SmolStr, format_smolstr};

use crate::definition::{Body, Definition, MemberDefinition, Members, TypeRef};
use crate::model::{Builtin, EMPTY_OBJECT, EntityId, TypeId};

/// An entity before its names are resolved. Definitions are known by their index.
#[derive(Debug, Clone)]
pub(super) enum Declared {
    Builtin(Builtin),
    EmptyObject,
    /// The enum of JSON types that QEMU's own code uses.
    QType,
    /// An array, and the definition that needs it first.
    Array {
        element: SmolStr,
        owner: Option<u32>,
    },
    /// Members given on the spot, for the definition.
    ImplicitObject(u32),
    Definition(u32),
}

/// What kind of type a type is: all that must be known of the others while one is linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Builtin,
    Enum,
    Struct,
    Union,
    Alternate,
    Array,
}

impl Kind {
    /// In words.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Builtin => "built-in",
            Self::Enum => "enum",
            Self::Struct => "struct",
            Self::Union => "union",
            Self::Alternate => "alternate",
            Self::Array => "array",
        }
    }
}

/// All entities of a schema.
#[derive(Debug, Default)]
pub(super) struct Declarations {
    pub(super) entities: Vec<(EntityId, Declared)>,
    pub(super) by_name: HashMap<SmolStr, EntityId>,
    /// The kind of each type.
    pub(super) kinds: Vec<Kind>,
    pub(super) commands: u32,
    pub(super) events: u32,
}

/// The name of the array type of an element type.
pub(super) fn array_name(element: &str) -> SmolStr {
    format_smolstr!("{element}List")
}

/// The name of an implicit object type.
pub(super) fn implicit_name(owner: &Definition) -> SmolStr {
    let role = if matches!(owner.body, Body::Union(_)) { "base" } else { "arg" };
    implicit_name_of(&owner.head.name.text, role)
}

pub(super) fn implicit_name_of(owner: &str, role: &str) -> SmolStr {
    format_smolstr!("q_obj_{owner}-{role}")
}

/// Gives every entity its id. A name may be given once.
pub(super) fn declare(definitions: &[Definition]) -> (Declarations, Vec<Diagnostic>) {
    let mut declarations = Declarations::default();
    let mut duplicates = Vec::new();
    declarations.builtins();
    declarations.entities.reserve(definitions.len());
    declarations.by_name.reserve(definitions.len());
    for (index, definition) in (0..).zip(definitions) {
        declarations.implicit_types(index, definition);
        let name = &definition.head.name.text;
        if declarations.by_name.contains_key(name) {
            if duplicates.len() < MAX_MISTAKES {
                let first = definitions.iter().find(|first| first.head.name.text == *name);
                duplicates.push(duplicate(
                    definition,
                    first.filter(|first| first.head.name != definition.head.name),
                ));
            }
            continue;
        }
        let declared = Declared::Definition(index);
        let kind = match definition.body {
            Body::Enum { .. } => Kind::Enum,
            Body::Struct { .. } => Kind::Struct,
            Body::Union(_) => Kind::Union,
            Body::Alternate { .. } => Kind::Alternate,
            Body::Command(_) => {
                let id = next(&mut declarations.commands, EntityId::Command);
                declarations.push(name.clone(), id, declared);
                continue;
            }
            Body::Event { .. } => {
                let id = next(&mut declarations.events, EntityId::Event);
                declarations.push(name.clone(), id, declared);
                continue;
            }
        };
        declarations.push_type(name.clone(), kind, declared);
    }
    (declarations, duplicates)
}

fn next(counter: &mut u32, id: impl FnOnce(u32) -> EntityId) -> EntityId {
    let index = *counter;
    *counter += 1;
    id(index)
}

fn duplicate(definition: &Definition, first: Option<&Definition>) -> Diagnostic {
    let name = &definition.head.name;
    let message = format!("'{}' is already defined", name.text);
    let diagnostic = definition.head.mistake("duplicate-name", name.span, message);
    match first {
        Some(first) => diagnostic.with_note(first.head.name.span, "first defined here"),
        None => diagnostic.with_hint("the name belongs to a type that the language provides"),
    }
}

impl Declarations {
    fn push(&mut self, name: SmolStr, id: EntityId, declared: Declared) {
        self.by_name.insert(name, id);
        self.entities.push((id, declared));
    }

    fn push_type(&mut self, name: SmolStr, kind: Kind, declared: Declared) {
        let id = TypeId(u32::try_from(self.kinds.len()).unwrap_or(u32::MAX));
        self.kinds.push(kind);
        self.push(name, EntityId::Type(id), declared);
    }

    /// The type with a name.
    pub(super) fn type_named(&self, name: &str) -> Option<TypeId> {
        match self.by_name.get(name) {
            Some(EntityId::Type(id)) => Some(*id),
            _ => None,
        }
    }

    pub(super) fn kind(&self, id: TypeId) -> Kind {
        self.kinds[id.index()]
    }

    fn builtins(&mut self) {
        for builtin in Builtin::ALL {
            let name = SmolStr::new_static(builtin.name());
            self.push_type(name.clone(), Kind::Builtin, Declared::Builtin(builtin));
            self.array(name, None);
        }
        self.push_type(SmolStr::new_static(EMPTY_OBJECT), Kind::Struct, Declared::EmptyObject);
        self.push_type(SmolStr::new_static("QType"), Kind::Enum, Declared::QType);
    }

    /// The types that a definition needs and does not name.
    fn implicit_types(&mut self, index: u32, definition: &Definition) {
        match &definition.body {
            Body::Enum { .. } => {}
            Body::Struct { members, .. } => self.arrays(members, index),
            Body::Union(union) => {
                self.inline_members(&union.base, definition, index);
                union.branches.iter().for_each(|branch| self.array_of(&branch.type_ref, index));
            }
            Body::Alternate { alternatives } => {
                alternatives.iter().for_each(|branch| self.array_of(&branch.type_ref, index));
            }
            Body::Command(command) => {
                command.arguments.iter().for_each(|members| self.inline_members(members, definition, index));
                command.returns.iter().for_each(|returns| self.array_of(returns, index));
            }
            Body::Event { data, .. } => {
                data.iter().for_each(|members| self.inline_members(members, definition, index));
            }
        }
    }

    fn inline_members(&mut self, members: &Members, owner: &Definition, index: u32) {
        let Members::Inline(members) = members else { return };
        self.arrays(members, index);
        let name = implicit_name(owner);
        if !members.is_empty() && !self.by_name.contains_key(&name) {
            self.push_type(name, Kind::Struct, Declared::ImplicitObject(index));
        }
    }

    fn arrays(&mut self, members: &[MemberDefinition], owner: u32) {
        members.iter().for_each(|member| self.array_of(&member.type_ref, owner));
    }

    fn array_of(&mut self, type_ref: &TypeRef, owner: u32) {
        if type_ref.is_array {
            self.array(type_ref.name.text.clone(), Some(owner));
        }
    }

    fn array(&mut self, element: SmolStr, owner: Option<u32>) {
        let name = array_name(&element);
        if !self.by_name.contains_key(&name) {
            self.push_type(name, Kind::Array, Declared::Array { element, owner });
        }
    }
}
