//! Pass 3: objects gather the members of their bases.

use std::collections::BTreeSet;

use qapi_parser::Diagnostic;

use crate::model::{Member, Schema, TypeId, TypeKind};

/// How many bases may stand behind each other. Real schemas have two.
const MAX_BASES: usize = 64;

/// Sets [`Object::members`](crate::model::Object::members) of all objects.
pub(super) fn flatten(schema: &mut Schema, diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.extend(self_containing(schema));
    if diagnostics.is_empty() {
        diagnostics.extend(schema.types().filter_map(|(id, _)| inherits_too_deep(schema, id)));
    }
    if !diagnostics.is_empty() {
        return;
    }
    let ids: Vec<TypeId> = schema.types().map(|(id, _)| id).collect();
    for id in ids {
        let members: Vec<Member> =
            lineage(schema, id).iter().rev().flat_map(|&id| local_members(schema, id)).cloned().collect();
        if let TypeKind::Object(object) = &mut schema.types[id.0 as usize].kind {
            object.members = members;
        }
    }
}

fn local_members(schema: &Schema, id: TypeId) -> &[Member] {
    schema.object(id).map_or(&[], |object| &object.local_members)
}

/// The type and all it inherits from, nearest first.
fn lineage(schema: &Schema, id: TypeId) -> Vec<TypeId> {
    std::iter::successors(Some(id), |&id| schema.object(id)?.base).collect()
}

/// Members are gathered into every descendant, so the depth of bases has to have a limit.
fn inherits_too_deep(schema: &Schema, id: TypeId) -> Option<Diagnostic> {
    let bases = std::iter::successors(Some(id), |&id| schema.object(id)?.base).skip(1);
    // One report for the first type beyond the limit, none for those that build on it.
    let is_first_beyond = bases.take(MAX_BASES + 2).count() == MAX_BASES + 1;
    let entity = &schema.type_of(id).entity;
    let message = format!("'{}' inherits through more than {MAX_BASES} bases", entity.name);
    is_first_beyond.then(|| Some(Diagnostic::new("base-too-deep", entity.span?, message)))?
}

/// The types whose members stand in the same JSON object: the base and the branches.
fn contained(schema: &Schema, id: TypeId) -> Vec<TypeId> {
    let Some(object) = schema.object(id) else { return Vec::new() };
    let branches = object.variants.iter().flat_map(|variants| &variants.branches);
    object.base.into_iter().chain(branches.map(|branch| branch.type_id)).collect()
}

/// Finds the types that contain themselves through bases and branches, one for each cycle.
///
/// A depth-first walk with a stack of its own: the depth is the author's.
fn self_containing(schema: &Schema) -> Vec<Diagnostic> {
    #[derive(Clone, Copy, PartialEq)]
    enum Visit {
        Unseen,
        Open,
        Done,
    }
    let mut visits = vec![Visit::Unseen; schema.types.len()];
    let mut found = BTreeSet::new();
    for (root, _) in schema.types() {
        if visits[root.0 as usize] != Visit::Unseen {
            continue;
        }
        let mut stack = vec![(root, contained(schema, root))];
        visits[root.0 as usize] = Visit::Open;
        while let Some((id, rest)) = stack.last_mut() {
            let Some(next) = rest.pop() else {
                visits[id.0 as usize] = Visit::Done;
                stack.pop();
                continue;
            };
            match visits[next.0 as usize] {
                Visit::Unseen => {
                    visits[next.0 as usize] = Visit::Open;
                    stack.push((next, contained(schema, next)));
                }
                Visit::Open => {
                    found.insert(next);
                }
                Visit::Done => {}
            }
        }
    }
    found.into_iter().filter_map(|id| contains_itself(schema, id)).collect()
}

fn contains_itself(schema: &Schema, id: TypeId) -> Option<Diagnostic> {
    let entity = &schema.type_of(id).entity;
    let message = format!("'{}' contains itself through bases or branches", entity.name);
    let what = if schema.object(id)?.variants.is_some() { "union" } else { "struct" };
    let diagnostic = Diagnostic::new("contains-itself", entity.span?, message);
    Some(diagnostic.in_definition(format!("{what} '{}'", entity.name)))
}
