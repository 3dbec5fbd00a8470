//! Whether a path is there.

use std::collections::BTreeSet;

use super::model::TypeId;
use super::query::{JsonKind, Query, Step};
use super::store::{KindEntry, MemberEntry, Run, Store, Text};

/// What a path has led to.
#[derive(Debug, Default)]
pub(super) struct Selection {
    /// The types, of which there are several behind an alternate.
    pub(super) types: Vec<TypeId>,
    /// The features of what is not a type: of the commands and events, the members, the values.
    own: Vec<Run<Text>>,
}

/// What a path leads to; `None` where it leads nowhere.
pub(super) fn select(store: &Store, query: Query<'_>) -> Option<Selection> {
    let mut steps = query.steps();
    let (features, arguments, returns) = definition(store, query.name())?;
    let at_name = Selection { types: Vec::new(), own: vec![features] };
    let mut selection = match steps.next() {
        None => return Some(at_name),
        Some(Step::Feature(name)) => return at_name.with_own_feature(store, name),
        Some(Step::Returns) => Selection::of(returns?),
        Some(_) => Selection::of(arguments),
    };
    for step in steps {
        selection = selection.step(store, step)?;
    }
    Some(selection)
}

/// The features, the arguments or data and the result of a command or an event.
fn definition(store: &Store, name: &str) -> Option<(Run<Text>, TypeId, Option<TypeId>)> {
    if let Some(command) = store.find(&store.commands, name, |entry| entry.name) {
        return Some((command.features, command.arguments, Some(command.returns)));
    }
    let event = store.find(&store.events, name, |entry| entry.name)?;
    Some((event.features, event.data, None))
}

impl Selection {
    fn of(id: TypeId) -> Self {
        Self { types: vec![id], own: Vec::new() }
    }

    /// What a step leads to; `None` if it leads nowhere, or the answer to what it asks is no.
    fn step(mut self, store: &Store, step: Step<'_>) -> Option<Self> {
        if let Step::MemberFeature(name) = step {
            return self.with_own_feature(store, name);
        }
        // Behind a value there are no types.
        if self.types.is_empty() {
            return match step {
                Step::Feature(name) => self.with_own_feature(store, name),
                _ => None,
            };
        }
        self.flatten(store);
        match step {
            Step::Member(name) => self.members(store, name, |_| true),
            Step::OptionalMember(name) => self.members(store, name, |member| member.is_optional),
            Step::Branch(case) => self.branches(store, case),
            Step::Value(name) => self.values(store, name),
            Step::Json(kind) => self.json(store, kind),
            Step::Feature(name) => self.with_feature(store, name),
            Step::Arguments | Step::Returns | Step::MemberFeature(_) => None,
        }
    }

    /// Adds what arrays hold and what alternates are made of. Both may lead back to themselves, if a server says so.
    fn flatten(&mut self, store: &Store) {
        let mut seen = BTreeSet::new();
        let mut index = 0;
        while let Some(id) = self.types.get(index) {
            index += 1;
            let inner = match store.kind(*id) {
                Some(KindEntry::Array(element)) => std::slice::from_ref(element),
                Some(KindEntry::Alternate(types)) => types.of(&store.choices),
                _ => continue,
            };
            self.types.extend(inner.iter().copied().filter(|id| seen.insert(*id)));
        }
    }

    fn members(self, store: &Store, name: &str, is_wanted: impl Fn(&MemberEntry) -> bool) -> Option<Self> {
        let mut found = Self::default();
        for object in self.types.into_iter().filter_map(|id| store.object(id)) {
            let Some(member) = store.member(object, name).filter(|member| is_wanted(member)) else {
                continue;
            };
            found.types.push(member.member_type);
            found.own.push(member.features);
        }
        found.unless_empty()
    }

    fn branches(self, store: &Store, case: &str) -> Option<Self> {
        let objects = self.types.into_iter().filter_map(|id| store.object(id));
        let branches = objects.filter_map(|object| store.branch(object, case));
        Self { types: branches.map(|branch| branch.data).collect(), own: Vec::new() }.unless_empty()
    }

    /// The same types once each, so that no detour through alternates makes them many.
    fn unless_empty(mut self) -> Option<Self> {
        if self.types.len() > 1 {
            let mut seen = BTreeSet::new();
            self.types.retain(|id| seen.insert(*id));
        }
        (!self.types.is_empty()).then_some(self)
    }

    fn values(self, store: &Store, name: &str) -> Option<Self> {
        let values = self.types.into_iter().filter_map(|id| match store.kind(id) {
            Some(KindEntry::Enum(values)) => store.value(*values, name),
            _ => None,
        });
        let own: Vec<_> = values.map(|value| value.features).collect();
        (!own.is_empty()).then_some(Self { types: Vec::new(), own })
    }

    fn json(self, store: &Store, kind: JsonKind) -> Option<Self> {
        let is_it = |id: TypeId| match store.kind(id) {
            Some(KindEntry::Builtin(json_type)) => json_type.as_str() == kind.name(),
            _ => false,
        };
        self.types.into_iter().any(is_it).then(Self::default)
    }

    /// Nothing but that it is there, if one of the types has the feature.
    fn with_feature(self, store: &Store, name: &str) -> Option<Self> {
        let mut entries = self.types.into_iter().filter_map(|id| store.types.get(id.0 as usize));
        entries.any(|entry| store.has_feature(entry.features, name)).then(Self::default)
    }

    fn with_own_feature(self, store: &Store, name: &str) -> Option<Self> {
        self.own.into_iter().any(|features| store.has_feature(features, name)).then(Self::default)
    }
}
