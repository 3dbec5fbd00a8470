//! Definitions as the schema's text gives them: well-formed, but with types known by name only.
//!
//! Both ways into a [`Schema`](crate::Schema) meet here: the syntax tree of a QEMU tree, and a snapshot.

use qapi_parser::source::Span;

use crate::model::{Condition, Documentation};

/// A name, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) text: String,
    pub(crate) span: Span,
}

/// A type as a definition refers to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TypeRef {
    pub(crate) name: Name,
    pub(crate) is_array: bool,
}

/// One definition.
#[derive(Debug, Clone)]
pub(crate) struct Definition {
    pub(crate) name: Name,
    pub(crate) module: String,
    pub(crate) condition: Option<Condition>,
    pub(crate) features: Vec<FeatureDefinition>,
    pub(crate) documentation: Documentation,
    pub(crate) body: Body,
}

impl Definition {
    /// The definition in words, for messages.
    pub(crate) fn describe(&self) -> String {
        format!("{} '{}'", self.body.keyword(), self.name.text)
    }
}

/// What a definition defines.
#[derive(Debug, Clone)]
pub(crate) enum Body {
    Enum { values: Vec<ValueDefinition>, prefix: Option<String> },
    Struct { base: Option<Name>, members: Vec<MemberDefinition> },
    Union { base: Members, discriminator: Name, branches: Vec<BranchDefinition> },
    Alternate { alternatives: Vec<BranchDefinition> },
    Command(CommandDefinition),
    Event { data: Option<Members>, boxed: bool },
}

impl Body {
    /// The key that introduces such a definition.
    pub(crate) fn keyword(&self) -> &'static str {
        match self {
            Self::Enum { .. } => "enum",
            Self::Struct { .. } => "struct",
            Self::Union { .. } => "union",
            Self::Alternate { .. } => "alternate",
            Self::Command(_) => "command",
            Self::Event { .. } => "event",
        }
    }
}

/// A named object type, or members given on the spot.
#[derive(Debug, Clone)]
pub(crate) enum Members {
    Named(Name),
    Inline(Vec<MemberDefinition>),
}

#[derive(Debug, Clone)]
pub(crate) struct CommandDefinition {
    pub(crate) arguments: Option<Members>,
    pub(crate) returns: Option<TypeRef>,
    pub(crate) flags: crate::model::CommandFlags,
}

#[derive(Debug, Clone)]
pub(crate) struct MemberDefinition {
    pub(crate) name: Name,
    pub(crate) optional: bool,
    pub(crate) type_ref: TypeRef,
    pub(crate) condition: Option<Condition>,
    pub(crate) features: Vec<FeatureDefinition>,
}

#[derive(Debug, Clone)]
pub(crate) struct BranchDefinition {
    pub(crate) name: Name,
    pub(crate) type_ref: TypeRef,
    pub(crate) condition: Option<Condition>,
}

#[derive(Debug, Clone)]
pub(crate) struct ValueDefinition {
    pub(crate) name: Name,
    pub(crate) condition: Option<Condition>,
    pub(crate) features: Vec<FeatureDefinition>,
}

#[derive(Debug, Clone)]
pub(crate) struct FeatureDefinition {
    pub(crate) name: Name,
    pub(crate) condition: Option<Condition>,
}
