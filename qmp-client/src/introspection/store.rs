//! How the index lies in memory: one text with all names, and a table for each kind of part. Parts that belong together lie
//! side by side, and are known by where they begin and end.

use std::marker::PhantomData;

use qmp_types::qmp::types::JsonType;

use super::SchemaError;
use super::model::TypeId;

/// A run of parts in their table.
#[derive(Debug)]
pub(super) struct Run<T> {
    start: u32,
    end: u32,
    of: PhantomData<T>,
}

// Derived, they would ask the same of `T`.
impl<T> Clone for Run<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Run<T> {}

impl<T> Run<T> {
    pub(super) const EMPTY: Self = Self { start: 0, end: 0, of: PhantomData };

    pub(super) fn of(self, table: &[T]) -> &[T] {
        table.get(self.start as usize..self.end as usize).unwrap_or_default()
    }

    /// From `start` to the end of a table.
    pub(super) fn since(start: usize, table: &[T]) -> Result<Self, SchemaError> {
        Self::between(start, table.len())
    }

    fn between(start: usize, end: usize) -> Result<Self, SchemaError> {
        let number = |index| u32::try_from(index).map_err(|_| SchemaError::TooLarge);
        Ok(Self { start: number(start)?, end: number(end)?, of: PhantomData })
    }
}

/// A name.
pub(super) type Text = Run<u8>;

#[derive(Debug, Default)]
pub(super) struct Store {
    pub(super) text: String,
    /// By id.
    pub(super) types: Vec<TypeEntry>,
    /// Sorted by name.
    pub(super) commands: Vec<CommandEntry>,
    /// Sorted by name.
    pub(super) events: Vec<EventEntry>,
    pub(super) members: Vec<MemberEntry>,
    pub(super) branches: Vec<BranchEntry>,
    pub(super) values: Vec<ValueEntry>,
    /// The types of alternates.
    pub(super) choices: Vec<TypeId>,
    pub(super) features: Vec<Text>,
}

#[derive(Debug)]
pub(super) struct TypeEntry {
    pub(super) name: Text,
    pub(super) features: Run<Text>,
    pub(super) kind: KindEntry,
}

#[derive(Debug)]
pub(super) enum KindEntry {
    Builtin(JsonType),
    Enum(Run<ValueEntry>),
    Array(TypeId),
    Object(ObjectEntry),
    Alternate(Run<TypeId>),
    Unrecognized(Text),
}

#[derive(Debug, Clone, Copy)]
pub(super) struct ObjectEntry {
    pub(super) members: Run<MemberEntry>,
    pub(super) variants: Option<VariantsEntry>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct VariantsEntry {
    /// Which of all members.
    pub(super) tag: u32,
    pub(super) branches: Run<BranchEntry>,
}

#[derive(Debug)]
pub(super) struct MemberEntry {
    pub(super) name: Text,
    pub(super) member_type: TypeId,
    pub(super) is_optional: bool,
    pub(super) features: Run<Text>,
}

#[derive(Debug)]
pub(super) struct BranchEntry {
    pub(super) case: Text,
    pub(super) data: TypeId,
}

#[derive(Debug)]
pub(super) struct ValueEntry {
    pub(super) name: Text,
    pub(super) features: Run<Text>,
}

#[derive(Debug)]
pub(super) struct CommandEntry {
    pub(super) name: Text,
    pub(super) features: Run<Text>,
    pub(super) arguments: TypeId,
    pub(super) returns: TypeId,
    pub(super) allow_oob: bool,
}

#[derive(Debug)]
pub(super) struct EventEntry {
    pub(super) name: Text,
    pub(super) features: Run<Text>,
    pub(super) data: TypeId,
}

impl Store {
    pub(super) fn text(&self, text: Text) -> &str {
        self.text.get(text.start as usize..text.end as usize).unwrap_or_default()
    }

    /// Adds a name to the text.
    pub(super) fn add_text(&mut self, name: &str) -> Result<Text, SchemaError> {
        let start = self.text.len();
        self.text.push_str(name);
        Text::between(start, self.text.len())
    }

    pub(super) fn ids(&self) -> impl ExactSizeIterator<Item = TypeId> + use<> {
        // As many as were counted in 32 bits.
        (0..self.types.len() as u32).map(TypeId)
    }

    pub(super) fn kind(&self, id: TypeId) -> Option<&KindEntry> {
        self.types.get(id.0 as usize).map(|entry| &entry.kind)
    }

    pub(super) fn object(&self, id: TypeId) -> Option<ObjectEntry> {
        match self.kind(id)? {
            KindEntry::Object(object) => Some(*object),
            _ => None,
        }
    }

    pub(super) fn member(&self, object: ObjectEntry, name: &str) -> Option<&MemberEntry> {
        object.members.of(&self.members).iter().find(|member| self.text(member.name) == name)
    }

    pub(super) fn branch(&self, object: ObjectEntry, case: &str) -> Option<&BranchEntry> {
        let branches = object.variants?.branches;
        branches.of(&self.branches).iter().find(|branch| self.text(branch.case) == case)
    }

    pub(super) fn value(&self, values: Run<ValueEntry>, name: &str) -> Option<&ValueEntry> {
        values.of(&self.values).iter().find(|value| self.text(value.name) == name)
    }

    pub(super) fn has_feature(&self, features: Run<Text>, name: &str) -> bool {
        features.of(&self.features).iter().any(|feature| self.text(*feature) == name)
    }

    /// The one of a name in a table that is sorted by name.
    pub(super) fn find<'s, T>(
        &'s self,
        sorted: &'s [T],
        name: &str,
        name_of: fn(&T) -> Text,
    ) -> Option<&'s T> {
        let index = sorted.binary_search_by(|entry| self.text(name_of(entry)).cmp(name)).ok()?;
        sorted.get(index)
    }
}
