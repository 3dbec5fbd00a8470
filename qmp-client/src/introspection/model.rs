//! Handles into the index: a reference to it, and where in it a part lies.

use std::fmt;

use qmp_types::qmp::types::JsonType;

use super::store::{
    BranchEntry, CommandEntry, EventEntry, KindEntry, MemberEntry, ObjectEntry, Run, Store, Text, TypeEntry,
    ValueEntry, VariantsEntry,
};

/// Which type of a schema one is. It means something within that schema alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub(super) u32);

/// A command that the server has.
#[derive(Clone, Copy)]
pub struct Command<'s> {
    pub(super) store: &'s Store,
    pub(super) entry: &'s CommandEntry,
}

/// An event that the server emits.
#[derive(Clone, Copy)]
pub struct Event<'s> {
    pub(super) store: &'s Store,
    pub(super) entry: &'s EventEntry,
}

/// A type. Two handles are equal if they are the same type of the same schema.
#[derive(Clone, Copy)]
pub struct Type<'s> {
    pub(super) store: &'s Store,
    pub(super) id: TypeId,
}

/// What a type is.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Kind<'s> {
    /// A type of JSON itself, such as any string. [`JsonType::Value`] is any value at all; the types of integers are not told
    /// apart.
    Builtin(&'s JsonType),
    /// A string that is one of some.
    Enum(Enum<'s>),
    /// An array, of elements of this type.
    Array(Type<'s>),
    /// A struct or a union.
    Object(Object<'s>),
    /// A value of one of several types.
    Alternate(Alternate<'s>),
    /// What these bindings do not know, by the server's word for it.
    Unrecognized(&'s str),
}

/// A struct or a union.
#[derive(Clone, Copy)]
pub struct Object<'s> {
    store: &'s Store,
    id: TypeId,
    entry: ObjectEntry,
}

/// A member of an object: an argument of a command, if the object is its arguments.
#[derive(Clone, Copy)]
pub struct Member<'s> {
    store: &'s Store,
    entry: &'s MemberEntry,
}

/// What makes an object a union.
#[derive(Clone, Copy)]
pub struct Variants<'s> {
    store: &'s Store,
    entry: VariantsEntry,
}

/// A branch of a union.
#[derive(Clone, Copy)]
pub struct Branch<'s> {
    store: &'s Store,
    entry: &'s BranchEntry,
}

/// A string that is one of some.
#[derive(Clone, Copy)]
pub struct Enum<'s> {
    store: &'s Store,
    values: Run<ValueEntry>,
}

/// A value of an enum.
#[derive(Clone, Copy)]
pub struct Value<'s> {
    store: &'s Store,
    entry: &'s ValueEntry,
}

/// A value of one of several types, which are told apart by their JSON types.
#[derive(Clone, Copy)]
pub struct Alternate<'s> {
    store: &'s Store,
    types: Run<TypeId>,
}

/// The features of something, such as `deprecated` and `unstable`.
#[derive(Clone, Copy)]
pub struct Features<'s> {
    store: &'s Store,
    names: Run<Text>,
}

impl<'s> Command<'s> {
    pub(super) fn find(store: &'s Store, name: &str) -> Option<Self> {
        Some(Self { store, entry: store.find(&store.commands, name, |entry| entry.name)? })
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'s str {
        self.store.text(self.entry.name)
    }

    /// What it takes.
    ///
    /// A few commands, `device_add` above all, take arguments that no schema lists. Nothing here tells which; the constants
    /// of the bindings' metadata do (`takes_more`).
    #[must_use]
    pub fn arguments(self) -> Object<'s> {
        Object::of(self.store, self.entry.arguments)
    }

    /// What it returns: an object without members if it returns nothing.
    #[must_use]
    pub fn returns(self) -> Type<'s> {
        Type { store: self.store, id: self.entry.returns }
    }

    /// Whether it may be executed out-of-band.
    #[must_use]
    pub fn allows_oob(self) -> bool {
        self.entry.allow_oob
    }

    /// Its features.
    #[must_use]
    pub fn features(self) -> Features<'s> {
        Features { store: self.store, names: self.entry.features }
    }
}

impl<'s> Event<'s> {
    pub(super) fn find(store: &'s Store, name: &str) -> Option<Self> {
        Some(Self { store, entry: store.find(&store.events, name, |entry| entry.name)? })
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'s str {
        self.store.text(self.entry.name)
    }

    /// What comes with it.
    #[must_use]
    pub fn data(self) -> Object<'s> {
        Object::of(self.store, self.entry.data)
    }

    /// Its features.
    #[must_use]
    pub fn features(self) -> Features<'s> {
        Features { store: self.store, names: self.entry.features }
    }
}

impl<'s> Type<'s> {
    fn entry(self) -> Option<&'s TypeEntry> {
        self.store.types.get(self.id.0 as usize)
    }

    /// Which type it is, for who walks over types that contain themselves.
    #[must_use]
    pub fn id(self) -> TypeId {
        self.id
    }

    /// Its name. It means nothing: a server makes up names for types, and no two releases have the same.
    #[must_use]
    pub fn name(self) -> &'s str {
        self.entry().map_or("", |entry| self.store.text(entry.name))
    }

    /// What it is.
    #[must_use]
    pub fn kind(self) -> Kind<'s> {
        let Self { store, id } = self;
        let Some(entry) = self.entry() else { return Kind::Unrecognized("") };
        match &entry.kind {
            KindEntry::Builtin(json_type) => Kind::Builtin(json_type),
            KindEntry::Enum(values) => Kind::Enum(Enum { store, values: *values }),
            KindEntry::Array(id) => Kind::Array(Type { store, id: *id }),
            KindEntry::Object(entry) => Kind::Object(Object { store, id, entry: *entry }),
            KindEntry::Alternate(types) => Kind::Alternate(Alternate { store, types: *types }),
            KindEntry::Unrecognized(word) => Kind::Unrecognized(store.text(*word)),
        }
    }

    /// Its own features; those of a member of this type are the [member's](Member::features).
    #[must_use]
    pub fn features(self) -> Features<'s> {
        let names = self.entry().map_or(Run::EMPTY, |entry| entry.features);
        Features { store: self.store, names }
    }
}

