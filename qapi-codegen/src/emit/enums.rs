//! Enums: open, with a variant that keeps the text of any other value.

use proc_macro2::TokenStream;
use quote::quote;

use super::{deprecated_attribute, derives, doc_attributes, item_attributes};
use crate::names::ident;
use crate::plan::EnumPlan;

pub(super) fn emit(plan: &EnumPlan) -> TokenStream {
    let attributes = item_attributes(&plan.item);
    let derives = derives(&["Debug", "Clone"], &["PartialEq", "Eq", "Hash", "PartialOrd", "Ord"], &plan.item);
    let name = ident(&plan.item.name);
    let variants = plan.variants.iter().map(|variant| {
        let docs = doc_attributes(&variant.docs);
        let deprecated = deprecated_attribute(variant.deprecated.as_ref());
        let name = ident(&variant.name);
        quote!(#docs #deprecated #name)
    });
    let entries = plan.variants.iter().map(|variant| {
        let (value, name) = (&variant.value, ident(&variant.name));
        quote!(#value => #name)
    });
    quote! {
        #attributes
        #derives
        #[non_exhaustive]
        pub enum #name {
            #(#variants,)*
            /// A value that these bindings do not know.
            Unrecognized(Box<str>),
        }

        qmp_types::json_enum!(#name { #(#entries,)* });
    }
}
