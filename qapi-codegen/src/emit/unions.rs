//! Unions: an enum of the branches, in a struct if the base has members besides the tag.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::rust_types::{Place, rust_type};
use super::{deprecated_attribute, derives, doc_attributes, fields, item_attributes};
use crate::names::ident;
use crate::plan::{BranchesPlan, RustType, UnionBase, UnionPlan, VariantPlan};

/// What a union derives, and so does the enum of its branches.
const DERIVED: [&str; 3] = ["Debug", "Clone", "PartialEq"];

pub(super) fn emit(plan: &UnionPlan) -> TokenStream {
    let branches = ident(&plan.branches.name);
    let attributes = match plan.base {
        None => item_attributes(&plan.item),
        Some(_) => {
            let docs = format!(" The branches of [`{}`].", plan.item.name);
            quote!(#[doc = #docs])
        }
    };
    let derives = derives(&DERIVED, &[], &plan.item);
    let definition = branches_enum(&plan.branches, &attributes, &derives);
    let union = match &plan.base {
        None => {
            let tag = tag(plan);
            quote!(qmp_types::json_union!(#branches, #tag);)
        }
        Some(base) => union_struct(plan, base),
    };
    match plan.base {
        None => quote!(#definition #union),
        Some(_) => quote!(#union #definition),
    }
}

fn union_struct(plan: &UnionPlan, base: &UnionBase) -> TokenStream {
    let attributes = item_attributes(&plan.item);
    let derives = derives(&DERIVED, &[], &plan.item);
    let name = ident(&plan.item.name);
    let all_fields: Vec<_> = std::iter::once(&base.tag_field).chain(&base.fields).collect();
    let definitions = fields::definitions(all_fields.iter().copied(), Place::Types);
    let methods = fields::methods(&all_fields, None, Place::Types);
    let (tag, tag_field) = (tag(plan), ident(&base.tag_field.name));
    let entries = fields::json_entries(base.fields.iter());
    let conversion = plan.convertible_branches().map(|branches| {
        let branches = rust_type(&branches, Place::Types);
        quote! {
            impl<T: Into<#branches>> From<T> for #name {
                fn from(#tag_field: T) -> Self {
                    Self::new(#tag_field)
                }
            }
        }
    });
    quote! {
        #attributes
        #derives
        #[non_exhaustive]
        pub struct #name {
            #(#definitions,)*
        }

        impl #name {
            #methods
        }

        #conversion

        qmp_types::json_union!(#name { tag #tag => #tag_field, #(#entries,)* });
    }
}

/// The tag, and what it is where it is absent.
fn tag(plan: &UnionPlan) -> TokenStream {
    let tag = &plan.tag;
    let default = plan.default_tag.as_ref().map(|default| quote!((or #default)));
    quote!(#tag #default)
}

fn branches_enum(plan: &BranchesPlan, attributes: &TokenStream, derives: &TokenStream) -> TokenStream {
    let name = ident(&plan.name);
    let variants = plan.variants.iter().map(|variant| variant_definition(variant, Place::Types));
    let entries = plan.variants.iter().map(|variant| {
        let (value, pattern) = (&variant.value, variant_pattern(variant));
        quote!(#value => #pattern)
    });
    let conversions = plan.variants.iter().filter_map(|variant| conversion(&name, variant));
    quote! {
        #attributes
        #derives
        #[non_exhaustive]
        pub enum #name {
            #(#variants,)*
            /// A branch that these bindings do not know.
            Unrecognized(qmp_types::UnrecognizedBranch),
        }

        qmp_types::json_branches!(#name { #(#entries,)* });
        #(#conversions)*
    }
}

/// A variant in the definition of its enum.
pub(super) fn variant_definition(variant: &VariantPlan, place: Place) -> TokenStream {
    let docs = doc_attributes(&variant.docs);
    let deprecated = deprecated_attribute(variant.deprecated.as_ref());
    let name = ident(&variant.name);
    let data = variant.data.as_ref().map(|data| {
        let data = rust_type(data, place);
        quote!((#data))
    });
    quote!(#docs #deprecated #name #data)
}

/// A variant as the macros for JSON are told of it.
pub(super) fn variant_pattern(variant: &VariantPlan) -> TokenStream {
    let name = ident(&variant.name);
    let data = variant.data.as_ref().map(|_| quote!((_)));
    quote!(#name #data)
}

/// The conversion from the data that only this variant has.
pub(super) fn conversion(target: &Ident, variant: &VariantPlan) -> Option<TokenStream> {
    let data = variant.data.as_ref().filter(|_| variant.converts)?;
    let name = ident(&variant.name);
    let source = rust_type(data.unboxed(), Place::Types);
    let value = match data {
        RustType::Boxed(_) => quote!(Box::new(value)),
        _ => quote!(value),
    };
    Some(quote! {
        impl From<#source> for #target {
            fn from(value: #source) -> Self {
                Self::#name(#value)
            }
        }
    })
}
