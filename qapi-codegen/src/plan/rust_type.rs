//! Types as the generated code refers to them.

use std::hash::{Hash, Hasher};

use proc_macro2::TokenStream;
use qapi_schema::Builtin;

/// A Rust type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum RustType {
    Builtin(Builtin),
    Named {
        name: String,
        module: String,
        kind: NamedKind,
    },
    /// A type of the user's, in the place of one of the schema's.
    Replaced(TypePath),
    Vec(Box<RustType>),
    Boxed(Box<RustType>),
}

/// The path of a type of the user's.
#[derive(Debug, Clone)]
pub(crate) struct TypePath {
    tokens: TokenStream,
    /// By which paths are told apart, for tokens cannot be compared.
    text: String,
}

impl TypePath {
    pub(crate) fn new(tokens: TokenStream) -> Self {
        Self { text: tokens.to_string(), tokens }
    }

    pub(crate) fn tokens(&self) -> &TokenStream {
        &self.tokens
    }
}

impl PartialEq for TypePath {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for TypePath {}

impl Hash for TypePath {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

/// What kind of item a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum NamedKind {
    Enum,
    Struct,
    Union,
    Alternate,
}

impl RustType {
    /// The type without the box around it.
    pub(crate) fn unboxed(&self) -> &Self {
        match self {
            Self::Boxed(inner) => inner,
            _ => self,
        }
    }

    /// Whether it is, or is made of, QAPI's `any`.
    pub(crate) fn is_any(&self) -> bool {
        match self {
            Self::Builtin(builtin) => *builtin == Builtin::Any,
            Self::Named { .. } | Self::Replaced(_) => false,
            Self::Vec(inner) | Self::Boxed(inner) => inner.is_any(),
        }
    }

    /// Whether it is, or is made of, a type of the user's.
    pub(crate) fn is_replaced(&self) -> bool {
        match self {
            Self::Builtin(_) | Self::Named { .. } => false,
            Self::Replaced(_) => true,
            Self::Vec(inner) | Self::Boxed(inner) => inner.is_replaced(),
        }
    }

    /// The type it names, with its module.
    pub(crate) fn named(&self) -> Option<(&str, &str)> {
        match self {
            Self::Builtin(_) | Self::Replaced(_) => None,
            Self::Named { name, module, .. } => Some((name, module)),
            Self::Vec(inner) | Self::Boxed(inner) => inner.named(),
        }
    }
}
