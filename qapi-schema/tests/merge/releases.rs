//! The merge of QEMU's releases.

use std::collections::BTreeSet;

use qapi_schema::merge::{Rules, merge};
use qapi_schema::{EntityId, Schema, SchemaName, TypeKind, snapshot};

const BOUND: [SchemaName; 2] = [SchemaName::Qmp, SchemaName::Qga];

fn load(release: &str, name: SchemaName) -> Schema {
    snapshot::find(release, name).unwrap().load().unwrap()
}

#[test]
fn one_release_stays_what_it_is() {
    for name in SchemaName::ALL {
        for release in snapshot::releases(name) {
            let schema = load(release, name);
            let merged = merge(std::slice::from_ref(&schema), &Rules::default()).unwrap();
            assert!(snapshot::write(&merged, name) == snapshot::write(&schema, name), "{name} {release}");
            assert_eq!(merged.releases(), [release]);
        }
    }
}

/// The same schema twice, as that of two releases.
#[test]
fn what_does_not_change_stays_what_it_is() {
    for name in SchemaName::ALL {
        for release in snapshot::releases(name) {
            let text = snapshot::find(release, name).unwrap().text;
            let later = text.replacen(&format!("\"release\":\"{release}\""), "\"release\":\"99.0.0\"", 1);
            let later = snapshot::read("later.json".as_ref(), &later).unwrap();
            let merged = merge(&[load(release, name), later.clone()], &Rules::default()).unwrap();
            assert!(snapshot::write(&merged, name) == snapshot::write(&later, name), "{name} {release}");
            let everywhere = merged.all_releases();
            for &id in merged.definition_order() {
                let entity = merged.entity(id);
                assert!(entity.span.is_none() || entity.releases == everywhere, "{}", entity.name);
            }
        }
    }
}

/// The parts of a definition by name.
fn parts(schema: &Schema, id: EntityId) -> BTreeSet<String> {
    let members = |id: Option<qapi_schema::TypeId>| {
        let members = id.map(|id| schema.members(id)).unwrap_or_default();
        members.into_iter().map(|member| member.name.to_string()).collect()
    };
    match id {
        EntityId::Command(index) => members(schema.commands()[index as usize].arguments),
        EntityId::Event(index) => members(schema.events()[index as usize].data),
        EntityId::Type(id) => match &schema.type_of(id).kind {
            TypeKind::Enum(values) => values.values.iter().map(|value| value.name.to_string()).collect(),
            _ => {
                let mut parts: BTreeSet<String> = members(Some(id));
                let branches = schema.branches(id).into_iter().map(|branch| branch.name.to_string());
                parts.extend(branches.map(|branch| format!("branch {branch}")));
                parts
            }
        },
    }
}

/// A type may have another name in the merge, a member may be one of a branch now.
#[test]
fn everything_of_every_release_is_in_the_merge() {
    for name in BOUND {
        let merged = snapshot::merged(name).unwrap();
        for (index, release) in merged.releases().iter().enumerate() {
            let schema = load(release, name);
            let mut renamed = Vec::new();
            for &id in schema.definition_order() {
                let entity = schema.entity(id);
                let is_implicit = matches!(id, EntityId::Type(id) if schema.type_of(id).implicit);
                let Some(found) = merged.lookup(&entity.name) else {
                    if !is_implicit {
                        renamed.push(entity.name.as_str());
                    }
                    continue;
                };
                let now = merged.entity(found);
                assert!(is_implicit || now.releases.contains(index), "{release}: {}", entity.name);
                let of_branches = match found {
                    EntityId::Type(id) => {
                        let branches = merged.branches(id).into_iter();
                        branches.flat_map(|it| parts(&merged, EntityId::Type(it.type_id))).collect()
                    }
                    _ => BTreeSet::new(),
                };
                let all = &parts(&merged, found) | &of_branches;
                let lost: Vec<_> = parts(&schema, id).difference(&all).cloned().collect();
                assert!(lost.is_empty(), "{release}: {} without {lost:?}", entity.name);
            }
            // What is gone is a type of another name, or was the data of one message.
            for old in renamed {
                assert!(matches!(schema.lookup(old), Some(EntityId::Type(_))), "{release}: {old} is gone");
            }
        }
    }
}
