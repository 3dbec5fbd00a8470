//! In which commands and events a type is, and in which direction.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::change::{Message, MessageKind};
use crate::{EntityId, Role, Schema, TypeId};

/// Which way a value goes, seen from the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Direction {
    Sent,
    Received,
}

/// The messages that something is in, by direction.
pub(super) type Usage = BTreeSet<(Direction, Message)>;

/// Who uses the types of a schema.
pub(super) struct Users<'a> {
    schema: &'a Schema,
    /// By the number of a type: the types that have it as a part.
    types: Vec<Vec<TypeId>>,
    /// The commands and events that it belongs to.
    messages: HashMap<TypeId, Vec<(Direction, EntityId)>>,
}

impl<'a> Users<'a> {
    pub(super) fn new(schema: &'a Schema) -> Self {
        let mut users =
            Self { schema, types: vec![Vec::new(); schema.types().count()], messages: HashMap::new() };
        for (id, _) in schema.types() {
            let parts = schema.uses(EntityId::Type(id)).into_iter();
            // What is inherited is part of the heir, the type that it is inherited from is not.
            for part in parts.filter(|part| part.role != Role::Base) {
                users.types[part.type_id.index()].push(id);
            }
        }
        for &id in schema.definition_order() {
            for part in schema.uses(id) {
                let direction = match part.role {
                    Role::Arguments => Direction::Sent,
                    Role::Returns | Role::Data => Direction::Received,
                    _ => continue,
                };
                users.messages.entry(part.type_id).or_default().push((direction, id));
            }
        }
        users
    }

    /// The messages that a type is in.
    pub(super) fn of(&self, id: TypeId) -> Usage {
        let mut seen = HashSet::from([id]);
        let mut waiting = vec![id];
        let mut usage = Usage::new();
        while let Some(id) = waiting.pop() {
            let messages = self.messages.get(&id).into_iter().flatten();
            usage.extend(messages.map(|&(direction, id)| (direction, message(self.schema, id))));
            waiting.extend(self.types[id.index()].iter().filter(|&&user| seen.insert(user)));
        }
        usage
    }
}

/// A command or an event as a message.
pub(super) fn message(schema: &Schema, id: EntityId) -> Message {
    let kind = match id {
        EntityId::Event(_) => MessageKind::Event,
        EntityId::Command(_) | EntityId::Type(_) => MessageKind::Command,
    };
    Message { kind, name: schema.entity(id).name.clone() }
}
