//! From merged definitions to a schema, which is resolved and checked like any other.

use std::collections::{BTreeMap, HashMap};

use qapi_parser::Report;
use qapi_parser::source::Sources;
use smol_str::SmolStr;

use super::entry::{Entries, Entry, EntryBody, ObjectEntry};
use super::members::adopt_dates;
use crate::Schema;
use crate::definition::{
    Body, CommandDefinition, Definition, Head, MemberDefinition, Members, Name, UnionDefinition,
};
use crate::model::ModuleId;
use crate::report;
use crate::resolve::{Unresolved, resolve};
use crate::rules::Rules;

/// Resolves the definitions, which are put in the order of their names.
pub(super) fn finish(
    entries: Entries,
    sources: Sources,
    releases: Vec<SmolStr>,
    rules: impl Iterator<Item = Rules>,
) -> Result<Schema, Box<Report>> {
    let names = entries.0.values().map(|entry| entry.module.clone());
    let modules: BTreeMap<String, ModuleId> = names.map(|name| (name, ModuleId(0))).collect();
    // The language's own module comes before them.
    let modules: BTreeMap<String, ModuleId> = modules.into_keys().zip((1..).map(ModuleId)).collect();
    let (implicit, defined): (Vec<Entry>, Vec<Entry>) =
        entries.0.into_values().partition(|entry| entry.is_implicit);
    let implicit: HashMap<SmolStr, Entry> =
        implicit.into_iter().map(|entry| (entry.head.name.text.clone(), entry)).collect();
    let definitions = defined.into_iter().map(|entry| definition(entry, &implicit, &modules)).collect();
    let names = modules.into_keys().collect();
    let schema = Schema {
        release: releases.last().map(ToString::to_string),
        releases,
        ..Schema::empty(rules_of_all(rules), sources, names)
    };
    let unresolved =
        Unresolved { schema, definitions, dropped: Default::default(), returns_exceptions: None };
    let (schema, diagnostics) = resolve(unresolved);
    if diagnostics.is_empty() { Ok(schema) } else { Err(report(schema.sources, diagnostics)) }
}

/// What is right in one of the releases is right in all of them together.
fn rules_of_all(rules: impl Iterator<Item = Rules>) -> Rules {
    let together = rules.reduce(|older, newer| Rules {
        unions_as_branches: older.unions_as_branches || newer.unions_as_branches,
        conditional_arguments_boxed: older.conditional_arguments_boxed && newer.conditional_arguments_boxed,
        ..newer
    });
    together.unwrap_or_else(|| Rules::new(None, qapi_parser::Dialect::default()))
}

fn definition(
    entry: Entry,
    implicit: &HashMap<SmolStr, Entry>,
    modules: &BTreeMap<String, ModuleId>,
) -> Definition {
    let Entry { mut head, module, condition, features, body, .. } = entry;
    head.module = modules.get(&module).copied().unwrap_or(ModuleId(0));
    let body = match body {
        EntryBody::Enum { values, prefix } => Body::Enum { values, prefix },
        EntryBody::Alternate(alternatives) => Body::Alternate { alternatives },
        EntryBody::Object(object) => object_body(object, &mut head),
        EntryBody::Command { arguments, returns, mut flags } => {
            let arguments = arguments.and_then(|name| data(name, &mut head, implicit));
            flags.boxed &= matches!(arguments, Some(Members::Named(_)));
            Body::Command(Box::new(CommandDefinition { arguments, returns, flags }))
        }
        EntryBody::Event { data: name, boxed } => {
            let data = name.and_then(|name| data(name, &mut head, implicit));
            Body::Event { boxed: boxed && matches!(data, Some(Members::Named(_))), data }
        }
    };
    Definition { head, condition, features, body }
}

fn object_body(object: ObjectEntry, head: &mut Head) -> Body {
    let ObjectEntry { base, members, variants } = object;
    let base = base.map(|text| Name { text, span: head.span });
    // It may have become a union, or none.
    head.keyword = if variants.is_some() { "union" } else { "struct" };
    match variants {
        None => Body::Struct { base, members },
        Some(variants) => Body::Union(Box::new(UnionDefinition {
            base: base.map_or(Members::Inline(members), Members::Named),
            discriminator: variants.tag,
            default_branch: variants.default_branch,
            branches: variants.branches,
        })),
    }
}

/// The data of a message, on the spot where it was given so. None if there are no members.
fn data(name: SmolStr, head: &mut Head, implicit: &HashMap<SmolStr, Entry>) -> Option<Members> {
    let Some(entry) = implicit.get(&name) else {
        return Some(Members::Named(Name { text: name, span: head.span }));
    };
    adopt_dates(head, &entry.head);
    let members: Vec<MemberDefinition> =
        entry.object().map(|object| object.members.clone()).unwrap_or_default();
    (!members.is_empty()).then_some(Members::Inline(members))
}
