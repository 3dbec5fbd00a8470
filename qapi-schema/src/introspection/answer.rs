//! What a server answers to `query-qmp-schema`, written as QEMU writes it (`scripts/qapi/introspect.py` of its source describes the
//! same in another way).

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::{Map, Value, json};
use smol_str::SmolStr;

use crate::model::EMPTY_OBJECT;
use crate::{Builtin, Condition, Entity, EntityId, Feature, Schema, TypeId, TypeKind};

/// What a server of this schema answers to `query-qmp-schema`, if these conditions hold in its build: types masked by numbers, integer
/// types as one, what is inherited among the members, and of types those that a command or an event needs.
///
/// Commands and events come as from QEMU, module by module; so of a schema that comes from a snapshot, they come by name.
#[must_use]
pub fn answer(schema: &Schema, holds: &dyn Fn(&Condition) -> bool) -> Value {
    let mut writer = Writer { schema, holds, names: HashMap::new(), used: Vec::new(), known: HashSet::new() };
    let mut entities = Vec::new();
    let mut messages = schema.definition_order().to_vec();
    messages.sort_by_key(|&id| schema.entity(id).module);
    for id in messages {
        entities.extend(writer.message(id));
    }
    let mut next = 0;
    while let Some(&id) = writer.used.get(next) {
        entities.extend(writer.type_(id));
        next += 1;
    }
    Value::Array(entities)
}

struct Writer<'a> {
    schema: &'a Schema,
    holds: &'a dyn Fn(&Condition) -> bool,
    /// The numbers of types, which are given to those too that the build leaves out.
    names: HashMap<TypeId, usize>,
    /// The types that are needed, each once, by what introspection tells apart.
    used: Vec<TypeId>,
    known: HashSet<SmolStr>,
}

