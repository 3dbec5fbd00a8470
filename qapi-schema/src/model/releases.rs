//! Sets of the releases that a merged schema is of.

use std::ops::{BitAnd, BitOr};

/// Some of the releases of a [merged schema](crate::merge), as places among [`Schema::releases`](crate::Schema::releases).
///
/// In a schema that is not merged, all sets are empty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct ReleaseSet(u64);

impl ReleaseSet {
    /// How many releases can be told apart.
    pub const MAX_RELEASES: usize = u64::BITS as usize;

    /// The set of one release. One beyond [`MAX_RELEASES`](Self::MAX_RELEASES) is in no set.
    pub(crate) fn only(index: usize) -> Self {
        let shift = u32::try_from(index).unwrap_or(u32::MAX);
        Self(1_u64.checked_shl(shift).unwrap_or(0))
    }

    /// Whether it has no release.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether it has the release of a place.
    #[must_use]
    pub fn contains(self, index: usize) -> bool {
        !(self & Self::only(index)).is_empty()
    }

    /// Whether it has all releases of another set.
    #[must_use]
    pub fn is_superset(self, other: Self) -> bool {
        self & other == other
    }

    /// The runs of releases that follow one another, oldest first: the places of the first and the last of each.
    pub fn runs(self) -> impl Iterator<Item = (usize, usize)> {
        let starts = (0..Self::MAX_RELEASES).filter(move |&index| {
            self.contains(index) && index.checked_sub(1).is_none_or(|before| !self.contains(before))
        });
        starts.map(move |start| {
            let end = (start..Self::MAX_RELEASES).find(|&index| !self.contains(index + 1));
            (start, end.unwrap_or(start))
        })
    }
}

impl BitOr for ReleaseSet {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitAnd for ReleaseSet {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_that_follow_one_another_are_a_run() {
        let set = |indexes: &[usize]| {
            indexes.iter().fold(ReleaseSet::default(), |set, &index| set | ReleaseSet::only(index))
        };
        let runs = |indexes: &[usize]| set(indexes).runs().collect::<Vec<_>>();
        assert_eq!(runs(&[]), []);
        assert_eq!(runs(&[0, 1, 3, 62, 63]), [(0, 1), (3, 3), (62, 63)]);
        assert!(set(&[0, 1]).is_superset(set(&[1])) && !set(&[1]).is_superset(set(&[0, 1])));
        assert!(ReleaseSet::only(64).is_empty());
    }
}
