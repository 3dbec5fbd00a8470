//! Gives types other names, wherever they stand.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::entry::{Entries, Entry, EntryBody, ObjectEntry};
use crate::definition::TypeRef;

/// Renames types. Old names that are not there any more are found in `renames`.
pub(super) fn rename(entries: Entries, renames: &BTreeMap<SmolStr, SmolStr>) -> Entries {
    if renames.is_empty() {
        return entries;
    }
    let renamer = Renamer(renames);
    let renamed = entries.0.into_values().map(|mut entry| {
        renamer.entry(&mut entry);
        (entry.head.name.text.clone(), entry)
    });
    Entries(renamed.collect())
}

struct Renamer<'a>(&'a BTreeMap<SmolStr, SmolStr>);

impl Renamer<'_> {
    fn entry(&self, entry: &mut Entry) {
        self.name(&mut entry.head.name.text);
        match &mut entry.body {
            EntryBody::Enum { .. } => {}
            EntryBody::Object(object) => self.object(object),
            EntryBody::Alternate(alternatives) => {
                alternatives.iter_mut().for_each(|it| self.type_ref(&mut it.type_ref));
            }
            EntryBody::Command { arguments, returns, .. } => {
                arguments.iter_mut().for_each(|name| self.name(name));
                returns.iter_mut().for_each(|type_ref| self.type_ref(type_ref));
            }
            EntryBody::Event { data, .. } => data.iter_mut().for_each(|name| self.name(name)),
        }
    }

    fn object(&self, object: &mut ObjectEntry) {
        object.base.iter_mut().for_each(|base| self.name(base));
        object.members.iter_mut().for_each(|member| self.type_ref(&mut member.type_ref));
        let branches = object.variants.iter_mut().flat_map(|variants| &mut variants.branches);
        branches.for_each(|branch| self.type_ref(&mut branch.type_ref));
    }

    fn type_ref(&self, type_ref: &mut TypeRef) {
        self.name(&mut type_ref.name.text);
    }

    fn name(&self, name: &mut SmolStr) {
        if let Some(new) = self.0.get(name) {
            *name = new.clone();
        }
    }
}
