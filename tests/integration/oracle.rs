//! The resolved schemas are those that QEMU's own front end resolves.

use integration_tests::{required, shared};
use qapi_schema::{
    Branch, Condition, EntityId, Feature, JsonType, Member, Schema, SchemaName, Tree, TypeKind, snapshot,
};
use serde_json::{Map, Value, json};

const SCHEMAS: [(&str, SchemaName, &str); 6] = [
    ("qemu/7.2.0", SchemaName::Qmp, "oracle/7.2.0-qapi.json"),
    ("qemu/7.2.0", SchemaName::Qga, "oracle/7.2.0-qga.json"),
    ("qemu/7.2.0", SchemaName::StorageDaemon, "oracle/7.2.0-storage-daemon.json"),
    ("qemu/10.2.2", SchemaName::Qmp, "oracle/10.2.2-qapi.json"),
    ("qemu/10.2.2", SchemaName::Qga, "oracle/10.2.2-qga.json"),
    ("qemu/10.2.2", SchemaName::StorageDaemon, "oracle/10.2.2-storage-daemon.json"),
];

/// Keys of an oracle's entity that say where it is or what is written about it.
const NOT_FACTS: [&str; 2] = ["doc", "loc"];

fn load(tree: &'static str, name: SchemaName) -> Option<Schema> {
    let tree = required(shared::path(tree))?;
    let schema = Tree::open(&tree).and_then(|tree| tree.load(name));
    Some(schema.unwrap_or_else(|error| panic!("{error}")))
}

#[test]
fn schemas_resolve_as_in_qemu() {
    for (tree, name, oracle) in SCHEMAS {
        let (Some(schema), Some(oracle)) = (load(tree, name), required(shared::json(oracle))) else { return };
        let mut order = Vec::new();
        for &id in schema.definition_order() {
            order.push(json!(schema.entity(id).name));
        }
        assert_eq!(Value::from(order), oracle["definition-order"], "{tree} {name}: order of definition");
        compare_entities(&schema, &oracle, &format!("{tree} {name}"), true);
    }
}

#[test]
fn a_snapshot_keeps_every_fact() {
    for (tree, name, oracle) in SCHEMAS {
        let (Some(schema), Some(oracle)) = (load(tree, name), required(shared::json(oracle))) else { return };
        let text = snapshot::write(&schema, name);
        let again = snapshot::read("snapshot.json".as_ref(), &text).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(snapshot::write(&again, name), text);
        compare_entities(&again, &oracle, &format!("{tree} {name} from its snapshot"), true);
    }
}

fn compare_entities(schema: &Schema, oracle: &Value, what: &str, since: bool) {
    let entities = oracle["entities"].as_array().expect("entities");
    assert_eq!(schema.definition_order().len(), entities.len(), "{what}: number of entities");
    for expected in entities {
        let name = expected["name"].as_str().expect("name");
        let id = schema.lookup(name).unwrap_or_else(|| panic!("{what}: {name} is missing"));
        let mut facts = expected.as_object().expect("entity").clone();
        facts.retain(|key, _| !NOT_FACTS.contains(&key.as_str()));
        let mut found = facts_of(schema, id);
        if name == "QType" {
            // How C spells the constants of QEMU's own enum: the front end changed it in 9.2.
            found.remove("prefix");
            facts.remove("prefix");
        }
        for (key, found) in found {
            assert_eq!(Some(found), facts.remove(&key), "{what}: {name}: {key}");
        }
        assert!(facts.values().all(Value::is_null), "{what}: {name}: no {facts:?}");
        if since {
            compare_since(schema, id, &expected["doc"], &format!("{what}: {name}"));
        }
    }
}

/// The oracle keeps the whole `Since:` section, which a few times goes on behind the release.
fn compare_since(schema: &Schema, id: EntityId, doc: &Value, what: &str) {
    let documentation = &schema.entity(id).documentation;
    let is_release = |text: &&str| text.contains('.');
    let first_word =
        doc["since"].as_str().and_then(|text| text.split([' ', ';', '\n']).next()).filter(is_release);
    assert_eq!(documentation.since.as_deref(), first_word, "{what}: since");
    for argument in doc["args"].as_array().into_iter().flatten() {
        let name = argument["name"].as_str().expect("name");
        let found = documentation.member_since.get(name).map(String::as_str);
        assert_eq!(found, argument["since-inline"].as_str(), "{what}: since of {name}");
    }
}

