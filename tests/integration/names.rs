//! Which Rust names are not what the plain change of casing makes of the schema's names.

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToSnakeCase, ToUpperCamelCase};
use qapi_codegen::{Options, generate};
use qapi_schema::{SchemaName, snapshot};

/// Which rule of `qapi-codegen/src/names.rs` a name follows, the schema's name and Rust's.
type Renaming = (&'static str, &'static str, String, String);

#[test]
fn renamings() {
    let mut all: BTreeMap<Renaming, BTreeSet<String>> = BTreeMap::new();
    for release in ["7.2.0", "10.2.2", "merged"] {
        for schema in [SchemaName::Qmp, SchemaName::Qga] {
            let resolved = match snapshot::find(release, schema) {
                Some(snapshot) => snapshot.load().unwrap(),
                None => snapshot::merged(schema).unwrap(),
            };
            for file in generate(&resolved, &Options::default(), "").unwrap() {
                let namespace = file.path.iter().next().unwrap().to_string_lossy();
                if !["types", "commands", "events"].iter().any(|it| namespace.starts_with(it)) {
                    continue;
                }
                for renaming in renamings_in(&file.contents) {
                    all.entry(renaming).or_default().insert(format!("{schema} {release}"));
                }
            }
        }
    }
    let line = |((rule, kind, name, rust_name), schemas): (&Renaming, &BTreeSet<String>)| {
        let schemas: Vec<_> = schemas.iter().map(String::as_str).collect();
        format!("{rule}: {kind} {name} -> {rust_name} ({})", schemas.join(", "))
    };
    let lines: Vec<_> = all.iter().map(line).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

/// Goes through the lines of the bindings: what has a name in the schema says it in its documentation.
fn renamings_in(source: &str) -> Vec<Renaming> {
    let mut found = Vec::new();
    // What the documentation begins with, until what it documents comes.
    let mut docs = None;
    let mut owner = "";
    for line in source.lines().map(str::trim) {
        if let Some(text) = line.strip_prefix("/// ") {
            docs = docs.or(Some(text));
            continue;
        }
        if line.starts_with("///") || line.starts_with("#[") {
            continue;
        }
        let Some(docs) = docs.take() else { continue };
        let Some(name) = docs.split('`').nth(1) else { continue };
        let item = line.strip_prefix("pub struct ").or_else(|| line.strip_prefix("pub enum "));
        if let Some(item) = item {
            owner = name;
            let name = match docs.strip_prefix("The branches of ") {
                Some(_) => format!("{name}Branch"),
                None => name.to_owned(),
            };
            found.extend(renaming("type", &name, owner, &name.to_upper_camel_case(), first_word(item)));
        } else if !docs.starts_with('`') {
            // A function, or a variant of the generator's own.
        } else if let Some(field) = line.strip_prefix("pub ") {
            found.extend(renaming("member", name, owner, &name.to_snake_case(), first_word(field)));
        } else {
            found.extend(renaming("value", name, owner, &name.to_upper_camel_case(), first_word(line)));
        }
    }
    found
}

fn first_word(text: &str) -> &str {
    let end = text.find(|it: char| !it.is_alphanumeric() && !"_#".contains(it));
    &text[..end.unwrap_or(text.len())]
}

/// What rule made a name, if it is not the casing alone.
fn renaming(kind: &'static str, name: &str, owner: &str, cased: &str, rust_name: &str) -> Option<Renaming> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    let number = rust_name.strip_prefix(cased).map(|rest| rest.trim_start_matches('_'));
    let rule = if cased == rust_name {
        return None;
    } else if rust_name.strip_prefix("r#") == Some(cased) || rust_name.strip_suffix('_') == Some(cased) {
        "keyword"
    } else if rust_name.strip_prefix('_') == Some(cased) {
        "digit"
    } else if rust_name.strip_prefix("Qapi") == Some(cased) {
        "prelude"
    } else if rust_name == "Null" {
        "null"
    } else if number.is_some_and(is_number) {
        "taken"
    } else {
        "other"
    };
    // Names collide in their owner; the rest is the same wherever the name is.
    let name = if rule == "taken" || rule == "other" { format!("{owner}.{name}") } else { name.to_owned() };
    Some((rule, kind, name, rust_name.to_owned()))
}
