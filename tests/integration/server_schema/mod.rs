//! What servers say of themselves, asked through the index and looked up by hand.

mod queries;

use std::collections::{BTreeMap, BTreeSet};

use integration_tests::bindings::QMP;
use integration_tests::recording::{messages, recordings};
use integration_tests::required;
use integration_tests::server::{Kind as Server, Server as Running};
use qmp_client::CallOptions;
use qmp_client::introspection::{Kind, Object, PathError, Query, ServerSchema, Type, query};
use qmp_client::mock::Message;
use qmp_types::metadata::{Members, TypeKind};
use qmp_types::qmp::SCHEMA;
use serde_json::Value;

use self::queries::{MALFORMED, PATHS};

/// The server's words, and the index of them.
struct Described {
    server: String,
    reply: Value,
    schema: ServerSchema,
}

impl Described {
    fn new(server: String, text: &str) -> Self {
        let reply = serde_json::from_str(text).unwrap();
        Self { server, reply, schema: ServerSchema::from_json(text).unwrap() }
    }

    fn has(&self, meta_type: &str, name: &str) -> bool {
        let entities = self.reply.as_array().unwrap();
        entities.iter().any(|entity| entity["meta-type"] == meta_type && entity["name"] == name)
    }
}

/// What the recorded servers said.
fn recorded() -> Vec<Described> {
    let Some(recordings) = required(recordings()) else { return Vec::new() };
    let replies = recordings.iter().filter_map(|(name, text)| {
        messages(text).into_iter().find_map(|message| match message {
            Message::Return { command: Some(command), value } if command.name == "query-qmp-schema" => {
                Some(Described::new(name.clone(), &value.to_string()))
            }
            _ => None,
        })
    });
    replies.collect()
}

/// What the servers say that can be started here.
fn running() -> Vec<Described> {
    let kinds = [Server::System, Server::StorageDaemon];
    let programs = kinds.into_iter().flat_map(|kind| {
        let programs = required(kind.installed()).into_iter().chain(kind.further_releases());
        programs.map(move |program| (kind, program))
    });
    let ask = |(kind, program): (Server, std::path::PathBuf)| {
        let (_server, client) = Running::start(kind, &program);
        let version = client.greeting().version.qemu;
        let text = client.execute_raw("query-qmp-schema", None, &CallOptions::new()).unwrap();
        let described = Described::new(format!("{kind:?} {}.{}", version.major, version.minor), text.get());
        let schema = client.server_schema().unwrap();
        assert!(schema.types().map(Type::name).eq(described.schema.types().map(Type::name)));
        described
    };
    programs.map(ask).collect()
}

#[test]
fn the_commands_and_events_of_the_bindings_are_supported_where_they_are_listed() {
    for described in recorded().into_iter().chain(running()) {
        let mut count = [0, 0];
        for binding in QMP {
            let Some(is_supported) = binding.is_supported else { continue };
            let is_listed = described.has(binding.kind, binding.name);
            assert_eq!(is_supported(&described.schema), is_listed, "{} {}", described.server, binding.name);
            count[usize::from(is_listed)] += 1;
        }
        println!("{}: {} are supported, {} are not", described.server, count[1], count[0]);
        assert_eq!(count[0] + count[1], SCHEMA.commands.len() + SCHEMA.events.len());
        assert!(count[1] > 80, "{}", described.server);
    }
}

#[test]
fn questions_are_answered_as_by_hand() {
    assert!(PATHS.len() >= 60);
    let mut asked = BTreeSet::new();
    for described in recorded().into_iter().chain(running()) {
        let column = match &*described.server {
            "caps_7.2.0_ppc.replies" | "System 7.2" => 0,
            "caps_10.0.0_x86_64.replies" | "System 10.0" => 1,
            _ => continue,
        };
        for (path, answers) in PATHS {
            assert_eq!(described.schema.query(path), Ok(answers[column]), "{}: {path}", described.server);
            let is_question = ["/^", "/!", "/$", "/@"].iter().any(|sign| path.contains(sign));
            let leads_to_type = described.schema.type_at(Query::parse(path).unwrap()).is_some();
            assert_eq!(leads_to_type, answers[column] && !is_question && path.contains('/'), "{path}");
        }
        asked.insert(column);
    }
    println!("{} paths, of {} releases", PATHS.len(), asked.len());
}

