//! What a comparison says of the Rust API, held to the bindings that are generated.

use std::collections::{BTreeMap, BTreeSet};

use qapi_codegen::{DocStyle, Options, generate};
use qapi_schema::diff::{self, Code, Severity};
use qapi_schema::{EntityId, Role, Schema, SchemaName, snapshot};

const OLDEST_SERVER: &str = "6.2";

fn load(release: &str) -> Schema {
    snapshot::find(release, SchemaName::Qmp).unwrap().load().unwrap()
}

/// The items of the bindings by their path, each with what one can name in it: fields, variants, the constructor.
fn items(schema: &Schema) -> BTreeMap<String, BTreeSet<String>> {
    let options =
        Options { docs: DocStyle::None, oldest_server: Some(OLDEST_SERVER.to_owned()), ..Options::default() };
    let mut items = BTreeMap::new();
    for file in generate(schema, &options, "").unwrap() {
        let folder = file.path.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs").to_owned();
        if !["types", "commands", "events"].contains(&&*folder) {
            continue;
        }
        let mut item = None;
        let mut signature = String::new();
        for line in file.contents.lines() {
            let text = line.trim();
            let header = text.strip_prefix("pub struct ").or_else(|| text.strip_prefix("pub enum "));
            if let Some(header) = header {
                let name = header.split(|it: char| !it.is_alphanumeric() && it != '_').next().unwrap();
                item = Some(format!("{folder}/{name}"));
                items.insert(format!("{folder}/{name}"), BTreeSet::new());
            }
            if line.starts_with("impl ") && !text.starts_with("impl qmp_types") && text.contains(" for ") {
                item = None;
            }
            let Some(parts) = item.as_ref().and_then(|item| items.get_mut(item)) else { continue };
            if !signature.is_empty() || text.starts_with("pub fn new(") {
                signature += text;
                if text.ends_with('{') {
                    parts.insert(std::mem::take(&mut signature).replace(",)", ")").replace(", )", ")"));
                }
            } else if text.ends_with(',')
                && (text.starts_with("pub ") || line.starts_with("    ") && !line.starts_with("     "))
            {
                parts.insert(text.to_owned());
            }
        }
    }
    items
}

/// A name without what bindings change about it.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|it| it.to_ascii_lowercase()).collect()
}

/// The definitions that an item of the bindings is made of, as paths: the one that it is named after, and what that inherits
/// from or has as arguments; the values of a tag for the enum of branches.
fn origins(schema: &Schema, item: &str) -> BTreeSet<String> {
    let (folder, name) = item.split_once('/').unwrap();
    let names = [plain(name), plain(name.trim_end_matches("Branch"))];
    let is_it = |id: &EntityId| match (folder, id) {
        ("types", EntityId::Type(_))
        | ("commands", EntityId::Command(_))
        | ("events", EntityId::Event(_)) => names.contains(&plain(&schema.entity(*id).name)),
        _ => false,
    };
    let mut waiting: Vec<EntityId> = schema.definition_order().iter().copied().filter(is_it).collect();
    let mut origins = BTreeSet::new();
    while let Some(id) = waiting.pop() {
        origins.insert(plain(&schema.entity(id).name));
        let parts = schema
            .uses(id)
            .into_iter()
            .filter(|part| matches!(part.role, Role::Base | Role::Arguments | Role::Data));
        waiting.extend(parts.map(|part| EntityId::Type(part.type_id)));
        if let EntityId::Type(id) = id {
            waiting.extend(schema.tag(id).map(|tag| EntityId::Type(tag.type_id)));
        }
    }
    origins
}

/// Items whose data outgrew a variant, and is in a box: what a comparison does not see.
const BOXED: [&str; 2] = ["types/BlockdevOptionsBranch", "types/TransactionAction"];

#[test]
fn code_breaks_where_the_bindings_lose_something_and_nowhere_else() {
    let (old, new) = (load("7.2.0"), load("10.2.2"));
    let changes =
        diff::compare(&old, &new, diff::Options { oldest_server: Some(OLDEST_SERVER), wire_only: false });
    let (before, after) = (items(&old), items(&new));
    assert!(before.len() > 900, "{}", before.len());
    let is_lost = |(item, parts): &(&String, &BTreeSet<String>)| {
        after.get(*item).is_none_or(|now| !now.is_superset(parts))
    };
    let lost: BTreeSet<&str> = before.iter().filter(is_lost).map(|(item, _)| item.as_str()).collect();
    // What a command returns is no part of its item.
    let breaking = changes.iter().filter(|it| {
        it.api.is_some_and(|api| api.severity == Severity::Breaking) && it.code != Code::ReturnTypeChanged
    });
    let breaking: BTreeSet<String> = breaking.map(|change| plain(&change.path.name)).collect();

    let is_told = |item: &&str| !origins(&old, item).is_disjoint(&breaking);
    let untold: Vec<&str> = lost.iter().copied().filter(|item| !is_told(item)).collect();
    assert_eq!(untold, BOXED);
    let names: BTreeSet<String> =
        lost.iter().filter_map(|item| item.split_once('/')).map(|(_, name)| plain(name)).collect();
    let is_lost_nowhere =
        |name: &&String| !names.contains(*name) && !names.contains(&format!("{name}branch"));
    let invented: Vec<&String> = breaking.iter().filter(is_lost_nowhere).collect();
    assert_eq!(invented, Vec::<&String>::new());
}
