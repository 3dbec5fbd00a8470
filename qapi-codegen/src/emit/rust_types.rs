//! Types, and how a value of each is passed to a constructor or setter.

use proc_macro2::{Ident, TokenStream};
use qapi_schema::Builtin;
use quote::quote;

use crate::names::ident;
use crate::plan::{NamedKind, RustType};

/// From where types are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Among the types.
    Types,
    /// Among the commands or events, where a type may have the name of a command.
    Messages,
}

/// A type as it is written.
pub(super) fn rust_type(rust_type_: &RustType, place: Place) -> TokenStream {
    match rust_type_ {
        RustType::Builtin(builtin) => builtin_type(*builtin),
        RustType::Named { name, .. } => {
            let name = ident(name);
            match place {
                Place::Types => quote!(#name),
                Place::Messages => quote!(types::#name),
            }
        }
        RustType::Replaced(path) => path.tokens().clone(),
        RustType::Vec(element) => {
            let element = rust_type(element, place);
            quote!(Vec<#element>)
        }
        RustType::Boxed(inner) => {
            let inner = rust_type(inner, place);
            quote!(Box<#inner>)
        }
    }
}

fn builtin_type(builtin: Builtin) -> TokenStream {
    match builtin {
        Builtin::Str => quote!(String),
        Builtin::Number => quote!(f64),
        Builtin::Int | Builtin::Int64 => quote!(i64),
        Builtin::Int8 => quote!(i8),
        Builtin::Int16 => quote!(i16),
        Builtin::Int32 => quote!(i32),
        Builtin::Uint8 => quote!(u8),
        Builtin::Uint16 => quote!(u16),
        Builtin::Uint32 => quote!(u32),
        Builtin::Uint64 | Builtin::Size => quote!(u64),
        Builtin::Bool => quote!(bool),
        Builtin::Any => quote!(serde_json::Value),
        Builtin::Null => quote!(qmp_types::Null),
    }
}

/// A parameter that takes a value of a type.
pub(super) struct Parameter {
    /// The parameter's type, which converts into the value's.
    pub(super) accepts: TokenStream,
    /// The value, made of the parameter.
    pub(super) value: TokenStream,
}

impl Parameter {
    /// The parameter `name` for a value of a type.
    ///
    /// Text, unions and alternates take whatever converts into them; enums and numbers are taken as they
    /// are, so that a slip is an error of the compiler, and so are types of the user's.
    pub(super) fn new(name: &Ident, for_type: &RustType, place: Place) -> Self {
        let written = rust_type(for_type, place);
        let into = || Self { accepts: quote!(impl Into<#written>), value: quote!(#name.into()) };
        match for_type {
            RustType::Builtin(Builtin::Str | Builtin::Any) => into(),
            RustType::Named { kind: NamedKind::Union | NamedKind::Alternate, .. } => into(),
            RustType::Builtin(_) | RustType::Named { .. } | RustType::Replaced(_) => {
                Self { accepts: written, value: quote!(#name) }
            }
            RustType::Vec(element) if **element == RustType::Builtin(Builtin::Str) => Self {
                accepts: quote!(impl IntoIterator<Item = impl Into<String>>),
                value: quote!(#name.into_iter().map(Into::into).collect()),
            },
            RustType::Vec(_) => into(),
            RustType::Boxed(inner) => {
                let Self { accepts, value } = Self::new(name, inner, place);
                Self { accepts, value: quote!(Box::new(#value)) }
            }
        }
    }
}
