//! Which types a client receives: those in what commands return and in the data of events.

use std::collections::HashSet;

use qapi_schema::{Schema, TypeId, TypeKind};

/// All types that can be part of a reply or an event.
pub(crate) fn received(schema: &Schema) -> HashSet<TypeId> {
    let returns = schema.commands().iter().filter_map(|command| command.returns);
    let data = schema.events().iter().filter_map(|event| event.data);
    let mut waiting: Vec<TypeId> = returns.chain(data).collect();
    let mut received = HashSet::new();
    while let Some(id) = waiting.pop() {
        if received.insert(id) {
            waiting.extend(parts(schema, id));
        }
    }
    received
}

/// The types of which a value of a type is made.
fn parts(schema: &Schema, id: TypeId) -> Vec<TypeId> {
    match &schema.type_of(id).kind {
        TypeKind::Builtin(_) | TypeKind::Enum(_) => Vec::new(),
        TypeKind::Array(element) => vec![*element],
        TypeKind::Alternate(alternate) => alternate.alternatives.iter().map(|it| it.type_id).collect(),
        TypeKind::Object(object) => {
            let branches = object.variants.iter().flat_map(|variants| &variants.branches);
            let members = schema.members(id).into_iter().map(|member| member.type_id);
            members.chain(branches.map(|branch| branch.type_id)).collect()
        }
    }
}
