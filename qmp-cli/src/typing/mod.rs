//! The JSON types of arguments that are given as text.
//!
//! `key=value` on a command line does not say whether `10` is a string or a number, and QEMU refuses the wrong one. What is
//! known of the types comes from one or more sources ([`Facts`]): the schema that the server itself tells, the bindings, and
//! for devices their properties.

pub(crate) mod bindings;
mod convert;
pub(crate) mod scalars;
mod tree;

pub(crate) use self::convert::{Conversion, Mistake, convert};
pub(crate) use self::tree::{Leaf, Node, Tree, TreeError};

/// What is known of the types of a schema.
pub(crate) trait Facts {
    /// The arguments of a command, if it is known.
    fn arguments(&self, command: &str) -> Option<Object<'_>>;

    /// What values of a type look like. The name is one that [`Object`]s and shapes of these facts hold.
    fn shape(&self, type_name: &str) -> Option<Shape<'_>>;
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
    List(&'f str),
    /// An object.
    Object(Object<'f>),
    /// A value of one of these types, told apart by its JSON type.
    Alternate(Vec<&'f str>),
}

/// The members of an object.
#[derive(Debug, Clone, Default)]
pub(crate) struct Object<'f> {
    /// Names and types of members.
    pub(crate) members: Vec<(&'f str, &'f str)>,
    /// The member whose value selects a branch.
    pub(crate) tag: Option<&'f str>,
    /// Values of the tag, and the types whose members they add.
    pub(crate) branches: Vec<(&'f str, &'f str)>,
}
