//! Definitions as the schema's text gives them: well-formed, but with types known by name only.
//!
//! Both ways into a [`Schema`](crate::Schema) meet here: the syntax tree of a QEMU tree, and a snapshot.

use std::sync::Arc;

use qapi_parser::Diagnostic;
use qapi_parser::source::Span;
use smol_str::SmolStr;

use crate::model::{CommandFlags, Condition, Documentation, ModuleId, ReleaseSet};

/// A name, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) text: SmolStr,
    pub(crate) span: Span,
}

/// A type as a definition refers to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TypeRef {
    pub(crate) name: Name,
    pub(crate) is_array: bool,
}

/// What a definition is, and what it is called.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    /// The key that introduces it.
    pub(crate) keyword: &'static str,
    pub(crate) name: Name,
    /// The whole expression.
    pub(crate) span: Span,
    pub(crate) module: ModuleId,
    pub(crate) documentation: Option<Box<Documentation>>,
    pub(crate) releases: ReleaseSet,
}

impl Head {
    /// The definition in words: `struct 'Point'`.
    pub(crate) fn describe(&self) -> String {
        format!("{} '{}'", self.keyword, self.name.text)
    }

    /// Something that is wrong with the definition, or with its documentation.
    pub(crate) fn mistake(&self, code: &'static str, span: Span, message: impl Into<Box<str>>) -> Diagnostic {
        self.adopt(Diagnostic::new(code, span, message))
    }

    /// Says that something belongs to the definition.
    pub(crate) fn adopt(&self, diagnostic: Diagnostic) -> Diagnostic {
        diagnostic.in_context(self.describe(), self.span)
    }
}

/// One definition.
#[derive(Debug)]
pub(crate) struct Definition {
    pub(crate) head: Head,
    pub(crate) condition: Option<Arc<Condition>>,
    pub(crate) features: Box<[FeatureDefinition]>,
    pub(crate) body: Body,
}

/// What a definition defines.
#[derive(Debug)]
pub(crate) enum Body {
    Enum { values: Vec<ValueDefinition>, prefix: Option<Box<str>> },
    Struct { base: Option<Name>, members: Vec<MemberDefinition> },
    Union(Box<UnionDefinition>),
    Alternate { alternatives: Vec<BranchDefinition> },
    Command(Box<CommandDefinition>),
    Event { data: Option<Members>, boxed: bool },
}

impl Body {
    /// The members that are given on the spot instead of by the name of a type.
    pub(crate) fn inline_members(&mut self) -> Option<&mut Vec<MemberDefinition>> {
        let members = match self {
            Self::Union(union) => &mut union.base,
            Self::Command(command) => command.arguments.as_mut()?,
            Self::Event { data, .. } => data.as_mut()?,
            Self::Enum { .. } | Self::Struct { .. } | Self::Alternate { .. } => return None,
        };
        match members {
            Members::Inline(members) => Some(members),
            Members::Named(_) => None,
        }
    }
}

/// A named object type, or members given on the spot.
#[derive(Debug)]
pub(crate) enum Members {
    Named(Name),
    Inline(Vec<MemberDefinition>),
}

#[derive(Debug)]
pub(crate) struct UnionDefinition {
    pub(crate) base: Members,
    pub(crate) discriminator: Name,
    /// The branch of values without the tag.
    pub(crate) default_branch: Option<SmolStr>,
    pub(crate) branches: Vec<BranchDefinition>,
}

#[derive(Debug)]
pub(crate) struct CommandDefinition {
    pub(crate) arguments: Option<Members>,
    pub(crate) returns: Option<TypeRef>,
    pub(crate) flags: CommandFlags,
}

#[derive(Debug, Clone)]
pub(crate) struct MemberDefinition {
    pub(crate) name: Name,
    pub(crate) optional: bool,
    pub(crate) type_ref: TypeRef,
    pub(crate) condition: Option<Arc<Condition>>,
    pub(crate) features: Box<[FeatureDefinition]>,
    pub(crate) releases: ReleaseSet,
}

#[derive(Debug, Clone)]
pub(crate) struct BranchDefinition {
    pub(crate) name: Name,
    pub(crate) type_ref: TypeRef,
    pub(crate) condition: Option<Arc<Condition>>,
    pub(crate) releases: ReleaseSet,
}

#[derive(Debug, Clone)]
pub(crate) struct ValueDefinition {
    pub(crate) name: Name,
    pub(crate) condition: Option<Arc<Condition>>,
    pub(crate) features: Box<[FeatureDefinition]>,
    pub(crate) releases: ReleaseSet,
}

#[derive(Debug, Clone)]
pub(crate) struct FeatureDefinition {
    pub(crate) name: Name,
    pub(crate) condition: Option<Arc<Condition>>,
    pub(crate) releases: ReleaseSet,
}
