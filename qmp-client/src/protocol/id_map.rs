//! A map for what is in flight.

use std::collections::VecDeque;

use super::RequestId;

/// A map from ids, which grow, to what belongs to them: mostly few, of which the oldest goes first. Unlike the maps of
/// std it keeps its memory while it is empty, which it is between any two calls.
#[derive(Debug)]
pub(crate) struct IdMap<T> {
    /// Sorted by id.
    entries: VecDeque<(RequestId, T)>,
}

impl<T> Default for IdMap<T> {
    fn default() -> Self {
        Self { entries: VecDeque::new() }
    }
}

impl<T> IdMap<T> {
    /// Adds what belongs to an id that has nothing.
    pub(crate) fn insert(&mut self, id: RequestId, value: T) {
        if self.entries.back().is_none_or(|(last, _)| *last < id) {
            return self.entries.push_back((id, value));
        }
        let index = self.entries.partition_point(|(other, _)| *other < id);
        self.entries.insert(index, (id, value));
    }

    pub(crate) fn contains(&self, id: RequestId) -> bool {
        self.index(id).is_some()
    }

    pub(crate) fn get_mut(&mut self, id: RequestId) -> Option<&mut T> {
        let index = self.index(id)?;
        self.entries.get_mut(index).map(|(_, value)| value)
    }

    pub(crate) fn remove(&mut self, id: RequestId) -> Option<T> {
        match self.index(id)? {
            0 => self.entries.pop_front(),
            index => self.entries.remove(index),
        }
        .map(|(_, value)| value)
    }

    /// Takes the first, if it is like that.
    pub(crate) fn pop_first_if(
        &mut self,
        is_so: impl FnOnce(RequestId, &T) -> bool,
    ) -> Option<(RequestId, T)> {
        let (id, value) = self.entries.front()?;
        if is_so(*id, value) { self.entries.pop_front() } else { None }
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (RequestId, &T)> {
        self.entries.iter().map(|(id, value)| (*id, value))
    }

    #[cfg(feature = "connect")]
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (RequestId, &mut T)> {
        self.entries.iter_mut().map(|(id, value)| (*id, value))
    }

    fn index(&self, id: RequestId) -> Option<usize> {
        match self.entries.front() {
            Some((first, _)) if *first == id => Some(0),
            _ => self.entries.binary_search_by_key(&id, |(other, _)| *other).ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{IdMap, RequestId};

    #[test]
    fn ids_are_found_in_whatever_order_they_came() {
        let mut map = IdMap::default();
        for id in [3, 1, 2, 9] {
            map.insert(RequestId(id), id * 10);
        }
        assert_eq!(map.iter().map(|(id, _)| id.0).collect::<Vec<_>>(), [1, 2, 3, 9]);
        assert_eq!(map.get_mut(RequestId(2)), Some(&mut 20));
        assert_eq!(map.remove(RequestId(2)), Some(20));
        assert_eq!(map.remove(RequestId(2)), None);
        assert_eq!(map.pop_first_if(|id, _| id.0 == 3), None);
        assert_eq!(map.pop_first_if(|_, value| *value == 10), Some((RequestId(1), 10)));
        assert_eq!((map.len(), map.is_empty()), (2, false));
    }
}
