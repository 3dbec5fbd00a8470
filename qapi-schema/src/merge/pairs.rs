//! Which types of an older and a newer release stand in the same places, and which of them are one type by two names.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use super::Rules;
use super::entry::{Class, Entries, EntryBody, by_name};
use crate::definition::{BranchDefinition, TypeRef};
use crate::model::EMPTY_OBJECT;

/// An older type, and the newer one that its values are read as. [`EMPTY_OBJECT`] stands for nothing.
pub(super) type Pair = (SmolStr, SmolStr);

/// How much of an older type's values a newer type reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Extent {
    /// The newer type is a branch of what reads them.
    Part,
    /// All of them.
    Whole,
}

/// Goes through two releases from everything that has a name in both.
pub(super) fn pairs(older: &Entries, newer: &Entries, rules: &Rules<'_>) -> BTreeMap<Pair, Extent> {
    let mut search = Search { older, newer, rules, waiting: Vec::new(), found: BTreeMap::new() };
    for name in newer.0.keys().filter(|name| older.0.contains_key(*name)) {
        search.pair(name, name, Extent::Whole);
    }
    while let Some((old, new)) = search.waiting.pop() {
        search.parts(&old, &new);
    }
    search.found
}

struct Search<'a> {
    older: &'a Entries,
    newer: &'a Entries,
    rules: &'a Rules<'a>,
    waiting: Vec<Pair>,
    found: BTreeMap<Pair, Extent>,
}

impl Search<'_> {
    fn pair(&mut self, old: &SmolStr, new: &SmolStr, extent: Extent) {
        let pair = (old.clone(), new.clone());
        match self.found.get_mut(&pair) {
            Some(known) => *known = extent.max(*known),
            None => {
                self.found.insert(pair.clone(), extent);
                self.waiting.push(pair);
            }
        }
    }

    /// What differs in being an array or not is told where types are joined.
    fn type_refs(&mut self, old: &TypeRef, new: &TypeRef) {
        if old.is_array == new.is_array {
            self.pair(&old.name.text, &new.name.text, Extent::Whole);
        }
    }

    /// Types of arguments, data and results, which may come and go.
    fn optional(&mut self, old: Option<&SmolStr>, new: Option<&SmolStr>) {
        let nothing = SmolStr::new_static(EMPTY_OBJECT);
        if old.is_some() || new.is_some() {
            self.pair(old.unwrap_or(&nothing), new.unwrap_or(&nothing), Extent::Whole);
        }
    }

    fn parts(&mut self, old: &SmolStr, new: &SmolStr) {
        let (older, newer) = (self.older, self.newer);
        let (Some(old_entry), Some(new_entry)) = (older.0.get(old), newer.0.get(new)) else {
            return self.alternative(old, new);
        };
        match (&old_entry.body, &new_entry.body) {
            (EntryBody::Object(_), EntryBody::Object(_)) => self.objects(old, new),
            (EntryBody::Alternate(old), EntryBody::Alternate(new)) => {
                for alternative in new {
                    let form = |it: &BranchDefinition, of: &Entries| json_form(of, &it.type_ref);
                    let wanted = form(alternative, newer);
                    if let Some(old) = old.iter().find(|it| form(it, older) == wanted) {
                        self.type_refs(&old.type_ref, &alternative.type_ref);
                    }
                }
            }
            (
                EntryBody::Command { arguments: old, returns: before, .. },
                EntryBody::Command { arguments: new, returns: after, .. },
            ) => {
                self.optional(old.as_ref(), new.as_ref());
                match (before, after) {
                    (Some(before), Some(after)) => self.type_refs(before, after),
                    _ => self.optional(plain(before.as_ref()), plain(after.as_ref())),
                }
            }
            (EntryBody::Event { data: old, .. }, EntryBody::Event { data: new, .. }) => {
                self.optional(old.as_ref(), new.as_ref());
            }
            _ => self.alternative(old, new),
        }
    }

    /// A type that became one of several, or was one of several.
    fn alternative(&mut self, old: &SmolStr, new: &SmolStr) {
        let of_form = |alternate: Option<&EntryBody>, of: &Entries, name: &SmolStr, side: &Entries| {
            let Some(EntryBody::Alternate(alternatives)) = alternate else { return None };
            let form = form_of_class(side.class(name)?)?;
            alternatives.iter().find(|it| json_form(of, &it.type_ref) == Some(form)).cloned()
        };
        let (older, newer) = (self.older, self.newer);
        let body = |side: &'_ Entries, name: &SmolStr| side.0.get(name).map(|entry| entry.body.clone());
        if let Some(found) = of_form(body(newer, new).as_ref(), newer, old, older) {
            self.pair(old, &found.type_ref.name.text, Extent::Whole);
        } else if let Some(found) = of_form(body(older, old).as_ref(), older, new, newer) {
            self.pair(&found.type_ref.name.text, new, Extent::Whole);
        }
    }

    fn objects(&mut self, old: &SmolStr, new: &SmolStr) {
        let (older, newer) = (self.older, self.newer);
        let before = by_name(older.members(old), |member| &*member.name.text);
        for member in newer.members(new) {
            if let Some(before) = before.get(&*member.name.text) {
                self.type_refs(&before.type_ref, &member.type_ref);
            }
        }
        let was_union = older.object(old).is_some_and(|object| object.variants.is_some());
        if was_union {
            self.branches(old, new);
        } else {
            for branch in branches_of_struct(older, old, newer, new, self.rules) {
                self.pair(old, &branch.type_ref.name.text, Extent::Part);
            }
        }
    }

    /// The branches of two unions. A value of the tag may have had none, or have none now.
    fn branches(&mut self, old: &SmolStr, new: &SmolStr) {
        let (older, newer) = (self.older, self.newer);
        let before = by_name(older.branches(old), |branch| &*branch.name.text);
        let after = by_name(newer.branches(new), |branch| &*branch.name.text);
        let values_before: BTreeSet<&str> = older.tag_values(old).into_iter().collect();
        let values_after: BTreeSet<&str> = newer.tag_values(new).into_iter().collect();
        for (name, branch) in &after {
            match before.get(name) {
                Some(before) => self.type_refs(&before.type_ref, &branch.type_ref),
                None if values_before.contains(name) => self.optional(None, plain(Some(&branch.type_ref))),
                None => {}
            }
        }
        for (name, branch) in before {
            if !after.contains_key(name) && values_after.contains(name) {
                self.optional(plain(Some(&branch.type_ref)), None);
            }
        }
    }
}

