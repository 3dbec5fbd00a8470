//! Attributes that the user wants on items.

use std::collections::HashMap;

use proc_macro2::TokenStream;
use qapi_schema::{EntityId, Reach, Schema, TypeId};
use quote::ToTokens;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Attribute, Path, Token};

use super::kept::{did_you_mean, is_defined};
use super::request::AttributeRequest;
use crate::error::Mistake;

/// An attribute of an item.
#[derive(Debug, Clone)]
pub(crate) enum ItemAttribute {
    /// Traits that are derived, which join those that every such item derives.
    Derive(Vec<DerivedTrait>),
    /// Any other.
    Other(TokenStream),
}

/// A trait that is derived.
#[derive(Debug, Clone)]
pub(crate) struct DerivedTrait {
    /// Its name, without the path to it.
    pub(crate) name: String,
    pub(crate) path: TokenStream,
}

/// The attributes of each definition that gets some, in the order in which they were asked for.
pub(super) fn attributes(
    schema: &Schema,
    requests: &[AttributeRequest],
    kept: &Reach,
    is_replaced: impl Fn(TypeId) -> bool,
    mistakes: &mut Vec<Mistake>,
) -> HashMap<EntityId, Vec<ItemAttribute>> {
    // What is kept is unclear after mistakes, and none follow from that.
    let is_unclear = !mistakes.is_empty();
    let is_kept = |id| is_unclear || kept.contains(id);
    let is_item = |id: EntityId| {
        let is_replaced = matches!(id, EntityId::Type(id) if is_replaced(id));
        is_kept(id) && is_defined(schema, id) && !is_replaced
    };
    let items: Vec<_> = schema.definition_order().iter().copied().filter(|&id| is_item(id)).collect();
    let mut attributes: HashMap<_, Vec<_>> = HashMap::new();
    for AttributeRequest { pattern, attributes: text } in requests {
        let parsed = parse(text).unwrap_or_else(|error| {
            let (pattern, attribute) = (pattern.to_string(), text.clone());
            mistakes.push(Mistake::NotAnAttribute { pattern, attribute, error });
            Vec::new()
        });
        let mut has_match = false;
        for &id in items.iter().filter(|&&id| pattern.matches(&schema.entity(id).name)) {
            has_match = true;
            attributes.entry(id).or_default().extend(parsed.iter().cloned());
        }
        if !has_match {
            let hint = pattern.exact().and_then(|name| match schema.lookup(name) {
                Some(id) if is_defined(schema, id) => Some(why_not(kept, id)),
                _ => did_you_mean(schema, name, is_item),
            });
            mistakes.push(Mistake::NoMatch { what: "definition", pattern: pattern.to_string(), hint });
        }
    }
    attributes
}

/// Why a definition is no item of the bindings.
fn why_not(kept: &Reach, id: EntityId) -> String {
    if kept.contains(id) { "it is replaced".to_owned() } else { "it is not among what is kept".to_owned() }
}

fn parse(text: &str) -> syn::Result<Vec<ItemAttribute>> {
    let attributes = Attribute::parse_outer.parse_str(text)?;
    if attributes.is_empty() {
        return Err(syn::Error::new(proc_macro2::Span::call_site(), "expected `#[…]`"));
    }
    attributes.iter().map(item_attribute).collect()
}

fn item_attribute(attribute: &Attribute) -> syn::Result<ItemAttribute> {
    if !attribute.path().is_ident("derive") {
        return Ok(ItemAttribute::Other(attribute.to_token_stream()));
    }
    let traits = attribute.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated)?;
    let derived = |path: &Path| DerivedTrait {
        name: path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default(),
        path: path.to_token_stream(),
    };
    Ok(ItemAttribute::Derive(traits.iter().map(derived).collect()))
}
