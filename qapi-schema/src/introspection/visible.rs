//! What a server of a build shows of its schema, as far as its introspection can show it
//! (`docs/devel/qapi-code-gen.rst`, section *Client JSON Protocol introspection*).

use std::sync::Arc;

use super::evidence::{Key, Part};
use crate::{
    Builtin, Command, CommandFlags, Condition, Entity, EntityId, Event, Feature, Schema, Type, TypeId,
    TypeKind,
};

/// The same schema without what the build leaves out, without conditions, and without what introspection does not tell. Types keep
/// their ids, names and bases.
pub(super) fn visible(schema: &Schema, is_there: &dyn Fn(&Key, &Condition) -> bool) -> Schema {
    let filter = Filter { is_there };
    let mut result = schema.clone();
    result.types = schema.types().map(|(id, type_)| filter.type_(id, type_)).collect();
    result.commands = (0..)
        .map(EntityId::Command)
        .zip(&schema.commands)
        .filter(|(id, it)| filter.has(&Key::whole(*id), it.entity.condition.as_ref()))
        .map(|(id, command)| filter.command(schema, id, command))
        .collect();
    result.events = (0..)
        .map(EntityId::Event)
        .zip(&schema.events)
        .filter(|(id, it)| filter.has(&Key::whole(*id), it.entity.condition.as_ref()))
        .map(|(id, event)| Event { entity: filter.entity(id, &event.entity), data: event.data, boxed: false })
        .collect();
    result.reindex();
    result
}

struct Filter<'f> {
    is_there: &'f dyn Fn(&Key, &Condition) -> bool,
}

impl Filter<'_> {
    fn has(&self, key: &Key, condition: Option<&Arc<Condition>>) -> bool {
        condition.is_none_or(|condition| (self.is_there)(key, condition))
    }

    fn features(&self, key: &Key, features: &[Feature]) -> Box<[Feature]> {
        let there = features.iter().filter(|it| self.has(&key.feature(it), it.condition.as_ref()));
        there.map(|feature| Feature { condition: None, ..feature.clone() }).collect()
    }

    fn entity(&self, id: EntityId, entity: &Entity) -> Entity {
        Entity {
            condition: None,
            features: self.features(&Key::whole(id), &entity.features),
            documentation: None,
            ..entity.clone()
        }
    }

    fn command(&self, schema: &Schema, id: EntityId, command: &Command) -> Command {
        // An empty object as a result is told like no result.
        let returns = command.returns.filter(|&id| !is_nothing(schema, id));
        let flags = CommandFlags { allow_oob: command.flags.allow_oob, ..CommandFlags::default() };
        Command { entity: self.entity(id, &command.entity), arguments: command.arguments, returns, flags }
    }

    fn type_(&self, id: TypeId, type_: &Type) -> Type {
        let mut entity = self.entity(EntityId::Type(id), &type_.entity);
        let kind = match &type_.kind {
            TypeKind::Builtin(builtin) => {
                let told = told(*builtin);
                entity.name = told.name().into();
                TypeKind::Builtin(told)
            }
            kind => self.parts(id, kind.clone()),
        };
        Type { entity, implicit: type_.implicit, kind }
    }

    fn parts(&self, id: TypeId, mut kind: TypeKind) -> TypeKind {
        match &mut kind {
            TypeKind::Enum(it) => it.values.retain_mut(|value| {
                let key = Key::part(id, Part::Value(value.name.clone()));
                value.features = self.features(&key, &value.features);
                self.has(&key, value.condition.take().as_ref())
            }),
            TypeKind::Object(object) => {
                object.local_members.retain_mut(|member| {
                    let key = Key::part(id, Part::Member(member.name.clone()));
                    member.features = self.features(&key, &member.features);
                    member.since = None;
                    self.has(&key, member.condition.take().as_ref())
                });
                if let Some(variants) = &mut object.variants {
                    variants.branches.retain_mut(|branch| {
                        let key = Key::part(id, Part::Branch(branch.name.clone()));
                        self.has(&key, branch.condition.take().as_ref())
                    });
                }
            }
            TypeKind::Alternate(alternate) => alternate.alternatives.retain_mut(|alternative| {
                let key = Key::part(id, Part::Alternative(alternative.json_type));
                self.has(&key, alternative.condition.take().as_ref())
            }),
            TypeKind::Array(_) | TypeKind::Builtin(_) => {}
        }
        kind
    }
}

/// Whether a type is what stands where the schema gives none.
fn is_nothing(schema: &Schema, id: TypeId) -> bool {
    schema.type_of(id).entity.name == crate::model::EMPTY_OBJECT
}

/// The built-in type as which introspection tells another: it knows one for integers.
fn told(builtin: Builtin) -> Builtin {
    match builtin {
        Builtin::Int8
        | Builtin::Int16
        | Builtin::Int32
        | Builtin::Int64
        | Builtin::Uint8
        | Builtin::Uint16
        | Builtin::Uint32
        | Builtin::Uint64
        | Builtin::Size => Builtin::Int,
        other => other,
    }
}
