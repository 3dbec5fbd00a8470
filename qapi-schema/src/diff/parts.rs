//! Two types of one kind, part by part.

use std::collections::HashMap;

use smol_str::SmolStr;

use super::Context;
use super::api::{self, Container};
use super::change::{Assessment, Part};
use super::code::Code;
use super::facts::{self, Facts};
use super::finding::Finding;
use super::members::{Objects, members};
use super::shape::{Exchange, is_same, written};
use super::variants::variants;
use crate::{Alternate, Alternative, Enum, TypeId, TypeKind};

/// Tells what it means on the wire that one type stands where the other did.
pub(super) type Types<'t> = dyn FnMut(TypeId, TypeId) -> Exchange + 't;

/// How two types differ in their parts, if they are of one kind.
pub(super) fn parts(cx: &Context<'_>, old: TypeId, new: TypeId, types: &mut Types<'_>) -> Vec<Finding> {
    match (&cx.old.type_of(old).kind, &cx.new.type_of(new).kind) {
        (TypeKind::Enum(old), TypeKind::Enum(new)) => values(old, new),
        (TypeKind::Object(_), TypeKind::Object(_)) => {
            let objects = Objects {
                old: Some(Container { entity: &cx.old.type_of(old).entity, id: old }),
                new: Some(Container { entity: &cx.new.type_of(new).entity, id: new }),
                part: Part::Member,
            };
            let mut findings = members(cx, &objects, types);
            findings.extend(variants(cx, old, new, types));
            findings
        }
        (TypeKind::Alternate(old), TypeKind::Alternate(new)) => alternatives(cx, old, new, types),
        _ => Vec::new(),
    }
}

fn values(old: &Enum, new: &Enum) -> Vec<Finding> {
    let mut findings = Vec::new();
    let before: HashMap<&str, Facts<'_>> =
        old.values.iter().map(|value| (&*value.name, value.into())).collect();
    let mut gone = before.clone();
    for value in &new.values {
        let part = Part::Value(value.name.clone());
        match before.get(&*value.name) {
            Some(&old) => {
                gone.remove(&*value.name);
                findings.extend(facts::compare(Some(&part), old, value.into()));
            }
            None => findings.push(Finding::new(Code::EnumValueAdded, Some(part))),
        }
    }
    for value in old.values.iter().filter(|value| gone.contains_key(&*value.name)) {
        let part = Part::Value(value.name.clone());
        findings.push(Finding::new(Code::EnumValueRemoved, Some(part)).of_one_with(&value.features));
    }
    findings
}

/// Alternatives are told apart by their JSON type: their names are not on the wire.
fn alternatives(cx: &Context<'_>, old: &Alternate, new: &Alternate, types: &mut Types<'_>) -> Vec<Finding> {
    let part = |alternative: &Alternative| Part::Alternative(alternative.name.clone());
    let find = |alternate: &'_ Alternate, like: &Alternative| {
        alternate.alternatives.iter().position(|it| it.json_type == like.json_type)
    };
    let mut findings = Vec::new();
    for alternative in &new.alternatives {
        let Some(before) = find(old, alternative).map(|index| &old.alternatives[index]) else {
            let added = Finding::new(Code::AlternativeAdded, Some(part(alternative)));
            findings.push(Finding { new: Some(written(cx.new.schema, alternative.type_id)), ..added });
            continue;
        };
        if before.name != alternative.name {
            let renamed = Finding::new(Code::AlternativeRenamed, Some(part(before)));
            let names = (before.name.to_string(), alternative.name.to_string());
            findings.push(Finding { old: Some(names.0), new: Some(names.1), ..renamed });
        }
        let place = Finding::new(Code::AlternativeTypeChanged, Some(part(alternative)));
        findings.extend(type_change(cx, place, before.type_id, alternative.type_id, types));
        let conditions = (before.condition.as_deref(), alternative.condition.as_deref());
        findings.extend(facts::conditions(Some(&part(alternative)), conditions.0, conditions.1));
    }
    for before in old.alternatives.iter().filter(|before| find(new, before).is_none()) {
        let removed = Finding::new(Code::AlternativeRemoved, Some(part(before)));
        findings.push(Finding { old: Some(written(cx.old.schema, before.type_id)), ..removed });
    }
    findings
}

/// The finding that something has another type, if it has.
pub(super) fn type_change(
    cx: &Context<'_>,
    place: Finding,
    old: TypeId,
    new: TypeId,
    types: &mut Types<'_>,
) -> Option<Finding> {
    (!is_same(cx, old, new)).then(|| {
        let Exchange { effect, inside } = types(old, new);
        Finding {
            old: Some(written(cx.old.schema, old)),
            new: Some(written(cx.new.schema, new)),
            inside,
            effect,
            api: api::type_change(cx, old, new),
            ..place
        }
    })
}

/// How often each type is the data of a variant: the bindings convert from those that are once.
pub(super) fn counted<'a>(names: impl Iterator<Item = &'a SmolStr>) -> HashMap<&'a str, usize> {
    let mut counts = HashMap::new();
    for name in names {
        *counts.entry(name.as_str()).or_default() += 1;
    }
    counts
}

/// What a new branch means to the bindings, if another has the same data.
pub(super) const CONVERSION_GONE: Assessment =
    Assessment::breaking("its data is that of another branch, which has no `From` any more");
