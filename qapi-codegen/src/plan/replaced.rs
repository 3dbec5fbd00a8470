//! Types in whose place the user has a Rust type.

use qapi_schema::{EntityId, Schema, TypeId};
use quote::ToTokens;
use syn::PathArguments;

use super::kept::{Replaced, did_you_mean, is_defined, what_it_is};
use super::request::Replacement;
use super::rust_type::TypePath;
use crate::error::Mistake;

/// Looks up the types, and reads the paths.
pub(super) fn replaced(
    schema: &Schema,
    replacements: &[Replacement],
    mistakes: &mut Vec<Mistake>,
) -> Replaced {
    let mut replaced = Replaced::new();
    for Replacement { type_name, path } in replacements {
        let id = type_id(schema, type_name);
        let path = type_path(path).map_err(|error| Mistake::NotAPath {
            type_name: type_name.clone(),
            path: path.clone(),
            error,
        });
        match (id, path) {
            (Ok(id), Ok(path)) => {
                replaced.insert(id, path);
            }
            (id, path) => mistakes.extend(id.err().into_iter().chain(path.err())),
        }
    }
    replaced
}

fn type_id(schema: &Schema, name: &str) -> Result<TypeId, Mistake> {
    let hint = match schema.lookup(name) {
        Some(EntityId::Type(id)) if is_defined(schema, EntityId::Type(id)) => return Ok(id),
        Some(other) => Some(what_it_is(schema, other)),
        None => did_you_mean(schema, name, |id| matches!(id, EntityId::Type(_))),
    };
    Err(Mistake::NoMatch { what: "type", pattern: name.to_owned(), hint })
}

/// The path of a type: `crate::disk::Size`, `Vec<u8>`. Whatever else is a type to Rust is none.
fn type_path(text: &str) -> syn::Result<TypePath> {
    let path: syn::Path = syn::parse_str(text)?;
    if let Some(call) =
        path.segments.iter().find(|it| matches!(it.arguments, PathArguments::Parenthesized(_)))
    {
        return Err(syn::Error::new_spanned(call, "a trait of functions is not a type"));
    }
    Ok(TypePath::new(path.to_token_stream()))
}