fn facts_of(schema: &Schema, id: EntityId) -> Map<String, Value> {
    let entity = schema.entity(id);
    let mut facts = Map::new();
    let mut set = |key: &str, value: Value| facts.insert(key.to_owned(), value);
    set("name", json!(entity.name));
    set("module", json!(schema.module_of(entity.module).name));
    set("if", condition(entity.condition.as_ref()));
    set("features", features(&entity.features));
    set("implicit", json!(false));
    let type_name = |id| json!(schema.type_of(id).entity.name);
    let optional_name = |id: Option<_>| id.map_or(Value::Null, type_name);
    match id {
        EntityId::Command(index) => {
            let command = &schema.commands()[index as usize];
            set("meta", json!("command"));
            set("arg-type", optional_name(command.arguments));
            set("ret-type", optional_name(command.returns));
            let flags = command.flags;
            set(
                "flags",
                json!({
                    "boxed": flags.boxed, "gen": flags.generated, "success-response": flags.success_response,
                    "allow-oob": flags.allow_oob, "allow-preconfig": flags.allow_preconfig,
                    "coroutine": flags.coroutine,
                }),
            );
        }
        EntityId::Event(index) => {
            let event = &schema.events()[index as usize];
            set("meta", json!("event"));
            set("arg-type", optional_name(event.data));
            set("flags", json!({ "boxed": event.boxed }));
        }
        EntityId::Type(id) => {
            set("implicit", json!(schema.type_of(id).implicit));
            type_facts(schema, id, &mut |key, value| drop(set(key, value)));
        }
    }
    facts
}

fn type_facts(schema: &Schema, id: qapi_schema::TypeId, set: &mut dyn FnMut(&str, Value)) {
    let type_name = |id| json!(schema.type_of(id).entity.name);
    let type_ = schema.type_of(id);
    let json_type = match &type_.kind {
        TypeKind::Builtin(builtin) => {
            set("meta", json!("builtin"));
            match builtin.name() {
                "str" => "string",
                "number" => "number",
                "bool" => "boolean",
                "any" => "value",
                "null" => "null",
                _ => "int",
            }
        }
        TypeKind::Enum(values) => {
            set("meta", json!("enum"));
            set("prefix", json!(values.prefix));
            let value = |value: &qapi_schema::Value| {
                json!({ "name": value.name, "if": condition(value.condition.as_ref()),
                        "features": features(&value.features) })
            };
            set("values", values.values.iter().map(value).collect());
            "string"
        }
        TypeKind::Array(element) => {
            set("meta", json!("array"));
            set("element-type", type_name(*element));
            "array"
        }
        TypeKind::Alternate(alternate) => {
            set("meta", json!("alternate"));
            let alternative = |it: &qapi_schema::Alternative| {
                json!({ "name": it.name, "type": type_name(it.type_id), "if": condition(it.condition.as_ref()),
                        "qtype": qtype(it.json_type) })
            };
            set("alternatives", alternate.alternatives.iter().map(alternative).collect());
            "value"
        }
        TypeKind::Object(object) => {
            set("meta", json!(if object.variants.is_some() { "union" } else { "struct" }));
            set("base", object.base.map_or(Value::Null, type_name));
            set("local-members", object.local_members.iter().map(|it| member(schema, it, false)).collect());
            set("all-members", object.members.iter().map(|it| member(schema, it, true)).collect());
            if let Some(variants) = &object.variants {
                set("tag", json!(object.members[variants.tag].name));
                let branch = |it: &Branch| {
                    json!({ "case": it.name, "type": type_name(it.type_id), "if": condition(it.condition.as_ref()),
                            "explicit": it.explicit })
                };
                set("variants", variants.branches.iter().map(branch).collect());
            }
            "object"
        }
    };
    set("json-type", json!(json_type));
}

fn member(schema: &Schema, member: &Member, inherited: bool) -> Value {
    let mut facts = json!({
        "name": member.name, "type": schema.type_of(member.type_id).entity.name, "optional": member.optional,
        "if": condition(member.condition.as_ref()), "features": features(&member.features),
    });
    if inherited {
        facts["defined-in"] = json!(schema.type_of(member.defined_in).entity.name);
    }
    facts
}

fn features(features: &[Feature]) -> Value {
    let feature = |it: &Feature| json!({ "name": it.name, "if": condition(it.condition.as_ref()) });
    features.iter().map(feature).collect()
}

fn condition(when: Option<&Condition>) -> Value {
    let list = |parts: &[Condition]| parts.iter().map(|part| condition(Some(part))).collect::<Value>();
    match when {
        None => Value::Null,
        Some(Condition::Symbol(symbol)) => json!(symbol),
        Some(Condition::All(parts)) => json!({ "all": list(parts) }),
        Some(Condition::Any(parts)) => json!({ "any": list(parts) }),
        Some(Condition::Not(part)) => json!({ "not": condition(Some(part)) }),
    }
}

fn qtype(json_type: JsonType) -> &'static str {
    match json_type {
        JsonType::String => "QTYPE_QSTRING",
        JsonType::Number => "QTYPE_QNUM",
        JsonType::Bool => "QTYPE_QBOOL",
        JsonType::Object => "QTYPE_QDICT",
        JsonType::Array => "QTYPE_QLIST",
        JsonType::Null => "QTYPE_QNULL",
    }
}
