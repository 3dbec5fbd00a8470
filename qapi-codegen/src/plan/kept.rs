//! Which definitions become items: those that are selected, and what they need.

use std::collections::HashMap;

use qapi_schema::{EntityId, Reach, Schema, TypeId, TypeKind, nearest};

use super::request::Selection;
use super::rust_type::TypePath;
use crate::error::Mistake;
use crate::pattern::Pattern;

/// The types that get a Rust type of the user's.
pub(super) type Replaced = HashMap<TypeId, TypePath>;

/// The kinds of definitions that can be selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Command,
    Event,
    Type,
}

impl Kind {
    fn of(id: EntityId) -> Self {
        match id {
            EntityId::Command(_) => Self::Command,
            EntityId::Event(_) => Self::Event,
            EntityId::Type(_) => Self::Type,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Event => "event",
            Self::Type => "type",
        }
    }
}

/// Whether something is defined by the schema, rather than by the language or for another definition.
pub(super) fn is_defined(schema: &Schema, id: EntityId) -> bool {
    match id {
        EntityId::Type(id) => {
            let type_ = schema.type_of(id);
            !type_.implicit && !matches!(type_.kind, TypeKind::Builtin(_))
        }
        EntityId::Command(_) | EntityId::Event(_) => true,
    }
}

/// Everything that the schema defines.
fn definitions(schema: &Schema) -> impl Iterator<Item = EntityId> {
    schema.definition_order().iter().copied().filter(|&id| is_defined(schema, id))
}

/// What the bindings refer to: what is kept, and the replaced types that it names.
pub(super) fn kept(
    schema: &Schema,
    selection: Option<&Selection>,
    replaced: &Replaced,
    mistakes: &mut Vec<Mistake>,
) -> Reach {
    let is_entered = |id| !replaced.contains_key(&id);
    let mut reach = Reach::default();
    match selection {
        Some(selection) => reach.extend(schema, selected(schema, selection, mistakes), is_entered),
        None => {
            // Messages come first: they are why a type is there, also if it was not asked.
            let (types, messages): (Vec<_>, Vec<_>) =
                definitions(schema).partition(|&id| Kind::of(id) == Kind::Type);
            reach.extend(schema, messages, is_entered);
            let of_replaced = Reach::of(schema, replaced.keys().copied().map(EntityId::Type));
            let others = types.into_iter().filter(|&id| !of_replaced.contains(id));
            reach.extend(schema, others, is_entered);
        }
    }
    reach
}

fn selected(schema: &Schema, selection: &Selection, mistakes: &mut Vec<Mistake>) -> Vec<EntityId> {
    let kinds = [
        (Kind::Command, &selection.commands),
        (Kind::Event, &selection.events),
        (Kind::Type, &selection.types),
    ];
    let mut selected = Vec::new();
    for (kind, patterns) in kinds {
        for pattern in patterns {
            let is_meant = |id: &EntityId| Kind::of(*id) == kind && pattern.matches(&schema.entity(*id).name);
            let before = selected.len();
            selected.extend(definitions(schema).filter(is_meant));
            if selected.len() == before {
                mistakes.push(no_match(schema, kind, pattern));
            }
        }
    }
    selected
}

fn no_match(schema: &Schema, kind: Kind, pattern: &Pattern) -> Mistake {
    let hint = pattern.exact().and_then(|name| match schema.lookup(name) {
        Some(id) if Kind::of(id) != kind || !is_defined(schema, id) => Some(what_it_is(schema, id)),
        _ => did_you_mean(schema, name, |id| Kind::of(id) == kind),
    });
    Mistake::NoMatch { what: kind.name(), pattern: pattern.to_string(), hint }
}

/// What a name stands for that was taken for something else.
pub(super) fn what_it_is(schema: &Schema, id: EntityId) -> String {
    let (keyword, name) = (schema.keyword(id), &schema.entity(id).name);
    let article = if keyword.starts_with(['a', 'e']) { "an" } else { "a" };
    format!("'{name}' is {article} {keyword}")
}

/// A question for the definition that is called most like a name.
pub(super) fn did_you_mean(
    schema: &Schema,
    name: &str,
    is_candidate: impl Fn(EntityId) -> bool,
) -> Option<String> {
    let candidates = definitions(schema).filter(|&id| is_candidate(id));
    let nearest = nearest(name, candidates.map(|id| schema.entity(id).name.as_str()))?;
    Some(format!("did you mean '{nearest}'?"))
}
