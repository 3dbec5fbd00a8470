//! The members of two objects, inherited ones included: where a member is defined does not matter.

use std::collections::HashMap;

use smol_str::SmolStr;

use super::Context;
use super::api::{self, Container};
use super::change::{Assessment, Part};
use super::code::Code;
use super::facts;
use super::finding::Finding;
use super::parts::{Types, type_change};
use super::shape::written;
use crate::{Member, Schema};

/// Two objects. One that is missing has no members.
pub(super) struct Objects<'a> {
    pub(super) old: Option<Container<'a>>,
    pub(super) new: Option<Container<'a>>,
    /// What their members are called.
    pub(super) part: fn(SmolStr) -> Part,
}

fn members_of<'a>(schema: &'a Schema, container: Option<Container<'_>>) -> Vec<&'a Member> {
    container.map(|it| schema.members(it.id)).unwrap_or_default()
}

/// How the members of two objects differ.
pub(super) fn members(cx: &Context<'_>, objects: &Objects<'_>, types: &mut Types<'_>) -> Vec<Finding> {
    let old_members = members_of(cx.old.schema, objects.old);
    let new_members = members_of(cx.new.schema, objects.new);
    let by_name = |members: &[&'_ Member]| -> HashMap<SmolStr, usize> {
        members.iter().enumerate().map(|(index, member)| (member.name.clone(), index)).collect()
    };
    let (before, after) = (by_name(&old_members), by_name(&new_members));
    let mut findings = Vec::new();
    for member in new_members {
        match before.get(&member.name) {
            Some(&index) => findings.extend(common(cx, objects, old_members[index], member, types)),
            None => findings.push(added(cx, objects, member)),
        }
    }
    for member in old_members.into_iter().filter(|member| !after.contains_key(&member.name)) {
        let code = if member.optional { Code::OptionalMemberRemoved } else { Code::MandatoryMemberRemoved };
        let removed = Finding::new(code, Some((objects.part)(member.name.clone())));
        let old = Some(written(cx.old.schema, member.type_id));
        findings.push(Finding { old, ..removed }.of_one_with(&member.features));
    }
    findings
}

fn added(cx: &Context<'_>, objects: &Objects<'_>, member: &Member) -> Finding {
    let code = if member.optional { Code::OptionalMemberAdded } else { Code::MandatoryMemberAdded };
    let is_required = objects.new.is_some_and(|new| api::is_required(&cx.new, new, member));
    let named = objects.old.filter(|old| !cx.old.type_of(old.id).implicit);
    Finding {
        new: Some(written(cx.new.schema, member.type_id)),
        api: Some(api::member_added(cx, named.map(|old| old.id), is_required)),
        ..Finding::new(code, Some((objects.part)(member.name.clone())))
    }
}

/// How a member differs that is in both.
fn common(
    cx: &Context<'_>,
    objects: &Objects<'_>,
    old: &Member,
    new: &Member,
    types: &mut Types<'_>,
) -> Vec<Finding> {
    let part = (objects.part)(new.name.clone());
    let mut findings = Vec::new();
    let place = Finding::new(Code::MemberTypeChanged, Some(part.clone()));
    if let Some(mut change) = type_change(cx, place, old.type_id, new.type_id, types) {
        if tags(cx, objects) == (Some(&*new.name), Some(&*new.name)) {
            // The field of a tag is of the enum of the branches.
            change.api = None;
        }
        findings.push(change);
    }
    findings.extend(facts::compare(Some(&part), old.into(), new.into()));
    match (old.optional, new.optional) {
        (false, true) => findings.push(Finding::new(Code::MemberMadeOptional, Some(part.clone()))),
        (true, false) => findings.push(Finding::new(Code::MemberMadeMandatory, Some(part.clone()))),
        _ => {}
    }
    let is_required = |side, container: Option<Container<'_>>, member| {
        container.is_some_and(|container| api::is_required(side, container, member))
    };
    let required = (is_required(&cx.old, objects.old, old), is_required(&cx.new, objects.new, new));
    let alone = presence(&mut findings, part, required);
    findings.extend(alone);
    findings
}

/// That a field became an `Option` or ceased to be one, told with what brought it about, or else on its own.
fn presence(findings: &mut [Finding], part: Part, required: (bool, bool)) -> Option<Finding> {
    let assessment = match required {
        (true, false) => {
            Assessment::breaking("the field is an `Option` now, and no argument of the constructor")
        }
        (false, true) => {
            Assessment::breaking("the field is no `Option` any more, but an argument of the constructor")
        }
        _ => return None,
    };
    let brings_it_about = |code| {
        use Code::*;
        matches!(
            code,
            MemberMadeOptional
                | MemberMadeMandatory
                | ConditionAdded
                | ConditionRemoved
                | ConditionWidened
                | ConditionChanged
        )
    };
    match findings.iter_mut().rev().find(|it| it.feature.is_none() && brings_it_about(it.code)) {
        Some(cause) => {
            cause.api = Some(assessment);
            None
        }
        None => {
            let alone = Finding::new(Code::MemberPresenceChanged, Some(part));
            Some(Finding { api: Some(assessment), ..alone })
        }
    }
}

/// The names of the tags, if the objects are unions.
fn tags<'a>(cx: &Context<'a>, objects: &Objects<'_>) -> (Option<&'a str>, Option<&'a str>) {
    let tag = |schema: &'a Schema, container: Option<Container<'_>>| {
        container.and_then(|it| schema.tag(it.id)).map(|tag| &*tag.name)
    };
    (tag(cx.old.schema, objects.old), tag(cx.new.schema, objects.new))
}
