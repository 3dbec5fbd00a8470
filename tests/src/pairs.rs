//! Types of an older and a newer schema that stand in the same places of replies and events.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::mem::discriminant;

use crate::shapes::{ObjectShape, Shape, ShapeId, Shapes};

/// What two schemas have in common, seen from what a server sends.
#[derive(Debug, Default)]
pub struct Pairs {
    /// An older type and the newer one that its values are read as.
    pub types: Vec<(ShapeId, ShapeId)>,
    /// Members that the newer type has no longer: `Type.member`, by its name in the newer schema.
    pub dropped: BTreeSet<String>,
}

impl Pairs {
    /// Goes through all that the commands of the older schema return and its events carry, as far as the newer one
    /// has these commands and events.
    #[must_use]
    pub fn of(older: &Shapes, newer: &Shapes) -> Self {
        let mut search = Search { older, newer, seen: HashSet::new(), found: Self::default() };
        for (name, message) in &older.commands {
            let newer = newer.commands.get(name).and_then(|newer| newer.returns);
            search.pair(message.returns.zip(newer));
        }
        for (name, message) in &older.events {
            search.pair(message.data.zip(newer.events.get(name).and_then(|newer| newer.data)));
        }
        search.found
    }
}

struct Search<'s> {
    older: &'s Shapes,
    newer: &'s Shapes,
    seen: HashSet<(ShapeId, ShapeId)>,
    found: Pairs,
}

impl Search<'_> {
    fn pair(&mut self, pair: Option<(ShapeId, ShapeId)>) {
        let Some((older, newer)) = pair.filter(|pair| self.seen.insert(*pair)) else { return };
        self.found.types.push((older, newer));
        let (older_shapes, newer_shapes) = (self.older, self.newer);
        match (older_shapes.shape(older), newer_shapes.shape(newer)) {
            (Shape::Array(older), Shape::Array(newer)) => self.pair(Some((*older, *newer))),
            (Shape::Alternate(alternatives), _) => {
                alternatives.iter().for_each(|alternative| self.pair(Some((*alternative, newer))));
            }
            (shape, Shape::Alternate(alternatives)) => {
                let is_same = |id: &&ShapeId| discriminant(newer_shapes.shape(**id)) == discriminant(shape);
                self.pair(alternatives.iter().find(is_same).map(|id| (older, *id)));
            }
            (Shape::Object(older), Shape::Object(object)) => self.objects(older, object, newer),
            _ => {}
        }
    }

    fn objects(&mut self, older: &ObjectShape, newer: &ObjectShape, newer_id: ShapeId) {
        let members: HashMap<&str, ShapeId> =
            newer.members.iter().map(|member| (member.name.as_str(), member.shape)).collect();
        for member in &older.members {
            match members.get(member.name.as_str()) {
                Some(id) => self.pair(Some((member.shape, *id))),
                None if self.is_in_a_branch(newer, &member.name) => {}
                None => {
                    let dropped = format!("{}.{}", self.newer.name(newer_id), member.name);
                    self.found.dropped.insert(dropped);
                }
            }
        }
        let (Some(older), Some(newer)) = (&older.variants, &newer.variants) else { return };
        let branches: HashMap<&str, Option<ShapeId>> =
            newer.branches.iter().map(|(value, branch)| (value.as_str(), *branch)).collect();
        for (value, branch) in &older.branches {
            self.pair(branch.zip(branches.get(value.as_str()).copied().flatten()));
        }
    }

    /// A struct may have become a union, and its member one of a branch.
    fn is_in_a_branch(&self, object: &ObjectShape, name: &str) -> bool {
        let mut branches = object.variants.iter().flat_map(|variants| &variants.branches);
        branches.any(|(_, branch)| match branch.map(|id| self.newer.shape(id)) {
            Some(Shape::Object(branch)) => branch.members.iter().any(|member| member.name == name),
            _ => false,
        })
    }
}
