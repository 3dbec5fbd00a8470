//! What of a schema's conditional parts a server has.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use smol_str::SmolStr;

use super::pairs::{ALIKE, Pairs, explicit_branches, of_form};
use crate::model::JsonType;
use crate::{Condition, EntityId, Feature, Schema, TypeId, TypeKind};

/// A part of a schema that may be conditional.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    /// The definition that it is in: for a member, the one that has it and not those that inherit it.
    pub(super) owner: EntityId,
    pub(super) part: Option<Part>,
    pub(super) feature: Option<SmolStr>,
}

/// What a part is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Part {
    Member(SmolStr),
    Value(SmolStr),
    Branch(SmolStr),
    Alternative(JsonType),
}

impl Key {
    pub(super) fn whole(owner: EntityId) -> Self {
        Self { owner, part: None, feature: None }
    }

    pub(super) fn part(owner: TypeId, part: Part) -> Self {
        Self { part: Some(part), ..Self::whole(EntityId::Type(owner)) }
    }

    pub(super) fn feature(&self, feature: &Feature) -> Self {
        Self { feature: Some(feature.name.clone()), ..self.clone() }
    }
}

/// What a server has of the conditional parts of a schema.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    seen: HashMap<Key, bool>,
    pub(super) present: HashSet<Arc<Condition>>,
    pub(super) absent: HashSet<Arc<Condition>>,
}

impl Evidence {
    pub(super) fn new(server: &Schema, reference: &Schema, pairs: &Pairs) -> Self {
        let mut evidence = Self::default();
        evidence.messages(server, reference);
        for pair in &pairs.all {
            // Types that have little in common say nothing of what may be missing.
            if pair.likeness >= ALIKE || pairs.told.get(&pair.server) == Some(&pair.reference) {
                evidence.types(server, pair.server, reference, pair.reference);
            }
        }
        evidence
    }

    /// Whether the server has a part, if it could be seen.
    pub(super) fn of(&self, key: &Key) -> Option<bool> {
        self.seen.get(key).copied()
    }

    fn note(&mut self, key: Key, condition: Option<&Arc<Condition>>, is_present: bool) {
        let Some(condition) = condition else { return };
        let conditions = if is_present { &mut self.present } else { &mut self.absent };
        conditions.insert(condition.clone());
        *self.seen.entry(key).or_default() |= is_present;
    }

    fn features(&mut self, key: &Key, reference: &[Feature], server: &[Feature]) {
        for feature in reference {
            let is_present = server.iter().any(|it| it.name == feature.name);
            self.note(key.feature(feature), feature.condition.as_ref(), is_present);
        }
    }

    fn messages(&mut self, server: &Schema, reference: &Schema) {
        for &id in reference.definition_order() {
            if matches!(id, EntityId::Type(_)) {
                continue;
            }
            let entity = reference.entity(id);
            let same = server.lookup(&entity.name).filter(|&it| {
                matches!(
                    (id, it),
                    (EntityId::Command(_), EntityId::Command(_)) | (EntityId::Event(_), EntityId::Event(_))
                )
            });
            let key = Key::whole(id);
            if let Some(same) = same {
                self.features(&key, &entity.features, &server.entity(same).features);
            }
            self.note(key, entity.condition.as_ref(), same.is_some());
        }
    }

    /// Two types that are the same.
    fn types(&mut self, server: &Schema, one: TypeId, reference: &Schema, other: TypeId) {
        let (has, might_have) = (server.type_of(one), reference.type_of(other));
        self.features(&Key::whole(EntityId::Type(other)), &might_have.entity.features, &has.entity.features);
        match (&has.kind, &might_have.kind) {
            (TypeKind::Enum(has), TypeKind::Enum(might_have)) => {
                let values: HashMap<&str, &[Feature]> =
                    has.values.iter().map(|value| (value.name.as_str(), &*value.features)).collect();
                for value in &might_have.values {
                    let key = Key::part(other, Part::Value(value.name.clone()));
                    let same = values.get(value.name.as_str());
                    if let Some(features) = same {
                        self.features(&key, &value.features, features);
                    }
                    self.note(key, value.condition.as_ref(), same.is_some());
                }
            }
            (TypeKind::Object(_), TypeKind::Object(_)) => {
                self.members(server, one, reference, other);
                let branches: HashSet<&str> =
                    explicit_branches(server, one).map(|branch| branch.name.as_str()).collect();
                for branch in explicit_branches(reference, other) {
                    let key = Key::part(other, Part::Branch(branch.name.clone()));
                    self.note(key, branch.condition.as_ref(), branches.contains(branch.name.as_str()));
                }
            }
            (TypeKind::Alternate(has), TypeKind::Alternate(might_have)) => {
                for alternative in &might_have.alternatives {
                    let key = Key::part(other, Part::Alternative(alternative.json_type));
                    let same = of_form(has, Some(alternative.json_type));
                    self.note(key, alternative.condition.as_ref(), same.is_some());
                }
            }
            _ => {}
        }
    }

    fn members(&mut self, server: &Schema, one: TypeId, reference: &Schema, other: TypeId) {
        let members: HashMap<&str, &[Feature]> =
            server.members(one).into_iter().map(|it| (it.name.as_str(), &*it.features)).collect();
        for member in reference.members(other) {
            let key = Key::part(member.defined_in, Part::Member(member.name.clone()));
            let same = members.get(member.name.as_str());
            if let Some(features) = same {
                self.features(&key, &member.features, features);
            }
            self.note(key, member.condition.as_ref(), same.is_some());
        }
    }
}
