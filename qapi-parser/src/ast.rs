//! The syntax tree: what the text says, before any of it means something.
//!
//! QAPI's surface is a small JSON dialect ("QAPI Domain-Specific Language", section *Schema syntax* of
//! QEMU's `docs/devel/qapi-code-gen.rst`). The tree keeps every expression as such; which keys a
//! definition may have is the business of the schema, not of the syntax.

use smol_str::SmolStr;

use crate::doc::DocComment;
use crate::options::Dialect;
use crate::source::{SourceId, Sources, Span};

/// A schema as read: all files and their top-level items in the order of reading.
#[derive(Debug, Clone)]
pub struct Ast {
    /// The files.
    pub sources: Sources,
    /// The items of the root file, those of an included file in the place of its first `include`,
    /// right behind the [`Item::Include`] itself.
    pub items: Vec<Item>,
    /// The dialect in which its documentation comments were read.
    pub dialect: Dialect,
}

/// A top-level item.
#[derive(Debug, Clone)]
pub enum Item {
    /// `{ 'include': 'file.json' }`.
    Include(Include),
    /// `{ 'pragma': { … } }`.
    Pragma(Pragma),
    /// Any other top-level object, with the comment that documents it.
    Definition(Definition),
    /// A documentation comment that belongs to no definition.
    FreeFormDoc(Box<DocComment>),
}

/// An `include` directive.
#[derive(Debug, Clone)]
pub struct Include {
    /// The file it names, read now or earlier.
    pub source: SourceId,
    /// The directive.
    pub span: Span,
}

/// A `pragma` directive.
#[derive(Debug, Clone)]
pub struct Pragma {
    /// What it sets: members that [`PragmaSetting::read`](crate::PragmaSetting::read) understands.
    pub settings: Object,
    /// The directive.
    pub span: Span,
}

/// A top-level expression that is neither `include` nor `pragma`.
#[derive(Debug, Clone)]
pub struct Definition {
    /// The documentation comment right in front of it.
    pub doc: Option<Box<DocComment>>,
    /// The expression.
    pub expr: Object,
}

/// An expression.
#[derive(Debug, Clone)]
pub enum Expr {
    /// `{ 'key': expression, … }`.
    Object(Object),
    /// `[ expression, … ]`.
    Array(Array),
    /// `'text'`.
    String(StringLiteral),
    /// `true` or `false`.
    Bool(BoolLiteral),
}

impl Expr {
    /// Where it stands.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Object(object) => object.span,
            Self::Array(array) => array.span,
            Self::String(string) => string.span,
            Self::Bool(boolean) => boolean.span,
        }
    }
}

/// An object expression. Its keys are distinct.
#[derive(Debug, Clone)]
pub struct Object {
    /// The members, in the order of the text.
    pub members: Vec<KeyValue>,
    /// From brace to brace.
    pub span: Span,
}

impl Object {
    /// The member with a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&KeyValue> {
        self.members.iter().find(|member| member.key.value == key)
    }
}

/// A member of an object expression.
#[derive(Debug, Clone)]
pub struct KeyValue {
    /// The key.
    pub key: StringLiteral,
    /// The value.
    pub value: Expr,
}

/// An array expression.
#[derive(Debug, Clone)]
pub struct Array {
    /// The elements.
    pub elements: Vec<Expr>,
    /// From bracket to bracket.
    pub span: Span,
}

/// A string expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StringLiteral {
    /// The text, escapes resolved.
    pub value: SmolStr,
    /// From quote to quote.
    pub span: Span,
}

/// `true` or `false`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BoolLiteral {
    /// The value.
    pub value: bool,
    /// The word.
    pub span: Span,
}
