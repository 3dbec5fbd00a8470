//! From the schema to a snapshot's text.

use std::fmt::Write;

use super::read::FORMAT;
use crate::SchemaName;
use crate::model::{
    Command, CommandFlags, Condition, Entity, EntityId, Event, Feature, Member, Object, Schema, Type, TypeId,
    TypeKind,
};

pub(super) fn write(schema: &Schema, name: SchemaName) -> String {
    let mut entities: Vec<EntityId> = schema.definition_order().to_vec();
    // Implicit types follow from the definitions that use them.
    entities.retain(|&id| !matches!(id, EntityId::Type(id) if schema.type_of(id).implicit));
    entities.sort_by_key(|&id| &schema.entity(id).name);
    let lines: Vec<String> = entities.into_iter().map(|id| definition(schema, id)).collect();
    let release = json_string(schema.release().unwrap_or("0"));
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ =
        writeln!(text, r#"{{"qapi-snapshot":{FORMAT},"release":{release},"schema":"{name}","definitions":["#);
    for (index, line) in lines.iter().enumerate() {
        let separator = if index + 1 < lines.len() { "," } else { "" };
        let _ = writeln!(text, "{line}{separator}");
    }
    text.push_str("]}\n");
    text
}

/// A JSON object in the making: keys in the order in which they are given.
#[derive(Default)]
struct JsonObject(Vec<String>);

impl JsonObject {
    fn with(mut self, key: &str, json: impl Into<Option<String>>) -> Self {
        if let Some(json) = json.into() {
            self.0.push(format!("{}:{json}", json_string(key)));
        }
        self
    }

    fn finish(self) -> String {
        format!("{{{}}}", self.0.join(","))
    }
}

fn json_string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn json_array(elements: impl Iterator<Item = String>) -> String {
    format!("[{}]", elements.collect::<Vec<_>>().join(","))
}

fn definition(schema: &Schema, id: EntityId) -> String {
    let entity = schema.entity(id);
    let line = match id {
        EntityId::Type(id) => type_definition(schema, schema.type_of(id)),
        EntityId::Command(index) => command(schema, &schema.commands()[index as usize]),
        EntityId::Event(index) => event(schema, &schema.events()[index as usize]),
    };
    line.with("features", features(&entity.features))
        .with("if", entity.condition.as_deref().map(condition))
        .finish()
}

/// What every definition begins with.
fn head(schema: &Schema, keyword: &str, entity: &Entity) -> JsonObject {
    let member_since = entity.documentation.iter().flat_map(|documentation| &documentation.member_since);
    let members = member_since
        .fold(JsonObject::default(), |object, (name, release)| object.with(name, json_string(release)));
    JsonObject::default()
        .with(keyword, json_string(&entity.name))
        .with("module", json_string(&schema.module_of(entity.module).name))
        .with("since", entity.since().map(json_string))
        .with("members-since", (!members.0.is_empty()).then(|| members.finish()))
}

fn type_definition(schema: &Schema, type_: &Type) -> JsonObject {
    let entity = &type_.entity;
    match &type_.kind {
        TypeKind::Enum(values) => {
            let data = values.values.iter().map(|value| {
                let name = json_string(&value.name);
                annotated("name", name, value.condition.as_deref(), &value.features)
            });
            head(schema, "enum", entity)
                .with("prefix", values.prefix.as_deref().map(json_string))
                .with("data", json_array(data))
        }
        TypeKind::Object(object) => object_definition(schema, entity, object),
        TypeKind::Alternate(alternate) => {
            let data = alternate.alternatives.iter().fold(JsonObject::default(), |data, it| {
                let type_ref = type_ref(schema, it.type_id);
                data.with(&it.name, annotated("type", type_ref, it.condition.as_deref(), &[]))
            });
            head(schema, "alternate", entity).with("data", data.finish())
        }
        // Follow from the definitions that use them.
        TypeKind::Builtin(_) | TypeKind::Array(_) => JsonObject::default(),
    }
}

fn object_definition(schema: &Schema, entity: &Entity, object: &Object) -> JsonObject {
    let Some(variants) = &object.variants else {
        return head(schema, "struct", entity)
            .with("base", object.base.map(|base| type_ref(schema, base)))
            .with("data", members(schema, &object.local_members));
    };
    let branches = variants.branches.iter().fold(JsonObject::default(), |data, it| {
        data.with(&it.name, annotated("type", type_ref(schema, it.type_id), it.condition.as_deref(), &[]))
    });
    head(schema, "union", entity)
        .with("base", object.base.map(|base| members_or_name(schema, entity, base)))
        .with("discriminator", json_string(&variants.tag))
        .with("data", branches.finish())
}

fn command(schema: &Schema, command: &Command) -> JsonObject {
    let set = |is_set: bool, value: bool| is_set.then(|| value.to_string());
    let CommandFlags { boxed, generated, success_response, allow_oob, allow_preconfig, coroutine } =
        command.flags;
    head(schema, "command", &command.entity)
        .with("boxed", set(boxed, true))
        .with("data", command.arguments.map(|arguments| members_or_name(schema, &command.entity, arguments)))
        .with("returns", command.returns.map(|returns| type_ref(schema, returns)))
        .with("gen", set(!generated, false))
        .with("success-response", set(!success_response, false))
        .with("allow-oob", set(allow_oob, true))
        .with("allow-preconfig", set(allow_preconfig, true))
        .with("coroutine", set(coroutine, true))
}

fn event(schema: &Schema, event: &Event) -> JsonObject {
    head(schema, "event", &event.entity)
        .with("boxed", event.boxed.then(|| true.to_string()))
        .with("data", event.data.map(|data| members_or_name(schema, &event.entity, data)))
}

/// The members that a definition gives on the spot, or else the name of the type that it refers to. It may refer to the implicit
/// type of another one.
fn members_or_name(schema: &Schema, owner: &Entity, id: TypeId) -> String {
    let type_ = schema.type_of(id);
    let is_own = type_.entity.span.is_some() && type_.entity.span == owner.span;
    match &type_.kind {
        TypeKind::Object(object) if type_.implicit && is_own => members(schema, &object.local_members),
        _ => type_ref(schema, id),
    }
}

fn members(schema: &Schema, members: &[Member]) -> String {
    let data = members.iter().fold(JsonObject::default(), |data, member| {
        let key = format!("{}{}", if member.optional { "*" } else { "" }, member.name);
        let type_ref = type_ref(schema, member.type_id);
        data.with(&key, annotated("type", type_ref, member.condition.as_deref(), &member.features))
    });
    data.finish()
}

/// A type as definitions refer to it.
fn type_ref(schema: &Schema, id: TypeId) -> String {
    let name = |id| json_string(&schema.type_of(id).entity.name);
    match schema.type_of(id).kind {
        TypeKind::Array(element) => format!("[{}]", name(element)),
        _ => name(id),
    }
}

/// The short form where there is nothing to add, else the long one.
fn annotated(key: &str, json: String, when: Option<&Condition>, features_: &[Feature]) -> String {
    if when.is_none() && features_.is_empty() {
        return json;
    }
    JsonObject::default()
        .with(key, json)
        .with("features", features(features_))
        .with("if", when.map(condition))
        .finish()
}

fn features(features: &[Feature]) -> Option<String> {
    let feature =
        |feature: &Feature| annotated("name", json_string(&feature.name), feature.condition.as_deref(), &[]);
    (!features.is_empty()).then(|| json_array(features.iter().map(feature)))
}

fn condition(when: &Condition) -> String {
    let list = |parts: &[Condition]| json_array(parts.iter().map(condition));
    match when {
        Condition::Symbol(symbol) => json_string(symbol),
        Condition::All(parts) => JsonObject::default().with("all", list(parts)).finish(),
        Condition::Any(parts) => JsonObject::default().with("any", list(parts)).finish(),
        Condition::Not(part) => JsonObject::default().with("not", condition(part)).finish(),
    }
}
