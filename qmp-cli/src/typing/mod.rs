//! The JSON types of arguments that are given as text.
//!
//! `key=value` on a command line does not say whether `10` is a string or a number, and QEMU refuses the wrong one. What is
//! known of the types comes from one or more sources: the schema that the server itself tells, the bindings, and for devices
//! their properties. Each gives an [`Object`], whose members have [`TypeRef`]s that are looked into when they are needed.

pub(crate) mod bindings;
mod convert;
pub(crate) mod live;
pub(crate) mod properties;
pub(crate) mod scalars;
mod tree;

use std::borrow::Cow;

use qmp_types::metadata::Schema;

pub(crate) use self::convert::{Conversion, Mistake, convert, inside, members};
pub(crate) use self::live::LiveType;
pub(crate) use self::tree::{Leaf, Node, Tree};

/// A type in one of the sources.
#[derive(Debug, Clone, Copy)]
pub(crate) enum TypeRef<'f> {
    /// A type of a server's schema.
    Live(LiveType<'f>),
    /// A type of the bindings, by its name.
    Bindings(&'static Schema, &'static str),
    /// A type of a property of a device or object, by the name that the server has for it.
    Property(&'f str),
}

impl<'f> TypeRef<'f> {
    /// What it is called, for people.
    pub(crate) fn label(self) -> Cow<'f, str> {
        match self {
            Self::Live(type_) => type_.label().into(),
            Self::Bindings(_, name) => name.into(),
            Self::Property(name) => name.into(),
        }
    }

    /// What its values look like, if that is known.
    pub(crate) fn shape(self) -> Option<Shape<'f>> {
        match self {
            Self::Live(type_) => type_.shape(),
            Self::Bindings(schema, name) => bindings::shape(schema, name),
            Self::Property(name) => properties::shape(name),
        }
    }
}

/// What values of a type look like.
#[derive(Debug, Clone)]
pub(crate) enum Shape<'f> {
    /// A string.
    Text,
    /// A whole number.
    Integer,
    /// A number of bytes.
    Size,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// `null`.
    Null,
    /// Anything.
    Any,
    /// A string that is one of these.
    Enum(Vec<&'f str>),
    /// A list of values of a type.
    List(TypeRef<'f>),
    /// An object.
    Object(Object<'f>),
    /// A value of one of these types, told apart by its JSON type.
    Alternate(Vec<TypeRef<'f>>),
}

/// The members of an object.
#[derive(Debug, Clone, Default)]
pub(crate) struct Object<'f> {
    /// Its members, but for those of branches.
    pub(crate) members: Vec<Member<'f>>,
    /// The member whose value selects a branch.
    pub(crate) tag: Option<&'f str>,
    /// Values of the tag, and the types whose members they add.
    pub(crate) branches: Vec<(&'f str, TypeRef<'f>)>,
}

impl<'f> Object<'f> {
    /// The types of its members and branches.
    pub(crate) fn types(self) -> impl Iterator<Item = TypeRef<'f>> {
        let members = self.members.into_iter().map(|member| member.type_);
        members.chain(self.branches.into_iter().map(|(_, type_)| type_))
    }
}

/// A member of an object.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Member<'f> {
    pub(crate) name: &'f str,
    pub(crate) type_: TypeRef<'f>,
    /// Whether it may be absent.
    pub(crate) is_optional: bool,
}
