//! Members: their types, whether they may be absent, and in which releases they are.

use std::collections::HashMap;

use smol_str::SmolStr;

use super::entry::{Entry, by_name};
use super::pairs::Extent;
use super::step::Step;
use crate::definition::{FeatureDefinition, Head, MemberDefinition};
use crate::model::{Documentation, EMPTY_OBJECT};

/// An object of the older releases whose values a type has to read.
pub(super) struct OldObject<'s> {
    name: &'s str,
    members: HashMap<&'s str, &'s MemberDefinition>,
    /// The conditions under which it is there as a whole.
    entry: Option<&'s Entry>,
    /// Whether it is what the type was, and not another type whose place it takes.
    is_same: bool,
}

impl<'s> OldObject<'s> {
    /// Whether a member is there in all values.
    fn always_has(&self, member: &MemberDefinition, new: &MemberDefinition) -> bool {
        // A condition that the newest release has too says so itself.
        let conditions = member.condition.iter().filter(|_| member.condition != new.condition);
        let of_whole = self.entry.and_then(|entry| entry.condition.as_ref());
        let is_in_every_build =
            |condition: &crate::Condition| of_whole.is_some_and(|of_whole| condition.follows_from(of_whole));
        !member.optional && conditions.into_iter().all(|condition| is_in_every_build(condition))
    }
}

impl<'s> Step<'s, '_, '_> {
    /// The objects whose values a type has to read.
    pub(super) fn old_objects(&self, name: &'s SmolStr) -> Vec<OldObject<'s>> {
        let older = self.sides.older;
        let object = |name: &'s str, is_same| OldObject {
            name,
            members: by_name(older.members(name), |member| &*member.name.text),
            entry: older.0.get(name),
            is_same,
        };
        let own = older.0.contains_key(name).then(|| object(name, true));
        let sources = self.sources.get(name).into_iter().flatten();
        // Members on the spot are the same members, whatever type they came from.
        let is_implicit = self.sides.newer.0.get(name).is_some_and(|entry| entry.is_implicit);
        let others = sources.map(|source| match older.0.get_key_value(&source.name) {
            Some((name, _)) => object(name, is_implicit),
            None => object(EMPTY_OBJECT, false),
        });
        own.into_iter().chain(others).collect()
    }

    /// All members that an object has to have, inherited ones too: those of the newer release in its order, and behind them
    /// those that are gone.
    pub(super) fn members(&mut self, name: &'s SmolStr, olds: &[OldObject<'s>]) -> Vec<MemberDefinition> {
        let (older, newer) = (self.sides.older, self.sides.newer);
        let now = if newer.0.contains_key(name) { newer.members(name) } else { older.members(name) };
        let tag = newer.object(name).and_then(|object| object.variants.as_ref()).map(|it| &it.tag.text);
        let mut members: Vec<MemberDefinition> = now.into_iter().cloned().collect();
        for member in &mut members {
            let is_tag = tag == Some(&member.name.text);
            self.member(name, member, is_tag, olds);
        }
        for old in olds.iter().filter(|old| old.is_same) {
            for gone in older.members(old.name) {
                let text = &gone.name.text;
                let is_there = members.iter().any(|member| member.name.text == *text);
                if !is_there && !newer.is_in_a_branch(name, text) {
                    members.push(MemberDefinition { optional: true, ..gone.clone() });
                }
            }
        }
        members
    }

    fn member(&mut self, name: &str, member: &mut MemberDefinition, is_tag: bool, olds: &[OldObject<'s>]) {
        let text = member.name.text.clone();
        for old in olds {
            let before = old.members.get(&*text);
            if let Some(before) = before {
                let what = || format!("the type of member '{text}' of '{name}'");
                member.type_ref = self.sides.join(&before.type_ref, &member.type_ref, what, self.conflicts);
            }
            if let (Some(before), true) = (before, old.is_same) {
                member.releases = member.releases | before.releases;
                member.features = merged_features(&before.features, &member.features);
            }
            let is_there = before.is_some_and(|before| old.always_has(before, member));
            if is_there {
                continue;
            }
            if !is_tag {
                member.optional = true;
            } else if self.conflicts.default_branch(name).is_none() {
                let older = match (before, old.entry) {
                    (Some(before), _) => ("optional".to_owned(), before.name.span),
                    (None, Some(entry)) => ("not there".to_owned(), entry.head.name.span),
                    (None, None) => ("not there".to_owned(), member.name.span),
                };
                let newer = ("always there".to_owned(), member.name.span);
                self.conflicts.add(
                    format!("member '{text}' of '{name}', which selects the branch"),
                    older,
                    newer,
                );
            }
        }
    }

    /// Reports what a type does not have of those whose places it takes, unless a rule says that it does not matter.
    pub(super) fn check_losses(&mut self, name: &SmolStr, members: &[MemberDefinition]) {
        let (older, newer) = (self.sides.older, self.sides.newer);
        let Some(new) = newer.0.get(name).filter(|entry| !entry.is_implicit) else { return };
        for source in self.sources.get(name).cloned().unwrap_or_default() {
            let Some(old) = older.0.get(&source.name) else { continue };
            let is_union = |entry: &Entry| entry.object().is_some_and(|object| object.variants.is_some());
            let mut lost: Vec<String> = older
                .members(&source.name)
                .into_iter()
                .map(|member| &member.name.text)
                .filter(|text| members.iter().all(|member| member.name.text != **text))
                .filter(|text| !newer.is_in_a_branch(name, text))
                .map(ToString::to_string)
                .collect();
            if is_union(old) && !is_union(new) {
                lost.push("branches".to_owned());
            }
            let is_whole = source.extent == Extent::Whole;
            if is_whole && !lost.is_empty() && !self.conflicts.may_replace(&source.name, name) {
                let what = format!("'{name}', which took the place of '{}'", source.name);
                let older = (format!("with {}", lost.join(", ")), old.head.name.span);
                self.conflicts.add(what, older, ("without".to_owned(), new.head.name.span));
            }
        }
    }
}

/// The newer features, each with the releases that have it.
pub(super) fn merged_features(
    old: &[FeatureDefinition],
    new: &[FeatureDefinition],
) -> Box<[FeatureDefinition]> {
    let with_releases = |feature: &FeatureDefinition| {
        let before = old.iter().find(|before| before.name.text == feature.name.text);
        let before = before.map(|before| before.releases).unwrap_or_default();
        FeatureDefinition { releases: feature.releases | before, ..feature.clone() }
    };
    new.iter().map(with_releases).collect()
}

/// Takes over what an older documentation dates and the newer does not.
pub(super) fn adopt_dates(head: &mut Head, older: &Head) {
    let Some(older) = &older.documentation else { return };
    let documentation = head.documentation.get_or_insert_default();
    let Documentation { since, member_since, .. } = &mut **documentation;
    if since.is_none() {
        since.clone_from(&older.since);
    }
    for (member, release) in &older.member_since {
        member_since.entry(member.clone()).or_insert_with(|| release.clone());
    }
}