impl Writer<'_> {
    fn holds(&self, condition: Option<&Arc<Condition>>) -> bool {
        condition.is_none_or(|condition| (self.holds)(condition))
    }

    /// A command or an event, unless the build leaves it out.
    fn message(&mut self, id: EntityId) -> Option<Value> {
        let schema = self.schema;
        let entity = schema.entity(id);
        let mut object = Map::new();
        match id {
            EntityId::Command(index) => {
                let command = &schema.commands()[index as usize];
                object.insert("arg-type".into(), self.optional(command.arguments));
                object.insert("ret-type".into(), self.optional(command.returns));
                if command.flags.allow_oob {
                    object.insert("allow-oob".into(), true.into());
                }
                object.insert("meta-type".into(), "command".into());
            }
            EntityId::Event(index) => {
                object.insert("arg-type".into(), self.optional(schema.events()[index as usize].data));
                object.insert("meta-type".into(), "event".into());
            }
            EntityId::Type(_) => return None,
        }
        self.finish(object, entity.name.as_str(), entity)
    }

    fn finish(&self, mut object: Map<String, Value>, name: &str, entity: &Entity) -> Option<Value> {
        object.insert("name".into(), name.into());
        self.add_features(&mut object, &entity.features);
        self.holds(entity.condition.as_ref()).then_some(Value::Object(object))
    }

    fn add_features(&self, object: &mut Map<String, Value>, features: &[Feature]) {
        if !features.is_empty() {
            let there = features.iter().filter(|it| self.holds(it.condition.as_ref()));
            object.insert("features".into(), there.map(|it| Value::from(it.name.as_str())).collect());
        }
    }

    /// The name of a type, or of the one that stands for none.
    fn optional(&mut self, id: Option<TypeId>) -> Value {
        let empty = match self.schema.lookup(EMPTY_OBJECT) {
            Some(EntityId::Type(id)) => Some(id),
            _ => None,
        };
        id.or(empty).map_or(Value::Null, |id| self.use_type(id).into())
    }

    /// The name of a type that is needed.
    fn use_type(&mut self, id: TypeId) -> String {
        let name = match &self.schema.type_of(id).kind {
            TypeKind::Builtin(builtin) => json_type(*builtin).0.to_owned(),
            TypeKind::Array(element) => {
                // What is made of integers is the same too.
                if let TypeKind::Builtin(builtin) = self.schema.type_of(*element).kind
                    && json_type(builtin).0 == "int"
                {
                    self.need(id, "intList".into());
                } else {
                    self.need(id, self.schema.type_of(id).entity.name.clone());
                }
                return format!("[{}]", self.use_type(*element));
            }
            _ => {
                let next = self.names.len();
                self.names.entry(id).or_insert(next).to_string()
            }
        };
        let known_as = match &self.schema.type_of(id).kind {
            TypeKind::Builtin(builtin) => json_type(*builtin).0.into(),
            _ => self.schema.type_of(id).entity.name.clone(),
        };
        self.need(id, known_as);
        name
    }

    fn need(&mut self, id: TypeId, known_as: SmolStr) {
        if self.known.insert(known_as) {
            self.used.push(id);
        }
    }

    fn type_(&mut self, id: TypeId) -> Option<Value> {
        let schema = self.schema;
        let type_ = schema.type_of(id);
        let mut object = Map::new();
        let (name, meta) = match &type_.kind {
            TypeKind::Builtin(builtin) => {
                let (name, json_type) = json_type(*builtin);
                object.insert("json-type".into(), json_type.into());
                (name.to_owned(), "builtin")
            }
            TypeKind::Array(element) => {
                let element = self.use_type(*element);
                object.insert("element-type".into(), element.as_str().into());
                (format!("[{element}]"), "array")
            }
            TypeKind::Enum(it) => {
                let there: Vec<_> =
                    it.values.iter().filter(|value| self.holds(value.condition.as_ref())).collect();
                object
                    .insert("values".into(), there.iter().map(|it| Value::from(it.name.as_str())).collect());
                let member = |value: &&crate::Value| {
                    let mut object = Map::from_iter([("name".to_owned(), Value::from(value.name.as_str()))]);
                    self.add_features(&mut object, &value.features);
                    Value::Object(object)
                };
                object.insert("members".into(), there.iter().map(member).collect());
                (self.use_type(id), "enum")
            }
            TypeKind::Object(_) => {
                self.object(id, &mut object);
                (self.use_type(id), "object")
            }
            TypeKind::Alternate(alternate) => {
                let mut members = Vec::new();
                for alternative in &alternate.alternatives {
                    let type_name = self.use_type(alternative.type_id);
                    if self.holds(alternative.condition.as_ref()) {
                        members.push(json!({ "type": type_name }));
                    }
                }
                object.insert("members".into(), members.into());
                (self.use_type(id), "alternate")
            }
        };
        object.insert("meta-type".into(), meta.into());
        self.finish(object, &name, &type_.entity)
    }

    fn object(&mut self, id: TypeId, object: &mut Map<String, Value>) {
        let schema = self.schema;
        let mut members = Vec::new();
        for member in schema.members(id) {
            let type_name = self.use_type(member.type_id);
            if self.holds(member.condition.as_ref()) {
                let mut object = Map::new();
                object.insert("name".into(), member.name.as_str().into());
                object.insert("type".into(), type_name.into());
                if member.optional {
                    object.insert("default".into(), Value::Null);
                }
                self.add_features(&mut object, &member.features);
                members.push(Value::Object(object));
            }
        }
        object.insert("members".into(), members.into());
        let Some(tag) = schema.tag(id) else { return };
        object.insert("tag".into(), tag.name.as_str().into());
        let mut variants = Vec::new();
        for branch in schema.branches(id) {
            let type_name = self.use_type(branch.type_id);
            if self.holds(branch.condition.as_ref()) {
                variants.push(json!({ "case": branch.name.as_str(), "type": type_name }));
            }
        }
        object.insert("variants".into(), variants.into());
    }
}

/// The name that introspection has for a built-in type, and its JSON type.
fn json_type(builtin: Builtin) -> (&'static str, &'static str) {
    match builtin {
        Builtin::Str => ("str", "string"),
        Builtin::Number => ("number", "number"),
        Builtin::Bool => ("bool", "boolean"),
        Builtin::Any => ("any", "value"),
        Builtin::Null => ("null", "null"),
        Builtin::Int
        | Builtin::Int8
        | Builtin::Int16
        | Builtin::Int32
        | Builtin::Int64
        | Builtin::Uint8
        | Builtin::Uint16
        | Builtin::Uint32
        | Builtin::Uint64
        | Builtin::Size => ("int", "int"),
    }
}