#[test]
fn a_storage_daemon_answers_for_itself() {
    for described in running().iter().filter(|described| described.server.starts_with("StorageDaemon")) {
        let has = |path| described.schema.query(path).unwrap();
        assert!(has("blockdev-add/arg-type/+qcow2/backing/!null"));
        assert!(has("block-export-add/arg-type/+nbd/bitmaps/!string"));
        assert!(!has("query-status") && !has("device_add/arg-type/driver") && !has("DEVICE_DELETED"));
    }
}

#[test]
fn what_is_no_path_is_refused_where_it_goes_wrong() {
    for (text, column) in MALFORMED {
        let error = Query::parse(text).unwrap_err();
        assert_eq!(error.position() + 1, *column, "{text}: {error}");
        assert!(error.to_string().starts_with(&format!("column {column}: ")), "{error}");
    }
    let bytes = "blockdev-add/arg-type/+^!$@* 9_é\n";
    for start in (0..bytes.len()).filter(|it| bytes.is_char_boundary(*it)) {
        for end in (start..bytes.len()).filter(|it| bytes.is_char_boundary(*it)) {
            let _ = Query::parse(&bytes[start..end]).map(|query| query.steps().count());
        }
    }
}

/// The index has what the reply has, part for part.
#[test]
fn nothing_of_a_reply_is_lost_in_the_index() {
    for Described { server, reply, schema } in recorded().into_iter().chain(running()) {
        let types: BTreeMap<&str, Type<'_>> = schema.types().map(|it| (it.name(), it)).collect();
        for entity in reply.as_array().unwrap() {
            let name = entity["name"].as_str().unwrap();
            let written = match entity["meta-type"].as_str().unwrap() {
                "command" => {
                    let command = schema.command(name).unwrap();
                    let mut written = serde_json::json!({
                        "name": name, "meta-type": "command",
                        "arg-type": command.arguments().as_type().name(), "ret-type": command.returns().name(),
                    });
                    if command.allows_oob() {
                        written["allow-oob"] = true.into();
                    }
                    with_features(written, command.features().names())
                }
                "event" => {
                    let event = schema.event(name).unwrap();
                    let written = serde_json::json!({
                        "name": name, "meta-type": "event", "arg-type": event.data().as_type().name(),
                    });
                    with_features(written, event.features().names())
                }
                _ => with_features(written(types[name]), types[name].features().names()),
            };
            assert_eq!(&written, entity, "{server}");
        }
        let total = schema.commands().len() + schema.events().len() + schema.types().len();
        assert_eq!(total, reply.as_array().unwrap().len());
        assert!(schema.commands().is_sorted_by_key(|command| command.name()));
    }
}

fn with_features<'s>(mut written: Value, features: impl ExactSizeIterator<Item = &'s str>) -> Value {
    if features.len() > 0 {
        written["features"] = features.collect();
    }
    written
}

/// A type as a server describes it.
fn written(described: Type<'_>) -> Value {
    let name = described.name();
    match described.kind() {
        Kind::Builtin(json_type) => {
            serde_json::json!({"name": name, "meta-type": "builtin", "json-type": json_type.as_str()})
        }
        Kind::Enum(it) => {
            let members: Vec<Value> = it
                .values()
                .map(|value| {
                    with_features(serde_json::json!({"name": value.name()}), value.features().names())
                })
                .collect();
            let values: Vec<&str> = it.values().map(|value| value.name()).collect();
            serde_json::json!({"name": name, "meta-type": "enum", "members": members, "values": values})
        }
        Kind::Array(element) => {
            serde_json::json!({"name": name, "meta-type": "array", "element-type": element.name()})
        }
        Kind::Object(object) => written_object(name, object),
        Kind::Alternate(it) => {
            let members: Vec<Value> = it.types().map(|it| serde_json::json!({"type": it.name()})).collect();
            serde_json::json!({"name": name, "meta-type": "alternate", "members": members})
        }
        other => panic!("{name} is {other:?}"),
    }
}

