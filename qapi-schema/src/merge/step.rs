//! The next release, merged with those before it.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use super::Rules;
use super::conflict::Conflicts;
use super::entry::{Class, Entries, Entry, EntryBody, ObjectEntry};
use super::members::{adopt_dates, merged_features};
use super::objects::Source;
use super::pairs::{Extent, Form, json_form, pairs, renames};
use super::rename::rename;
use super::types::{Sides, told};
use crate::definition::{BranchDefinition, TypeRef, ValueDefinition};
use crate::model::EMPTY_OBJECT;

/// Merges what is merged so far with the next release.
pub(super) fn step(
    mut older: Entries,
    mut newer: Entries,
    rules: &Rules<'_>,
    conflicts: &mut Conflicts<'_>,
) -> Entries {
    let names: Vec<SmolStr> = newer.0.keys().filter(|name| older.0.contains_key(*name)).cloned().collect();
    for name in names {
        level_data(&mut older, &mut newer, &name);
    }
    let found = pairs(&older, &newer, rules);
    let renames = renames(&older, &newer, &found);
    let older = rename(older, &renames);
    let mut sources: BTreeMap<SmolStr, BTreeSet<Source>> = BTreeMap::new();
    for ((old, new), extent) in found {
        let old = renames.get(&old).cloned().unwrap_or(old);
        if old != new {
            if new == EMPTY_OBJECT {
                sources.entry(old).or_default().insert(Source::nothing());
            } else {
                sources.entry(new).or_default().insert(Source { name: old, extent });
            }
        }
    }
    let mut step = Step {
        sides: Sides { older: &older, newer: &newer },
        sources,
        merged: Entries::default(),
        conflicts,
    };
    for name in older.0.keys().chain(newer.0.keys()) {
        step.definition(name);
    }
    step.merged
}

/// Where a message has data in one of two releases, gives it an object without members in the other.
fn level_data(older: &mut Entries, newer: &mut Entries, name: &SmolStr) {
    let implicit: SmolStr = format!("q_obj_{name}-arg").into();
    let has_data =
        |entries: &mut Entries| entries.0.get_mut(name).and_then(Entry::data_mut).map(|data| data.is_some());
    let without = match (has_data(older), has_data(newer)) {
        (Some(false), Some(true)) => older,
        (Some(true), Some(false)) => newer,
        _ => return,
    };
    let Some(entry) = without.0.get_mut(name) else { return };
    entry.data_mut().into_iter().for_each(|data| *data = Some(implicit.clone()));
    let mut empty = entry.clone();
    empty.head.name.text = implicit.clone();
    empty.features = Box::default();
    empty.body = EntryBody::Object(ObjectEntry::default());
    empty.is_implicit = true;
    without.0.insert(implicit, empty);
}

/// Two releases that are being merged.
pub(super) struct Step<'s, 'c, 'r> {
    pub(super) sides: Sides<'s>,
    /// What else the values of a type come from than the older type of its name.
    pub(super) sources: BTreeMap<SmolStr, BTreeSet<Source>>,
    pub(super) merged: Entries,
    pub(super) conflicts: &'c mut Conflicts<'r>,
}

