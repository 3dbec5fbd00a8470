//! How small the values of a type can be: where recursion ends.

use std::collections::HashMap;

use crate::shapes::{ObjectShape, Shape, ShapeId, Shapes};

/// The size of the smallest value of each type.
#[derive(Debug)]
pub(super) struct Smallest(HashMap<ShapeId, u32>);

/// The size of what is not known to have an end.
const ENDLESS: u32 = u32::MAX;

impl Smallest {
    pub(super) fn of(shapes: &Shapes) -> Self {
        let mut sizes = Self(HashMap::new());
        loop {
            let next = shapes.ids().map(|id| (id, sizes.of_shape(shapes.shape(id)))).collect();
            if next == sizes.0 {
                return sizes;
            }
            sizes.0 = next;
        }
    }

    /// The one of several types that has the smallest value. `None` stands for no value at all.
    pub(super) fn of_all(&self, types: impl Iterator<Item = Option<ShapeId>>) -> usize {
        let sizes = types.map(|id| id.map_or(0, |id| self.size(id)));
        sizes.enumerate().min_by_key(|(_, size)| *size).map_or(0, |(index, _)| index)
    }

    fn size(&self, id: ShapeId) -> u32 {
        self.0.get(&id).copied().unwrap_or(ENDLESS)
    }

    fn of_shape(&self, shape: &Shape) -> u32 {
        let parts = match shape {
            Shape::Alternate(alternatives) => self.least(alternatives.iter().map(|id| Some(*id))),
            Shape::Object(ObjectShape { members, variants }) => {
                let required = members.iter().filter(|member| !member.is_optional);
                let members =
                    required.fold(0, |sum: u32, member| sum.saturating_add(self.size(member.shape)));
                let branches = variants.iter().flat_map(|variants| &variants.branches);
                members.saturating_add(self.least(branches.map(|(_, branch)| *branch)))
            }
            _ => 0,
        };
        parts.saturating_add(1)
    }

    fn least(&self, types: impl Iterator<Item = Option<ShapeId>>) -> u32 {
        types.map(|id| id.map_or(0, |id| self.size(id))).min().unwrap_or(0)
    }
}
