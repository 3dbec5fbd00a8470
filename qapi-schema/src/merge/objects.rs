//! Structs and unions.

use smol_str::SmolStr;

use super::entry::{Entries, Entry, EntryBody, ObjectEntry, VariantsEntry};
use super::members::adopt_dates;
use super::pairs::Extent;
use super::step::Step;
use crate::ReleaseSet;
use crate::definition::{BranchDefinition, MemberDefinition};

/// An older type whose values a type reads too.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Source {
    pub(super) name: SmolStr,
    pub(super) extent: Extent,
}

impl<'s> Step<'s, '_, '_> {
    /// An object. `entry` is the newer one, or the older one if it is gone.
    pub(super) fn object(&mut self, name: &SmolStr, mut entry: Entry) -> Entry {
        let (older, newer) = (self.sides.older, self.sides.newer);
        let Some((name, _)) = newer.0.get_key_value(name).or_else(|| older.0.get_key_value(name)) else {
            return entry;
        };
        let EntryBody::Object(object) = &entry.body else { return entry };
        let mut object = object.clone();
        let olds = self.old_objects(name);
        let members = self.members(name, &olds);
        self.check_losses(name, &members);
        object.variants = self.variants(name, object.variants);
        match object.base.take().filter(|base| self.gives(base, &members, entry.head.releases, &object)) {
            Some(base) => {
                let inherited = self.merged.members(&base);
                let is_inherited = |member: &MemberDefinition| {
                    inherited.iter().any(|inherited| inherited.name.text == member.name.text)
                };
                object.members = members.into_iter().filter(|member| !is_inherited(member)).collect();
                object.base = Some(base);
            }
            None => {
                for side in [newer, older] {
                    adopt_inherited_dates(&mut entry, side, name);
                }
                object.members = members;
            }
        }
        entry.body = EntryBody::Object(object);
        entry
    }

    /// Whether a base, merged, gives its heir what the heir has to have, and nothing else. A member may have moved between the
    /// two, or the base may have changed before there was the heir.
    fn gives(
        &mut self,
        base: &SmolStr,
        members: &[MemberDefinition],
        releases: ReleaseSet,
        heir: &ObjectEntry,
    ) -> bool {
        if !self.is_object(base) {
            return false;
        }
        self.definition(base);
        let inherited = self.merged.members(base);
        let is_complete = heir.variants.is_none() || inherited.len() == members.len();
        is_complete
            && inherited.into_iter().all(|inherited| {
                members.iter().find(|member| member.name.text == inherited.name.text).is_some_and(|wanted| {
                    wanted.optional == inherited.optional
                        && wanted.type_ref.name.text == inherited.type_ref.name.text
                        && wanted.type_ref.is_array == inherited.type_ref.is_array
                        && wanted.releases & releases == inherited.releases & releases
                })
            })
    }

    /// What makes an object a union, if it is one in a release. `variants` are those of the entry.
    fn variants(&mut self, name: &SmolStr, variants: Option<VariantsEntry>) -> Option<VariantsEntry> {
        let (Some(old), Some(new)) = (self.sides.older.0.get(name), self.sides.newer.0.get(name)) else {
            return variants;
        };
        let old_variants = old.object().and_then(|object| object.variants.as_ref());
        let told = |entry: &Entry, variants: Option<&VariantsEntry>| match variants {
            Some(variants) => (format!("a union by '{}'", variants.tag.text), variants.tag.span),
            None => ("a struct".to_owned(), entry.head.name.span),
        };
        let conflict = || (told(old, old_variants), told(new, variants.as_ref()));
        match (old_variants, &variants) {
            (None, None) => None,
            (Some(before), Some(after)) if before.tag.text == after.tag.text => {
                let default_branch = after.default_branch.clone().or_else(|| before.default_branch.clone());
                let branches = self.branches(name, &before.branches, after.branches.clone());
                Some(VariantsEntry { tag: after.tag.clone(), default_branch, branches })
            }
            (None, Some(after)) => {
                let mut members = self.sides.older.members(name).into_iter();
                let has_tag = members.any(|member| member.name.text == after.tag.text);
                let default = if has_tag { None } else { self.conflicts.default_branch(name) };
                if let Some(default) = default.filter(|it| !self.sides.newer.tag_values(name).contains(it)) {
                    let (older, newer) = conflict();
                    self.conflicts.add(
                        format!("'{name}', of which a rule names the branch '{default}'"),
                        older,
                        newer,
                    );
                }
                Some(VariantsEntry { default_branch: default.map(SmolStr::from), ..after.clone() })
            }
            _ => {
                let (older, newer) = conflict();
                self.conflicts.add(format!("'{name}'"), older, newer);
                variants
            }
        }
    }

    fn branches(
        &mut self,
        name: &str,
        old: &[BranchDefinition],
        new: Vec<BranchDefinition>,
    ) -> Vec<BranchDefinition> {
        let mut merged = new;
        for before in old {
            match merged.iter_mut().find(|branch| branch.name.text == before.name.text) {
                Some(branch) => {
                    let what = || format!("branch '{}' of '{name}'", before.name.text);
                    let (old, new) = (&before.type_ref, &branch.type_ref);
                    branch.type_ref = self.sides.join(old, new, what, self.conflicts);
                    branch.releases = branch.releases | before.releases;
                }
                None => merged.push(before.clone()),
            }
        }
        merged
    }
}

/// Takes over the dates of members that are not inherited any more.
fn adopt_inherited_dates(entry: &mut Entry, side: &Entries, name: &str) {
    let lineage = side.lineage(name);
    let ancestors = lineage.iter().rev().skip(1).filter_map(|name| side.0.get(*name));
    for ancestor in ancestors {
        let mut head = ancestor.head.clone();
        // The date of the ancestor is not that of the heir.
        if let Some(documentation) = &mut head.documentation {
            documentation.since = None;
        }
        adopt_dates(&mut entry.head, &head);
    }
}
