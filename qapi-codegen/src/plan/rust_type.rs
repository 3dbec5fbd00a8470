//! Types as the generated code refers to them.

use qapi_schema::Builtin;

/// A Rust type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum RustType {
    Builtin(Builtin),
    Named { name: String, module: String, kind: NamedKind },
    Vec(Box<RustType>),
    Boxed(Box<RustType>),
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
            Self::Named { .. } => false,
            Self::Vec(inner) | Self::Boxed(inner) => inner.is_any(),
        }
    }

    /// The type it names, with its module.
    pub(crate) fn named(&self) -> Option<(&str, &str)> {
        match self {
            Self::Builtin(_) => None,
            Self::Named { name, module, .. } => Some((name, module)),
            Self::Vec(inner) | Self::Boxed(inner) => inner.named(),
        }
    }
}
