//! Types: built-in, enums, objects, arrays, alternates.

use std::sync::Arc;

use qapi_parser::source::Span;
use smol_str::SmolStr;

use super::{Condition, Entity, Feature, ReleaseSet, TypeId};

/// A type.
#[derive(Debug, Clone)]
pub struct Type {
    /// Name, place, condition, features, documentation.
    pub entity: Entity,
    /// Whether it was made for a definition instead of being defined: arrays and inline members.
    pub implicit: bool,
    /// What kind of type it is.
    pub kind: TypeKind,
}

/// The kinds of types.
#[derive(Debug, Clone)]
pub enum TypeKind {
    /// A type that the language provides.
    Builtin(Builtin),
    /// An enumeration.
    Enum(Enum),
    /// A struct or a union.
    Object(Object),
    /// An array of the type.
    Array(TypeId),
    /// A choice by JSON type.
    Alternate(Alternate),
}

/// The types that the language provides (`docs/devel/qapi-code-gen.rst`, section *Built-in Types*).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Builtin {
    /// Text.
    Str,
    /// A floating-point number.
    Number,
    /// A signed integer of 64 bits.
    Int,
    /// A signed integer of 8 bits.
    Int8,
    /// A signed integer of 16 bits.
    Int16,
    /// A signed integer of 32 bits.
    Int32,
    /// A signed integer of 64 bits.
    Int64,
    /// An unsigned integer of 8 bits.
    Uint8,
    /// An unsigned integer of 16 bits.
    Uint16,
    /// An unsigned integer of 32 bits.
    Uint32,
    /// An unsigned integer of 64 bits.
    Uint64,
    /// An unsigned integer of 64 bits that counts bytes.
    Size,
    /// A boolean.
    Bool,
    /// Any JSON value.
    Any,
    /// JSON's null.
    Null,
}

impl Builtin {
    /// All of them, in the order in which QEMU's front end defines them.
    pub const ALL: [Self; 15] = [
        Self::Str,
        Self::Number,
        Self::Int,
        Self::Int8,
        Self::Int16,
        Self::Int32,
        Self::Int64,
        Self::Uint8,
        Self::Uint16,
        Self::Uint32,
        Self::Uint64,
        Self::Size,
        Self::Bool,
        Self::Any,
        Self::Null,
    ];

    /// The name in schemas.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Str => "str",
            Self::Number => "number",
            Self::Int => "int",
            Self::Int8 => "int8",
            Self::Int16 => "int16",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::Uint8 => "uint8",
            Self::Uint16 => "uint16",
            Self::Uint32 => "uint32",
            Self::Uint64 => "uint64",
            Self::Size => "size",
            Self::Bool => "bool",
            Self::Any => "any",
            Self::Null => "null",
        }
    }

    /// The least and the greatest value of an integer type.
    pub(crate) fn range(self) -> Option<(i64, u64)> {
        Some(match self {
            Self::Int | Self::Int64 => (i64::MIN, i64::MAX as u64),
            Self::Int8 => (i8::MIN.into(), i8::MAX as u64),
            Self::Int16 => (i16::MIN.into(), i16::MAX as u64),
            Self::Int32 => (i32::MIN.into(), i32::MAX as u64),
            Self::Uint8 => (0, u8::MAX.into()),
            Self::Uint16 => (0, u16::MAX.into()),
            Self::Uint32 => (0, u32::MAX.into()),
            Self::Uint64 | Self::Size => (0, u64::MAX),
            Self::Str | Self::Number | Self::Bool | Self::Any | Self::Null => return None,
        })
    }
}

/// The type of a JSON value, as far as alternates tell values apart by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum JsonType {
    /// A string.
    String,
    /// A number.
    Number,
    /// A boolean.
    Bool,
    /// An object.
    Object,
    /// An array.
    Array,
    /// Null.
    Null,
}

/// An enumeration.
#[derive(Debug, Clone)]
pub struct Enum {
    /// The values, in the order of the schema.
    pub values: Vec<Value>,
    /// The prefix of the constants in C.
    pub prefix: Option<Box<str>>,
}

/// A value of an enumeration.
#[derive(Debug, Clone)]
pub struct Value {
    /// The name.
    pub name: SmolStr,
    /// Under which build configuration it exists.
    pub condition: Option<Arc<Condition>>,
    /// Its features.
    pub features: Box<[Feature]>,
    /// Where its name stands in the schema; `None` for what the language provides.
    pub span: Option<Span>,
    /// The releases that have it, in a merged schema.
    pub releases: ReleaseSet,
}

/// A struct, or with variants a union.
#[derive(Debug, Clone)]
pub struct Object {
    /// The type whose members it inherits.
    pub base: Option<TypeId>,
    /// The members of its own. All of them are [`Schema::members`](crate::Schema::members).
    pub local_members: Vec<Member>,
    /// What makes it a union.
    pub variants: Option<Box<Variants>>,
}

/// A member of an object.
#[derive(Debug, Clone)]
pub struct Member {
    /// The name.
    pub name: SmolStr,
    /// The type.
    pub type_id: TypeId,
    /// Whether it may be absent.
    pub optional: bool,
    /// Under which build configuration it exists.
    pub condition: Option<Arc<Condition>>,
    /// Its features.
    pub features: Box<[Feature]>,
    /// The type that defines it.
    pub defined_in: TypeId,
    /// The release that introduced it, where it is younger than the type.
    pub since: Option<SmolStr>,
    /// Where its name stands in the schema.
    pub span: Span,
    /// The releases that have it, in a merged schema.
    pub releases: ReleaseSet,
}

/// What makes an object type a union.
#[derive(Debug, Clone)]
pub struct Variants {
    /// The name of the member that selects the branch ([`Schema::tag`](crate::Schema::tag)).
    pub tag: SmolStr,
    /// Where the schema says so.
    pub discriminator_span: Span,
    /// The value of the tag that is meant where it is absent, in a schema that was merged from releases with and without
    /// the tag.
    pub default_branch: Option<SmolStr>,
    /// The branches that the schema gives. Those of all values of the tag are
    /// [`Schema::branches`](crate::Schema::branches).
    pub branches: Vec<Branch>,
}

/// A branch of a union.
#[derive(Debug, Clone)]
pub struct Branch {
    /// The value of the tag that selects it.
    pub name: SmolStr,
    /// The object type that holds its members.
    pub type_id: TypeId,
    /// Under which build configuration it exists.
    pub condition: Option<Arc<Condition>>,
    /// Whether the schema has it, or it was filled in, without members, for a value without a branch.
    pub explicit: bool,
    /// Where it stands in the schema, or what it was filled in for.
    pub span: Span,
    /// The releases that have it, in a merged schema.
    pub releases: ReleaseSet,
}

/// A choice between types that differ in their JSON type.
#[derive(Debug, Clone)]
pub struct Alternate {
    /// The alternatives, in the order of the schema.
    pub alternatives: Vec<Alternative>,
}

/// One of the types of an alternate.
#[derive(Debug, Clone)]
pub struct Alternative {
    /// The name, which does not appear on the wire.
    pub name: SmolStr,
    /// The type.
    pub type_id: TypeId,
    /// The JSON type that selects it.
    pub json_type: JsonType,
    /// Under which build configuration it exists.
    pub condition: Option<Arc<Condition>>,
    /// Where it stands in the schema.
    pub span: Span,
    /// The releases that have it, in a merged schema.
    pub releases: ReleaseSet,
}