impl Step<'_, '_, '_> {
    /// Merges what has a name, unless it is done.
    pub(super) fn definition(&mut self, name: &SmolStr) {
        if self.merged.0.contains_key(name) {
            return;
        }
        let (old, new) = (self.sides.older.0.get(name), self.sides.newer.0.get(name));
        let Some(mut entry) = new.or(old).cloned() else { return };
        if let (Some(old), Some(new)) = (old, new) {
            entry.head.releases = old.head.releases | new.head.releases;
            entry.features = merged_features(&old.features, &new.features);
            adopt_dates(&mut entry.head, &old.head);
            if old.class() != new.class() {
                let told = |entry: &Entry| (indefinite(entry.head.keyword), entry.head.name.span);
                self.conflicts.add(format!("'{name}'"), told(old), told(new));
            }
        }
        match &entry.body {
            EntryBody::Object(_) => entry = self.object(name, entry),
            body => {
                if let Some(old) = old {
                    entry.body = self.body(&entry, &old.body, body.clone());
                }
            }
        }
        self.merged.0.insert(name.clone(), entry);
    }

    /// What is no object. `entry` is the newer one, and so is `body`.
    fn body(&mut self, entry: &Entry, old: &EntryBody, body: EntryBody) -> EntryBody {
        let name = &entry.head.name.text;
        match (old, body) {
            (EntryBody::Enum { values: old, .. }, EntryBody::Enum { values, prefix }) => {
                EntryBody::Enum { values: merged_values(old, values), prefix }
            }
            (EntryBody::Alternate(old), EntryBody::Alternate(new)) => {
                EntryBody::Alternate(self.alternatives(name, old, new))
            }
            (EntryBody::Command { returns: old, .. }, EntryBody::Command { arguments, returns, flags }) => {
                let returns = self.returns(entry, old.as_ref(), returns);
                EntryBody::Command { arguments, returns, flags }
            }
            (_, body) => body,
        }
    }

    /// What a command returns, which may come and go if it is an object.
    fn returns(&mut self, entry: &Entry, old: Option<&TypeRef>, new: Option<TypeRef>) -> Option<TypeRef> {
        let what = || format!("what command '{}' returns", entry.head.name.text);
        let (only, side) = match (old, new) {
            (Some(old), Some(new)) => return Some(self.sides.join(old, &new, what, self.conflicts)),
            (Some(old), None) => (old.clone(), self.sides.older),
            (None, Some(new)) => (new, self.sides.newer),
            (None, None) => return None,
        };
        if json_form(side, &only) != Some(Form::Object) {
            let (something, nothing) = (told(&only), ("nothing".to_owned(), entry.head.span));
            let (older, newer) = if old.is_some() { (something, nothing) } else { (nothing, something) };
            self.conflicts.add(what(), older, newer);
        }
        Some(only)
    }

    fn alternatives(
        &mut self,
        name: &str,
        old: &[BranchDefinition],
        new: Vec<BranchDefinition>,
    ) -> Vec<BranchDefinition> {
        let Sides { older, newer } = self.sides;
        let mut merged = new;
        for before in old {
            let form = json_form(older, &before.type_ref);
            match merged.iter_mut().find(|it| json_form(newer, &it.type_ref) == form) {
                Some(alternative) => {
                    let what = || format!("alternative '{}' of '{name}'", before.name.text);
                    let (old, new) = (&before.type_ref, &alternative.type_ref);
                    alternative.type_ref = self.sides.join(old, new, what, self.conflicts);
                    alternative.releases = alternative.releases | before.releases;
                }
                None => merged.push(before.clone()),
            }
        }
        merged
    }

    /// Whether something is an object of whichever of the releases has it.
    pub(super) fn is_object(&self, name: &str) -> bool {
        let class = self.sides.newer.class(name).or_else(|| self.sides.older.class(name));
        class == Some(Class::Object)
    }
}

fn merged_values(old: &[ValueDefinition], new: Vec<ValueDefinition>) -> Vec<ValueDefinition> {
    let mut merged = new;
    for before in old {
        match merged.iter_mut().find(|value| value.name.text == before.name.text) {
            Some(value) => {
                value.releases = value.releases | before.releases;
                value.features = merged_features(&before.features, &value.features);
            }
            None => merged.push(before.clone()),
        }
    }
    merged
}

impl Source {
    /// No values at all: an object without members.
    fn nothing() -> Self {
        Self { name: SmolStr::new_static(EMPTY_OBJECT), extent: Extent::Part }
    }
}

/// A keyword with its article.
fn indefinite(keyword: &str) -> String {
    let article = if keyword.starts_with(['a', 'e']) { "an" } else { "a" };
    format!("{article} {keyword}")
}
