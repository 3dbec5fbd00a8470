//! In which commands and events a type is, and in which direction.

use std::collections::BTreeSet;

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
    /// By the number of a type: the commands and events that it is in.
    messages: Vec<Vec<(Direction, EntityId)>>,
}

impl<'a> Users<'a> {
    /// Goes from each message to all that it is made of: the work grows with what is told, not with the ways to it.
    pub(super) fn new(schema: &'a Schema) -> Self {
        let parts: Vec<Vec<TypeId>> = schema.types().map(|(id, _)| parts(schema, id)).collect();
        let mut users = Self { schema, messages: vec![Vec::new(); parts.len()] };
        let mut seen = vec![0; parts.len()];
        let mut walk = 0;
        for &id in schema.definition_order() {
            for part in schema.uses(id) {
                let direction = match part.role {
                    Role::Arguments => Direction::Sent,
                    Role::Returns | Role::Data => Direction::Received,
                    _ => continue,
                };
                walk += 1;
                let mut waiting = vec![part.type_id];
                while let Some(type_id) = waiting.pop() {
                    if std::mem::replace(&mut seen[type_id.index()], walk) != walk {
                        users.messages[type_id.index()].push((direction, id));
                        waiting.extend(&parts[type_id.index()]);
                    }
                }
            }
        }
        users
    }

    /// The messages that a type is in.
    pub(super) fn of(&self, id: TypeId) -> Usage {
        let messages = self.messages[id.index()].iter();
        messages.map(|&(direction, id)| (direction, message(self.schema, id))).collect()
    }
}

/// What a type is made of, each once. What is inherited is part of the heir, the type that it is inherited from is not.
fn parts(schema: &Schema, id: TypeId) -> Vec<TypeId> {
    let parts = schema.uses(EntityId::Type(id)).into_iter();
    let mut parts: Vec<TypeId> =
        parts.filter(|part| part.role != Role::Base).map(|part| part.type_id).collect();
    parts.sort_unstable();
    parts.dedup();
    parts
}

/// A command or an event as a message.
pub(super) fn message(schema: &Schema, id: EntityId) -> Message {
    let kind = match id {
        EntityId::Event(_) => MessageKind::Event,
        EntityId::Command(_) | EntityId::Type(_) => MessageKind::Command,
    };
    Message { kind, name: schema.entity(id).name.clone() }
}