fn plain(type_ref: Option<&TypeRef>) -> Option<&SmolStr> {
    type_ref.filter(|type_ref| !type_ref.is_array).map(|type_ref| &type_ref.name.text)
}

/// The branches of a union that values of what was a struct are read as: any if the struct has the tag, the one that a rule
/// names if it has not.
pub(super) fn branches_of_struct<'a>(
    older: &Entries,
    old: &str,
    newer: &'a Entries,
    new: &str,
    rules: &Rules<'_>,
) -> Vec<&'a BranchDefinition> {
    let Some(variants) = newer.object(new).and_then(|object| object.variants.as_ref()) else {
        return Vec::new();
    };
    let has_tag = older.members(old).iter().any(|member| member.name.text == variants.tag.text);
    let rule = rules.default_branches.iter().find(|rule| rule.union == new);
    let is_read =
        |branch: &&BranchDefinition| has_tag || rule.is_some_and(|rule| branch.name.text == rule.branch);
    variants.branches.iter().filter(is_read).collect()
}

/// What tells the values of types apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Array,
    Object,
    String,
    Number,
    Bool,
    Null,
}

/// The form of a type's values; `None` where several are possible.
pub(super) fn json_form(entries: &Entries, type_ref: &TypeRef) -> Option<Form> {
    if type_ref.is_array { Some(Form::Array) } else { form_of_class(entries.class(&type_ref.name.text)?) }
}

pub(super) fn form_of_class(class: Class) -> Option<Form> {
    use crate::Builtin::{Any, Bool, Null, Str};
    match class {
        Class::Object => Some(Form::Object),
        Class::Enum | Class::Builtin(Str) => Some(Form::String),
        Class::Builtin(Bool) => Some(Form::Bool),
        Class::Builtin(Null) => Some(Form::Null),
        Class::Builtin(Any) | Class::Alternate | Class::Command | Class::Event => None,
        Class::Builtin(_) => Some(Form::Number),
    }
}

/// Which types of the older release have another name in the newer one: those that are gone and whose places are taken by
/// one type that is new. Where there are several, it must have the same parts.
pub(super) fn renames(
    older: &Entries,
    newer: &Entries,
    pairs: &BTreeMap<Pair, Extent>,
) -> BTreeMap<SmolStr, SmolStr> {
    let is_candidate = |(old, new): &Pair| {
        let is_gone = older.0.contains_key(old) && !newer.0.contains_key(old);
        let is_new = newer.0.contains_key(new) && !older.0.contains_key(new);
        // What is given on the spot has no name for others.
        let is_named = newer.0.get(new).is_some_and(|entry| !entry.is_implicit);
        is_gone && is_new && is_named && older.class(old) == newer.class(new)
    };
    let whole = pairs.iter().filter(|(_, extent)| **extent == Extent::Whole).map(|(pair, _)| pair);
    let candidates: BTreeSet<&Pair> = whole.filter(|pair| is_candidate(pair)).collect();
    let is_only = |pair: &Pair, among: &BTreeSet<&Pair>| {
        among.iter().filter(|(old, new)| *old == pair.0 || *new == pair.1).count() == 1
    };
    let alike: BTreeSet<&Pair> =
        candidates.iter().filter(|(old, new)| parts(older, old) == parts(newer, new)).copied().collect();
    let is_renamed =
        |pair: &&&Pair| is_only(pair, &candidates) || (alike.contains(**pair) && is_only(pair, &alike));
    // Of those left, none may be taken twice.
    let mut renames = BTreeMap::new();
    let mut taken = BTreeSet::new();
    for (old, new) in candidates.iter().filter(is_renamed).copied() {
        if !renames.contains_key(old) && taken.insert(new) {
            renames.insert(old.clone(), new.clone());
        }
    }
    renames
}

/// The names of what a type is made of.
fn parts<'a>(entries: &'a Entries, name: &'a str) -> BTreeSet<&'a str> {
    match entries.0.get(name).map(|entry| &entry.body) {
        Some(EntryBody::Enum { values, .. }) => values.iter().map(|value| &*value.name.text).collect(),
        Some(EntryBody::Alternate(alternatives)) => alternatives.iter().map(|it| &*it.name.text).collect(),
        _ => entries.members(name).into_iter().map(|member| &*member.name.text).collect(),
    }
}
