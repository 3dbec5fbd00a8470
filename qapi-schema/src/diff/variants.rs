//! The branches of two unions.

use std::collections::HashMap;

use super::Context;
use super::change::{Assessment, Part};
use super::code::Code;
use super::facts;
use super::finding::Finding;
use super::parts::{CONVERSION_GONE, Types, counted, type_change};
use super::shape::written;
use super::wire::{self, Effect};
use crate::{Branch, Condition, Schema, TypeId, TypeKind};

/// How the branches of two objects differ.
pub(super) fn variants(cx: &Context<'_>, old: TypeId, new: TypeId, types: &mut Types<'_>) -> Vec<Finding> {
    match (cx.old.tag(old), cx.new.tag(new)) {
        (None, None) => Vec::new(),
        (None, Some(_)) => {
            let effect = whole(weight(cx.new.schema, new), true);
            vec![Finding { effect, ..Finding::new(Code::StructBecameUnion, None) }]
        }
        (Some(_), None) => {
            let effect = whole(weight(cx.old.schema, old), false);
            vec![Finding { effect, ..Finding::new(Code::UnionBecameStruct, None) }]
        }
        (Some(before), Some(after)) => {
            let mut findings = Vec::new();
            if before.name != after.name {
                let names = (before.name.to_string(), after.name.to_string());
                let changed = Finding::new(Code::TagChanged, None);
                findings.push(Finding { old: Some(names.0), new: Some(names.1), ..changed });
            }
            findings.extend(branches(cx, old, new, types));
            findings
        }
    }
}

/// What a union's branches hold at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    Nothing,
    OptionalMembers,
    MandatoryMembers,
}

fn weight(schema: &Schema, id: TypeId) -> Weight {
    let of_branch = |branch: &Branch| {
        if schema.is_empty_object(branch.type_id) {
            return Weight::Nothing;
        }
        let is_mandatory = schema.members(branch.type_id).iter().any(|member| !member.optional);
        if is_mandatory { Weight::MandatoryMembers } else { Weight::OptionalMembers }
    };
    schema.branches(id).iter().map(of_branch).max().unwrap_or(Weight::Nothing)
}

/// What it means that all branches came or went at once.
fn whole(weight: Weight, came: bool) -> Effect {
    let code = match (weight, came) {
        (Weight::Nothing, _) => return Effect::default(),
        (Weight::OptionalMembers, true) => Code::OptionalMemberAdded,
        (Weight::MandatoryMembers, true) => Code::MandatoryMemberAdded,
        (Weight::OptionalMembers, false) => Code::OptionalMemberRemoved,
        (Weight::MandatoryMembers, false) => Code::MandatoryMemberRemoved,
    };
    wire::effect(code).of_type_change()
}

fn branches(cx: &Context<'_>, old: TypeId, new: TypeId, types: &mut Types<'_>) -> Vec<Finding> {
    let (before, after) = (cx.old.branches(old), cx.new.branches(new));
    let by_name: HashMap<&str, &Branch> = before.iter().map(|branch| (&*branch.name, branch)).collect();
    let conversions = Conversions { old: data(cx.old.schema, &before), new: data(cx.new.schema, &after) };
    let selectors =
        Selectors { old: conditions_of_tag(cx.old.schema, old), new: conditions_of_tag(cx.new.schema, new) };
    let mut findings = Vec::new();
    for branch in &after {
        match by_name.get(&*branch.name) {
            Some(old) => findings.extend(common(cx, old, branch, &selectors, types)),
            // One that is filled in comes with the value of the tag, and has nothing to add to it.
            None if branch.explicit => findings.push(added(cx, branch, &conversions)),
            None => {}
        }
    }
    let kept: HashMap<&str, &Branch> = after.iter().map(|branch| (&*branch.name, branch)).collect();
    for branch in before.iter().filter(|branch| branch.explicit && !kept.contains_key(&*branch.name)) {
        let removed = Finding::new(Code::BranchRemoved, Some(Part::Branch(branch.name.clone())));
        findings.push(Finding { old: Some(written(cx.old.schema, branch.type_id)), ..removed });
    }
    findings
}

/// How often each type is the data of a branch.
struct Conversions<'a> {
    old: HashMap<&'a str, usize>,
    new: HashMap<&'a str, usize>,
}

fn data<'a>(schema: &'a Schema, branches: &[Branch]) -> HashMap<&'a str, usize> {
    let with_data = branches.iter().filter(|branch| !schema.is_empty_object(branch.type_id));
    counted(with_data.map(|branch| &schema.type_of(branch.type_id).entity.name))
}

fn added(cx: &Context<'_>, branch: &Branch, conversions: &Conversions<'_>) -> Finding {
    let finding = Finding::new(Code::BranchAdded, Some(Part::Branch(branch.name.clone())));
    let name = &*cx.new.type_of(branch.type_id).entity.name;
    let was_single = conversions.old.get(name) == Some(&1);
    let is_repeated = conversions.new.get(name).is_some_and(|&count| count > 1);
    let gone = (was_single && is_repeated).then_some(CONVERSION_GONE);
    Finding {
        new: Some(written(cx.new.schema, branch.type_id)),
        api: Assessment::worse(finding.api, gone),
        ..finding
    }
}

/// How a branch differs that is in both.
fn common(
    cx: &Context<'_>,
    old: &Branch,
    new: &Branch,
    selectors: &Selectors<'_>,
    types: &mut Types<'_>,
) -> Vec<Finding> {
    let part = Part::Branch(new.name.clone());
    let mut findings = Vec::new();
    if !(cx.old.is_empty_object(old.type_id) && cx.new.is_empty_object(new.type_id)) {
        let place = Finding::new(Code::BranchTypeChanged, Some(part.clone()));
        findings.extend(type_change(cx, place, old.type_id, new.type_id, types));
    }
    let conditions = (old.condition.as_deref(), new.condition.as_deref());
    // A branch has the condition of the value that selects it: where that changed too, it is told there.
    if conditions != (selectors.old_condition(new), selectors.new_condition(new)) {
        findings.extend(facts::conditions(Some(&part), conditions.0, conditions.1));
    }
    findings
}

/// The conditions of the values that select branches.
struct Selectors<'a> {
    old: HashMap<&'a str, Option<&'a Condition>>,
    new: HashMap<&'a str, Option<&'a Condition>>,
}

impl Selectors<'_> {
    fn old_condition(&self, branch: &Branch) -> Option<&Condition> {
        self.old.get(&*branch.name).copied().flatten()
    }

    fn new_condition(&self, branch: &Branch) -> Option<&Condition> {
        self.new.get(&*branch.name).copied().flatten()
    }
}

fn conditions_of_tag(schema: &Schema, id: TypeId) -> HashMap<&str, Option<&Condition>> {
    match schema.tag(id).map(|tag| &schema.type_of(tag.type_id).kind) {
        Some(TypeKind::Enum(tag)) => {
            tag.values.iter().map(|value| (&*value.name, value.condition.as_deref())).collect()
        }
        _ => HashMap::new(),
    }
}
