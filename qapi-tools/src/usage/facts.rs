//! What a release says of what code uses.

use qapi_codegen::Namespace;
use qapi_schema::release::is_newer;
use qapi_schema::{EntityId, Feature, Schema, SchemaName, TypeId, TypeKind};

use super::bindings::{Bindings, ItemId, Used};

/// What may be wrong with a use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, clap::ValueEnum, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Problem {
    /// The release does not have it any more.
    Removed,
    /// The release does not have it yet.
    Newer,
    /// It may be removed in a later release.
    Deprecated,
    /// It may change or be removed in any release.
    Unstable,
}

/// What a release says of a part of a schema.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    /// The part, by its name in the schema.
    pub(super) what: String,
    pub(super) problem: Problem,
    /// The release that introduced it, if that is why.
    pub(super) since: Option<String>,
    /// Whether it is not known for sure: a type that is not there may be called otherwise.
    pub(super) is_guess: bool,
}

/// A schema of the bindings and that of the release.
pub(super) struct Pair {
    pub(super) name: SchemaName,
    pub(super) bindings: Schema,
    pub(super) against: Schema,
}

/// What is known of a part.
#[derive(Default)]
struct Known {
    features: Vec<String>,
    since: Option<String>,
}

/// Where a part stands.
enum Standing {
    There(Known),
    Absent,
    /// What it is a part of is not there, at least not by this name.
    Homeless,
}

/// What a release says of a use.
pub(super) fn judge(pairs: &[Pair], bindings: &Bindings, used: Used) -> Vec<Verdict> {
    let (Used::Definition(id) | Used::Member(id, _) | Used::Variant(id, _)) = used;
    let Some(pair) = pairs.iter().find(|pair| pair.name == bindings.schema_of(id)) else { return Vec::new() };
    let what = described(&pair.bindings, bindings, used);
    let verdict = |problem, since, is_guess| Verdict { what: what.clone(), problem, since, is_guess };
    let standing = look_up(&pair.against, bindings, used);
    let features = match standing {
        Standing::There(known) => known.features,
        Standing::Absent | Standing::Homeless => {
            let since = match look_up(&pair.bindings, bindings, used) {
                Standing::There(known) => known.since,
                Standing::Absent | Standing::Homeless => None,
            };
            let (problem, since) = missing(pair, since);
            return vec![verdict(problem, since, matches!(standing, Standing::Homeless))];
        }
    };
    let special = [("deprecated", Problem::Deprecated), ("unstable", Problem::Unstable)];
    let found = special.into_iter().filter(|(name, _)| features.iter().any(|feature| feature == name));
    found.map(|(_, problem)| verdict(problem, None, false)).collect()
}

/// Why a release does not have what the bindings have.
fn missing(pair: &Pair, since: Option<String>) -> (Problem, Option<String>) {
    match (pair.against.release(), pair.bindings.release()) {
        (Some(against), _) if since.as_deref().is_some_and(|since| is_newer(since, against)) => {
            (Problem::Newer, since)
        }
        (Some(against), Some(bound)) if is_newer(bound, against) => (Problem::Newer, None),
        _ => (Problem::Removed, None),
    }
}

/// What a use is called in the schema.
fn described(schema: &Schema, bindings: &Bindings, used: Used) -> String {
    let item = |id: ItemId| {
        let item = bindings.item(id);
        let keyword = match item.namespace {
            Namespace::Commands => "command",
            Namespace::Events => "event",
            Namespace::Types => schema.lookup(&item.definition).map_or("type", |id| schema.keyword(id)),
        };
        (keyword, item.definition.clone())
    };
    match used {
        Used::Definition(id) => {
            let (keyword, name) = item(id);
            format!("{keyword} {name}")
        }
        Used::Member(id, field) => {
            let (keyword, name) = item(id);
            format!("member {} of {keyword} {name}", bindings.item(id).fields[field].member)
        }
        Used::Variant(id, variant) => {
            let (keyword, name) = item(id);
            let part = match keyword {
                "enum" => "value",
                "union" => "branch",
                _ => "alternative",
            };
            format!("{part} {} of {keyword} {name}", bindings.item(id).variants[variant].value)
        }
    }
}

fn look_up(schema: &Schema, bindings: &Bindings, used: Used) -> Standing {
    let (Used::Definition(id) | Used::Member(id, _) | Used::Variant(id, _)) = used;
    let item = bindings.item(id);
    let found = schema.lookup(&item.definition);
    let is_message = item.namespace != Namespace::Types;
    let Some(found) = found.filter(|found| matches!(found, EntityId::Type(_)) != is_message) else {
        return if is_message { Standing::Absent } else { Standing::Homeless };
    };
    let entity = schema.entity(found);
    match used {
        Used::Definition(_) => Standing::There(Known {
            // Features of types say nothing of whether they may be used.
            features: if is_message { names(&entity.features) } else { Vec::new() },
            since: entity.since().map(str::to_owned),
        }),
        Used::Member(_, field) => match members_of(schema, found) {
            Some(id) => member(schema, id, &item.fields[field].member),
            None => Standing::Absent,
        },
        Used::Variant(_, variant) => match found {
            EntityId::Type(id) => value(schema, id, &item.variants[variant].value),
            EntityId::Command(_) | EntityId::Event(_) => Standing::Absent,
        },
    }
}

/// The type whose members a definition has.
fn members_of(schema: &Schema, id: EntityId) -> Option<TypeId> {
    let name = &schema.entity(id).name;
    match id {
        EntityId::Type(id) => Some(id),
        EntityId::Command(_) => schema.commands().iter().find(|it| it.entity.name == *name)?.arguments,
        EntityId::Event(_) => schema.events().iter().find(|it| it.entity.name == *name)?.data,
    }
}

fn member(schema: &Schema, id: TypeId, name: &str) -> Standing {
    if schema.object(id).is_none() {
        return Standing::Absent;
    }
    let members = schema.members(id);
    let Some(member) = members.iter().find(|member| member.name == name) else { return Standing::Absent };
    let documented = &schema.type_of(member.defined_in).entity;
    let since = member.since.as_deref().or_else(|| documented.member_since(name));
    Standing::There(Known { features: names(&member.features), since: since.map(str::to_owned) })
}

/// A value of an enum, or of the tag of a union, or an alternative.
fn value(schema: &Schema, id: TypeId, name: &str) -> Standing {
    let entity = &schema.type_of(id).entity;
    match &schema.type_of(id).kind {
        TypeKind::Enum(values) => match values.values.iter().find(|value| value.name == name) {
            Some(value) => Standing::There(Known {
                features: names(&value.features),
                since: entity.member_since(name).map(str::to_owned),
            }),
            None => Standing::Absent,
        },
        TypeKind::Object(_) => match schema.tag(id) {
            // A tag is an enum; a branch is as old, as stable and as deprecated as the value that selects it.
            Some(tag) if tag.type_id != id => value(schema, tag.type_id, name),
            _ => Standing::Absent,
        },
        TypeKind::Alternate(alternate) => {
            match alternate.alternatives.iter().any(|alternative| alternative.name == name) {
                true => Standing::There(Known::default()),
                false => Standing::Absent,
            }
        }
        TypeKind::Builtin(_) | TypeKind::Array(_) => Standing::Absent,
    }
}

fn names(features: &[Feature]) -> Vec<String> {
    features.iter().map(|feature| feature.name.to_string()).collect()
}