fn written_object(name: &str, object: Object<'_>) -> Value {
    let member = |member: qmp_client::introspection::Member<'_>| {
        let mut written = serde_json::json!({"name": member.name(), "type": member.member_type().name()});
        if member.is_optional() {
            written["default"] = Value::Null;
        }
        with_features(written, member.features().names())
    };
    let members: Vec<Value> = object.members().map(member).collect();
    let mut written = serde_json::json!({"name": name, "meta-type": "object", "members": members});
    if let Some(variants) = object.variants() {
        let branches = variants
            .branches()
            .map(|branch| serde_json::json!({"case": branch.case(), "type": branch.data().as_type().name()}));
        written["tag"] = variants.tag().unwrap().name().into();
        written["variants"] = branches.collect();
    }
    written
}

#[test]
fn mistakes_are_told_from_what_a_server_lacks() {
    for described in recorded() {
        for (path, answers) in PATHS {
            let is_known = Query::parse(path).unwrap().check(&SCHEMA).is_ok();
            assert!(is_known || !answers[1], "{path}");
            match described.schema.supports_path(&SCHEMA, path) {
                Ok(has) => assert_eq!(described.schema.query(path), Ok(has), "{path}"),
                Err(PathError::Unknown(_)) => assert!(!is_known, "{path}"),
                Err(error) => panic!("{path}: {error}"),
            }
        }
    }
    let said = |path| Query::parse(path).unwrap().check(&SCHEMA).unwrap_err().to_string();
    assert_eq!(said("blockdev-ad/arg-type"), "the bindings have no command or event blockdev-ad");
    assert_eq!(
        said("blockdev-add/arg-type/+qcow2/discrd/!int"),
        "the bindings have no discrd in blockdev-add/arg-type/+qcow2",
    );
}

#[test]
fn paths_are_checked_by_the_compiler() {
    const DISCARD: Query<'_> = query!("blockdev-add/arg-type/+qcow2/discard-no-unref");
    for described in recorded() {
        let is_new = match &*described.server {
            server if server.contains("_7.2.") => false,
            server if server.contains("_10.0.") => true,
            _ => continue,
        };
        assert_eq!(described.schema.has(DISCARD), is_new);
        assert!(described.schema.has(query!("blockdev-add/arg-type/+qcow2/backing/+file/locking/^auto")));
        assert!(!described.schema.has(query!("query-status/ret-type/status/^paused/$deprecated")));
        assert!(described.schema.has(query!(SCHEMA, "block-commit/arg-type/base/@deprecated")));
    }
}

/// All that the bindings' tables have is found there by the check, by each way that leads to it.
#[test]
fn the_check_finds_all_that_the_bindings_have() {
    let mut paths = Vec::new();
    for command in SCHEMA.commands {
        let arguments = format!("{}/arg-type", command.name);
        match command.arguments {
            Members::Inline(members) => {
                paths.extend(members.iter().map(|it| format!("{arguments}/{}", it.name)))
            }
            Members::Of(name) => paths.extend(paths_into(&arguments, name)),
        }
        if let Some(name) = command.returns {
            paths.extend(paths_into(&format!("{}/ret-type", command.name), name));
        }
    }
    println!("{} paths", paths.len());
    assert!(paths.len() > 1000);
    for path in &paths {
        Query::parse(path).unwrap().check(&SCHEMA).unwrap_or_else(|error| panic!("{path}: {error}"));
        let misspelt = format!("{path}-");
        assert!(Query::parse(&misspelt).unwrap().check(&SCHEMA).is_err(), "{misspelt}");
    }
}

fn paths_into(front: &str, name: &str) -> Vec<String> {
    let name = name.trim_start_matches('[').trim_end_matches(']');
    match SCHEMA.type_named(name).map(|it| it.kind) {
        Some(TypeKind::Enum(values)) => values.iter().map(|it| format!("{front}/^{}", it.name)).collect(),
        Some(TypeKind::Object { members, branches, .. }) => {
            let members = members.iter().map(|it| format!("{front}/{}", it.name));
            members.chain(branches.iter().map(|it| format!("{front}/+{}", it.name))).collect()
        }
        Some(TypeKind::Alternate(types)) => {
            types.iter().flat_map(|it| paths_into(front, it.type_name)).collect()
        }
        _ => Vec::new(),
    }
}
