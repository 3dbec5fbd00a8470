//! Which types a client receives: those in what commands return and in the data of events.

use std::collections::HashSet;

use qapi_schema::{EntityId, Role, Schema, TypeId};

/// All types that can be part of a reply or an event.
pub(crate) fn received(schema: &Schema) -> HashSet<TypeId> {
    let returns = schema.commands().iter().filter_map(|command| command.returns);
    let data = schema.events().iter().filter_map(|event| event.data);
    let mut waiting: Vec<TypeId> = returns.chain(data).collect();
    let mut received = HashSet::new();
    while let Some(id) = waiting.pop() {
        if received.insert(id) {
            let uses = schema.uses(EntityId::Type(id)).into_iter();
            // What is inherited is received, the type that it is inherited from is not.
            waiting.extend(uses.filter(|it| it.role != Role::Base).map(|it| it.type_id));
        }
    }
    received
}
