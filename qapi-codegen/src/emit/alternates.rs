//! Alternates: an enum whose variants differ in their JSON type.

use proc_macro2::{Ident, TokenStream};
use qapi_schema::{Builtin, JsonType};
use quote::{format_ident, quote};

use super::rust_types::{Place, rust_type};
use super::unions::{conversion, variant_definition, variant_pattern};
use super::{derives, item_attributes};
use crate::names::ident;
use crate::plan::{AlternatePlan, RustType, VariantPlan};

pub(super) fn emit(plan: &AlternatePlan) -> TokenStream {
    let attributes = item_attributes(&plan.item);
    let derives = derives(&["Debug", "Clone", "PartialEq"], &[], &plan.item);
    let name = ident(&plan.item.name);
    let variants = plan.variants.iter().map(|(_, variant)| variant_definition(variant, Place::Types));
    let expected = expected(plan.variants.iter().map(|(json_type, _)| *json_type));
    let entries = plan.variants.iter().map(|(json_type, variant)| {
        let (kind, pattern) = (kind(*json_type), variant_pattern(variant));
        quote!(#kind => #pattern)
    });
    let from_branches = conversion_from_branches(&name, plan);
    let conversions = plan.variants.iter().filter_map(|(_, variant)| conversion(&name, variant));
    let from_null = plan.variants.iter().filter_map(|(_, variant)| conversion_from_null(&name, variant));
    let from_text = plan.variants.iter().filter_map(|(_, variant)| conversion_from_text(&name, variant));
    quote! {
        #attributes
        #derives
        pub enum #name {
            #(#variants,)*
        }

        qmp_types::json_alternate!(#name, #expected { #(#entries,)* });
        #(#conversions)*
        #from_branches
        #(#from_text)*
        #(#from_null)*
    }
}

/// The variant of the reader's enum of JSON types.
fn kind(json_type: JsonType) -> Ident {
    format_ident!("{json_type:?}")
}

/// What the alternate accepts, in words.
fn expected(json_types: impl Iterator<Item = JsonType>) -> String {
    let words: Vec<_> = json_types
        .map(|json_type| match json_type {
            JsonType::String => "a string",
            JsonType::Number => "a number",
            JsonType::Bool => "a boolean",
            JsonType::Object => "an object",
            JsonType::Array => "an array",
            JsonType::Null => "null",
        })
        .collect();
    match &words[..] {
        [] => "nothing".to_owned(),
        [only] => (*only).to_owned(),
        [rest @ .., last] => format!("{} or {last}", rest.join(", ")),
    }
}

/// What makes a union makes an alternate that accepts the union.
fn conversion_from_branches(target: &Ident, plan: &AlternatePlan) -> Option<TokenStream> {
    let branches = rust_type(plan.branches.as_ref()?, Place::Types);
    let objects = plan.variants.iter().filter(|(json_type, _)| *json_type == JsonType::Object);
    let variant = objects.map(|(_, variant)| variant).next()?;
    let name = ident(&variant.name);
    let value = match variant.data {
        Some(RustType::Boxed(_)) => quote!(Box::new(branch.into().into())),
        _ => quote!(branch.into().into()),
    };
    Some(quote! {
        impl<T: Into<#branches>> From<T> for #target {
            fn from(branch: T) -> Self {
                Self::#name(#value)
            }
        }
    })
}

/// Text converts also without being owned.
fn conversion_from_text(target: &Ident, variant: &VariantPlan) -> Option<TokenStream> {
    let is_text = variant.data == Some(RustType::Builtin(Builtin::Str));
    let name = ident(&variant.name);
    (is_text && variant.converts).then(|| {
        quote! {
            impl From<&str> for #target {
                fn from(value: &str) -> Self {
                    Self::#name(value.to_owned())
                }
            }
        }
    })
}

/// Null converts from the type that stands for it.
fn conversion_from_null(target: &Ident, variant: &VariantPlan) -> Option<TokenStream> {
    let name = ident(&variant.name);
    variant.data.is_none().then(|| {
        quote! {
            impl From<qmp_types::Null> for #target {
                fn from(_: qmp_types::Null) -> Self {
                    Self::#name
                }
            }
        }
    })
}
