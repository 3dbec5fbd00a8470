//! Pass 1: which entities there are, in the order in which QEMU's front end defines them.

use std::collections::HashMap;

use qapi_parser::Diagnostic;
use qapi_parser::source::Span;

use crate::definition::{Body, Definition, MemberDefinition, Members, TypeRef};
use crate::model::{Builtin, EntityId, TypeId};

/// The object type without members: what a branch has when the schema gives it none.
pub(super) const EMPTY_OBJECT: &str = "q_empty";

/// An entity before its names are resolved.
#[derive(Debug)]
pub(super) enum Declared<'a> {
    Builtin(Builtin),
    EmptyObject,
    /// The enum of JSON types that QEMU's own code uses.
    QType,
    Array {
        element: String,
        span: Option<Span>,
    },
    /// Members given on the spot, for the definition.
    ImplicitObject {
        owner: &'a Definition,
        members: &'a [MemberDefinition],
    },
    Definition(&'a Definition),
}

/// All entities of a schema.
#[derive(Debug, Default)]
pub(super) struct Declarations<'a> {
    pub(super) entities: Vec<(EntityId, Declared<'a>)>,
    pub(super) by_name: HashMap<String, EntityId>,
    /// Where in `entities` each type is.
    types: Vec<usize>,
    commands: u32,
    events: u32,
}

/// The name of the array type of an element type.
pub(super) fn array_name(element: &str) -> String {
    format!("{element}List")
}

/// The name of an implicit object type.
pub(super) fn implicit_name(owner: &Definition) -> String {
    let role = if matches!(owner.body, Body::Union { .. }) { "base" } else { "arg" };
    format!("q_obj_{}-{role}", owner.name.text)
}

/// Gives every entity its id.
pub(super) fn declare<'a>(
    definitions: &'a [Definition],
    diagnostics: &mut Vec<Diagnostic>,
) -> Declarations<'a> {
    let mut declarations = Declarations::default();
    let mut places = HashMap::new();
    declarations.builtins();
    for definition in definitions {
        declarations.implicit_types(definition);
        let name = &definition.name;
        if declarations.by_name.contains_key(&name.text) {
            diagnostics.push(duplicate(definition, places.get(&*name.text).copied()));
            continue;
        }
        places.insert(&*name.text, name.span);
        let id = match definition.body {
            Body::Command(_) => next(&mut declarations.commands, EntityId::Command),
            Body::Event { .. } => next(&mut declarations.events, EntityId::Event),
            _ => {
                declarations.push_type(name.text.clone(), Declared::Definition(definition));
                continue;
            }
        };
        declarations.push(name.text.clone(), id, Declared::Definition(definition));
    }
    declarations
}

fn next(counter: &mut u32, id: impl FnOnce(u32) -> EntityId) -> EntityId {
    let index = *counter;
    *counter += 1;
    id(index)
}

fn duplicate(definition: &Definition, first: Option<Span>) -> Diagnostic {
    let name = &definition.name;
    let diagnostic =
        Diagnostic::new("duplicate-name", name.span, format!("'{}' is already defined", name.text))
            .in_definition(definition.describe());
    match first {
        Some(span) => diagnostic.with_note(span, "first defined here"),
        None => diagnostic.with_hint("the name belongs to a type that the language provides"),
    }
}

impl<'a> Declarations<'a> {
    fn push(&mut self, name: String, id: EntityId, declared: Declared<'a>) {
        self.by_name.insert(name, id);
        self.entities.push((id, declared));
    }

    fn push_type(&mut self, name: String, declared: Declared<'a>) {
        let id = TypeId(u32::try_from(self.types.len()).unwrap_or(u32::MAX));
        self.types.push(self.entities.len());
        self.push(name, EntityId::Type(id), declared);
    }

    /// What a type was declared as.
    pub(super) fn declared_type(&self, id: TypeId) -> &Declared<'a> {
        &self.entities[self.types[id.0 as usize]].1
    }

    fn builtins(&mut self) {
        for builtin in Builtin::ALL {
            self.push_type(builtin.name().to_owned(), Declared::Builtin(builtin));
            self.array(builtin.name(), None);
        }
        self.push_type(EMPTY_OBJECT.to_owned(), Declared::EmptyObject);
        self.push_type("QType".to_owned(), Declared::QType);
    }

    /// The types that a definition needs and does not name.
    fn implicit_types(&mut self, definition: &'a Definition) {
        match &definition.body {
            Body::Enum { .. } => {}
            Body::Struct { members, .. } => self.arrays(members, definition),
            Body::Union { base, branches, .. } => {
                self.inline_members(base, definition);
                branches.iter().for_each(|branch| self.array_of(&branch.type_ref, definition));
            }
            Body::Alternate { alternatives } => {
                alternatives.iter().for_each(|branch| self.array_of(&branch.type_ref, definition));
            }
            Body::Command(command) => {
                command.arguments.iter().for_each(|members| self.inline_members(members, definition));
                command.returns.iter().for_each(|returns| self.array_of(returns, definition));
            }
            Body::Event { data, .. } => {
                data.iter().for_each(|members| self.inline_members(members, definition));
            }
        }
    }

    fn inline_members(&mut self, members: &'a Members, owner: &'a Definition) {
        let Members::Inline(members) = members else { return };
        self.arrays(members, owner);
        let name = implicit_name(owner);
        if !members.is_empty() && !self.by_name.contains_key(&name) {
            self.push_type(name, Declared::ImplicitObject { owner, members });
        }
    }

    fn arrays(&mut self, members: &[MemberDefinition], owner: &Definition) {
        members.iter().for_each(|member| self.array_of(&member.type_ref, owner));
    }

    fn array_of(&mut self, type_ref: &TypeRef, owner: &Definition) {
        if type_ref.is_array {
            self.array(&type_ref.name.text, Some(owner.name.span));
        }
    }

    fn array(&mut self, element: &str, span: Option<Span>) {
        let name = array_name(element);
        if !self.by_name.contains_key(&name) {
            self.push_type(name, Declared::Array { element: element.to_owned(), span });
        }
    }
}