impl PartialEq for Type<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.store, other.store) && self.id == other.id
    }
}

impl Eq for Type<'_> {}

impl<'s> Object<'s> {
    /// The object type of an id. All that have to be objects were checked to be.
    fn of(store: &'s Store, id: TypeId) -> Self {
        let none = ObjectEntry { members: Run::EMPTY, variants: None };
        Self { store, id, entry: store.object(id).unwrap_or(none) }
    }

    /// The same as a type.
    #[must_use]
    pub fn as_type(self) -> Type<'s> {
        Type { store: self.store, id: self.id }
    }

    /// Its members, with those of its bases and without those of its branches.
    pub fn members(self) -> impl ExactSizeIterator<Item = Member<'s>> {
        let Self { store, entry, .. } = self;
        entry.members.of(&store.members).iter().map(move |entry| Member { store, entry })
    }

    /// The member of a name.
    #[must_use]
    pub fn member(self, name: &str) -> Option<Member<'s>> {
        Some(Member { store: self.store, entry: self.store.member(self.entry, name)? })
    }

    /// Its branches, if it is a union.
    #[must_use]
    pub fn variants(self) -> Option<Variants<'s>> {
        Some(Variants { store: self.store, entry: self.entry.variants? })
    }
}

impl<'s> Member<'s> {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'s str {
        self.store.text(self.entry.name)
    }

    /// Its type.
    #[must_use]
    pub fn member_type(self) -> Type<'s> {
        Type { store: self.store, id: self.entry.member_type }
    }

    /// Whether it may be absent.
    #[must_use]
    pub fn is_optional(self) -> bool {
        self.entry.is_optional
    }

    /// Its own features; those of its type are the [type's](Type::features).
    #[must_use]
    pub fn features(self) -> Features<'s> {
        Features { store: self.store, names: self.entry.features }
    }
}

impl<'s> Variants<'s> {
    /// The member whose value selects the branch.
    ///
    /// It is an enum. Values without a branch add no members; servers list such values as branches too, without members.
    #[must_use]
    pub fn tag(self) -> Option<Member<'s>> {
        Some(Member { store: self.store, entry: self.store.members.get(self.entry.tag as usize)? })
    }

    /// The branches.
    pub fn branches(self) -> impl ExactSizeIterator<Item = Branch<'s>> {
        let Self { store, entry } = self;
        entry.branches.of(&store.branches).iter().map(move |entry| Branch { store, entry })
    }

    /// The branch that a value of the tag selects.
    #[must_use]
    pub fn branch(self, case: &str) -> Option<Branch<'s>> {
        self.branches().find(|branch| branch.case() == case)
    }
}

impl<'s> Branch<'s> {
    /// The value of the tag that selects it.
    #[must_use]
    pub fn case(self) -> &'s str {
        self.store.text(self.entry.case)
    }

    /// The members that it adds.
    #[must_use]
    pub fn data(self) -> Object<'s> {
        Object::of(self.store, self.entry.data)
    }
}

impl<'s> Enum<'s> {
    /// The values.
    pub fn values(self) -> impl ExactSizeIterator<Item = Value<'s>> {
        let Self { store, values } = self;
        values.of(&store.values).iter().map(move |entry| Value { store, entry })
    }

    /// The value of a name.
    #[must_use]
    pub fn value(self, name: &str) -> Option<Value<'s>> {
        Some(Value { store: self.store, entry: self.store.value(self.values, name)? })
    }
}

impl<'s> Value<'s> {
    /// The string.
    #[must_use]
    pub fn name(self) -> &'s str {
        self.store.text(self.entry.name)
    }

    /// Its features.
    #[must_use]
    pub fn features(self) -> Features<'s> {
        Features { store: self.store, names: self.entry.features }
    }
}

impl<'s> Alternate<'s> {
    /// The types.
    pub fn types(self) -> impl ExactSizeIterator<Item = Type<'s>> {
        let Self { store, types } = self;
        types.of(&store.choices).iter().map(move |id| Type { store, id: *id })
    }
}

impl<'s> Features<'s> {
    /// Their names.
    pub fn names(self) -> impl ExactSizeIterator<Item = &'s str> {
        let Self { store, names } = self;
        names.of(&store.features).iter().map(move |name| store.text(*name))
    }

    /// Whether one of them has this name.
    #[must_use]
    pub fn contains(self, name: &str) -> bool {
        self.store.has_feature(self.names, name)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.names().len() == 0
    }
}

/// What a handle is called in output for debugging: what it refers to is left out, for it may lead back here.
macro_rules! debug {
    ($($handle:ident($self:ident) => $shown:expr;)+) => {$(
        impl fmt::Debug for $handle<'_> {
            fn fmt(&$self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($handle), "({:?})"), $shown)
            }
        }
    )+};
}

debug! {
    Command(self) => self.name();
    Event(self) => self.name();
    Type(self) => self.name();
    Object(self) => self.as_type().name();
    Member(self) => self.name();
    Variants(self) => self.tag().map_or("", Member::name);
    Branch(self) => self.case();
    Enum(self) => self.values().map(Value::name).collect::<Vec<_>>();
    Value(self) => self.name();
    Alternate(self) => self.types().map(Type::name).collect::<Vec<_>>();
    Features(self) => self.names().collect::<Vec<_>>();
}
