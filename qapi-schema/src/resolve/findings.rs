//! What the passes find wrong, and with which entity.

use std::collections::{HashMap, HashSet};

use qapi_parser::source::Span;
use qapi_parser::{Diagnostic, MAX_MISTAKES};

use crate::definition::Within;
use crate::model::{EntityId, Schema, TypeId};

/// Mistakes by entity. QEMU's front end goes from entity to entity and not from pass to pass: what is reported first is what
/// is wrong with the first entity.
#[derive(Debug, Default)]
pub(super) struct Findings {
    found: Vec<(EntityId, Diagnostic)>,
    /// Entities of which something is missing, because it was wrong.
    broken: HashSet<EntityId>,
    is_endless: bool,
}

impl Findings {
    /// Adds a mistake in an entity. Of one that is wrong, later passes can't tell more.
    pub(super) fn add(&mut self, entity: EntityId, diagnostic: Diagnostic) {
        self.broken.insert(entity);
        if !self.is_enough() {
            self.found.push((entity, diagnostic));
        }
    }

    /// Adds a mistake in an entity of the schema, with its place or else that of the entity's name.
    pub(super) fn mistake(
        &mut self,
        schema: &Schema,
        id: EntityId,
        code: &'static str,
        span: Option<Span>,
        message: impl Into<Box<str>>,
    ) {
        if let Some(diagnostic) = mistake(schema, id, code, span, message) {
            self.add(id, diagnostic);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.found.len()
    }

    /// Whether there is more than anyone reads.
    pub(super) fn is_enough(&self) -> bool {
        self.found.len() >= MAX_MISTAKES
    }

    /// Says that a walk through bases and branches would not come to an end, or not soon.
    pub(super) fn mark_endless(&mut self) {
        self.is_endless = true;
    }

    pub(super) fn is_endless(&self) -> bool {
        self.is_endless
    }

    /// Whether a type or one that it inherits from has a mistake.
    pub(super) fn is_broken_type(&self, schema: &Schema, id: TypeId) -> bool {
        !self.broken.is_empty() && schema.lineage(id).any(|id| self.is_broken(EntityId::Type(id)))
    }

    /// Whether an entity has a mistake.
    pub(super) fn is_broken(&self, id: EntityId) -> bool {
        self.broken.contains(&id)
    }

    /// Marks an entity of which something is missing, because another one is wrong.
    pub(super) fn mark_broken(&mut self, id: EntityId) {
        self.broken.insert(id);
    }

    /// All of it, in the order of definition.
    pub(super) fn in_order(mut self, order: &[EntityId]) -> Vec<Diagnostic> {
        let place: HashMap<EntityId, usize> =
            order.iter().enumerate().map(|(index, &id)| (id, index)).collect();
        self.found.sort_by_key(|(id, _)| place.get(id).copied());
        self.found.into_iter().map(|(_, diagnostic)| diagnostic).collect()
    }
}

/// A mistake in an entity, at its name if no other place is given. What the language provides has none.
pub(super) fn mistake(
    schema: &Schema,
    id: EntityId,
    code: &'static str,
    span: Option<Span>,
    message: impl Into<Box<str>>,
) -> Option<Diagnostic> {
    let id = schema.definition_of(id);
    let entity = schema.entity(id);
    let within = Within { keyword: schema.keyword(id), name: &entity.name, span: entity.span? };
    Some(within.mistake(code, span.or(entity.name_span)?, message))
}
