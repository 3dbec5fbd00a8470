//! Structs.

use proc_macro2::TokenStream;
use quote::quote;

use super::rust_types::Place;
use super::{derives, fields, item_attributes};
use crate::names::ident;
use crate::plan::StructPlan;

pub(super) fn emit(plan: &StructPlan, place: Place) -> TokenStream {
    let attributes = item_attributes(&plan.item);
    let name = ident(&plan.item.name);
    let definitions = fields::definitions(plan.fields.iter(), place);
    let rest = plan.rest.as_deref().map(ident);
    let rest_definition = rest.as_ref().map(|rest| {
        quote! {
            /// Arguments that the schema does not list.
            pub #rest: serde_json::Map<String, serde_json::Value>,
        }
    });
    let mut derived = vec!["Debug", "Clone", "PartialEq"];
    if plan.fields.iter().all(|field| !field.required) {
        derived.push("Default");
    }
    let derives = derives(&derived, &[], &plan.item);
    let methods = fields::methods(&plan.fields.iter().collect::<Vec<_>>(), rest.as_ref(), place);
    let entries = fields::json_entries(plan.fields.iter());
    let rest_entry = rest.as_ref().map(|rest| quote!(..#rest));
    quote! {
        #attributes
        #derives
        #[non_exhaustive]
        pub struct #name {
            #(#definitions,)*
            #rest_definition
        }

        impl #name {
            #methods
        }

        qmp_types::json_struct!(#name { #(#entries,)* #rest_entry });
    }
}
