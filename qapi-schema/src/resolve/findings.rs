//! What the passes find wrong, and the order in which QEMU's front end would.

use std::collections::{HashMap, HashSet};

use qapi_parser::source::Span;
use qapi_parser::{Diagnostic, MAX_MISTAKES};

use crate::model::{EntityId, Schema, TypeId};

/// At which step of checking an entity QEMU's front end finds a mistake. Behind [`Base`](Self::Base) it checks the base, or the
/// type of what a command or event takes, and behind [`Branch`](Self::Branch) the type of the branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Features,
    /// The reference to the base, or to the type of what a command or event takes.
    Base,
    /// Members, values, alternatives.
    Members,
    Tag,
    /// The branch that begins at this offset of the text.
    Branch(u32),
    /// Branches against members, and what a command returns.
    Rest,
    /// Once the entity has been checked, and not when another one asks for it.
    Documentation,
}

/// Mistakes by entity and step.
#[derive(Debug, Default)]
pub(super) struct Findings {
    found: HashMap<EntityId, Vec<(Step, Diagnostic)>>,
    count: usize,
    /// Entities of which something is missing, because it was wrong.
    broken: HashSet<EntityId>,
}

impl Findings {
    /// Adds a mistake in an entity. Of one that is wrong, later passes can't tell more.
    pub(super) fn add(&mut self, entity: EntityId, step: Step, diagnostic: Diagnostic) {
        // On a branch that is wrong and left out, nothing else depends.
        if !matches!(step, Step::Branch(_)) {
            self.broken.insert(entity);
        }
        if !self.is_enough() {
            self.found.entry(entity).or_default().push((step, diagnostic));
            self.count += 1;
        }
    }

    /// Adds a mistake in an entity of the schema, with its place or else that of the entity's name.
    pub(super) fn mistake(
        &mut self,
        schema: &Schema,
        (id, step): (EntityId, Step),
        code: &'static str,
        span: Option<Span>,
        message: impl Into<Box<str>>,
    ) {
        if let Some(diagnostic) = mistake(schema, id, code, span, message) {
            self.add(id, step, diagnostic);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// Whether there is more than anyone reads.
    pub(super) fn is_enough(&self) -> bool {
        self.count >= MAX_MISTAKES
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

    /// All of it, in the order in which QEMU's front end comes upon it: entity by entity in the order of definition, but a base
    /// before what inherits it, and the types of branches and arguments before what uses them.
    pub(super) fn in_order(mut self, schema: &Schema) -> Vec<Diagnostic> {
        let mut ordered = Vec::new();
        if self.found.is_empty() {
            return ordered;
        }
        self.found.values_mut().for_each(|found| found.sort_by_key(|&(step, _)| step));
        let mut visited = HashSet::new();
        for &id in &schema.order {
            self.visit(schema, id, &mut visited, &mut ordered);
            self.take(id, Step::Documentation, &mut ordered);
        }
        ordered
    }

    /// Takes what QEMU's front end finds when it checks an entity for the first time. The recursion is as deep as types contain
    /// each other, which has a limit.
    fn visit(
        &mut self,
        schema: &Schema,
        id: EntityId,
        visited: &mut HashSet<EntityId>,
        ordered: &mut Vec<Diagnostic>,
    ) {
        if !visited.insert(id) {
            return;
        }
        self.take(id, Step::Base, ordered);
        if let Some(base) = base(schema, id) {
            self.visit(schema, EntityId::Type(base), visited, ordered);
        }
        self.take(id, Step::Tag, ordered);
        for (span, type_id) in branches(schema, id) {
            self.take(id, Step::Branch(span.start), ordered);
            self.visit(schema, EntityId::Type(type_id), visited, ordered);
        }
        self.take(id, Step::Rest, ordered);
    }

    /// Takes what is found up to a step.
    fn take(&mut self, id: EntityId, step: Step, ordered: &mut Vec<Diagnostic>) {
        if let Some(found) = self.found.get_mut(&id) {
            let count = found.partition_point(|&(other, _)| other <= step);
            ordered.extend(found.drain(..count).map(|(_, diagnostic)| diagnostic));
        }
    }
}

/// The type that is checked before an entity's own parts.
fn base(schema: &Schema, id: EntityId) -> Option<TypeId> {
    match id {
        EntityId::Type(id) => schema.object(id)?.base,
        EntityId::Command(index) => schema.commands[index as usize].arguments,
        EntityId::Event(index) => schema.events[index as usize].data,
    }
}

fn branches(schema: &Schema, id: EntityId) -> impl Iterator<Item = (Span, TypeId)> {
    let object = match id {
        EntityId::Type(id) => schema.object(id),
        EntityId::Command(_) | EntityId::Event(_) => None,
    };
    let variants = object.and_then(|object| object.variants.as_ref());
    variants.into_iter().flat_map(|variants| variants.branches.iter().map(|it| (it.span, it.type_id)))
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
    let description = format!("{} '{}'", schema.keyword(id), entity.name);
    Some(Diagnostic::new(code, span.or(entity.name_span)?, message).in_context(description, entity.span?))
}
