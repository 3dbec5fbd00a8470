//! Which types a client receives: those in what commands return and in the data of events.

use std::collections::HashSet;

use crate::{EntityId, Role, Schema, TypeId};

impl Schema {
    /// All types that can be part of a reply or an event.
    #[must_use]
    pub fn received(&self) -> HashSet<TypeId> {
        let returns = self.commands().iter().filter_map(|command| command.returns);
        let data = self.events().iter().filter_map(|event| event.data);
        let mut waiting: Vec<TypeId> = returns.chain(data).collect();
        let mut received = HashSet::new();
        while let Some(id) = waiting.pop() {
            if received.insert(id) {
                let uses = self.uses(EntityId::Type(id)).into_iter();
                // What is inherited is received, the type that it is inherited from is not.
                waiting.extend(uses.filter(|it| it.role != Role::Base).map(|it| it.type_id));
            }
        }
        received
    }
}
