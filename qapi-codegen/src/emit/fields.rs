//! Fields, the constructor that takes the required ones, and the setters of the others.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::rust_types::{Parameter, Place, rust_type};
use super::{deprecated_attribute, doc_attributes};
use crate::names::{code, ident};
use crate::plan::FieldPlan;

/// The fields of a struct's definition.
pub(super) fn definitions<'a>(fields: impl Iterator<Item = &'a FieldPlan>, place: Place) -> Vec<TokenStream> {
    let definition = |field: &FieldPlan| {
        let docs = doc_attributes(&field.docs);
        let deprecated = deprecated_attribute(field.deprecated.as_ref());
        let name = ident(&field.name);
        let written = rust_type(&field.rust_type, place);
        let written = if field.required { written } else { quote!(Option<#written>) };
        quote!(#docs #deprecated pub #name: #written)
    };
    fields.map(definition).collect()
}

/// What the macros for JSON are told of a struct's fields.
pub(super) fn json_entries<'a>(fields: impl Iterator<Item = &'a FieldPlan>) -> Vec<TokenStream> {
    let entry = |field: &FieldPlan| {
        let presence = format_ident!("{}", if field.required { "required" } else { "optional" });
        let (member, name) = (&field.member, ident(&field.name));
        quote!(#presence #member => #name)
    };
    fields.map(entry).collect()
}

/// The constructor and the setters.
pub(super) fn methods(fields: &[&FieldPlan], rest: Option<&Ident>, place: Place) -> TokenStream {
    let constructor = constructor(fields, rest, place);
    let setters = fields.iter().filter(|field| !field.required).map(|field| setter(field, place));
    let argument = rest.map(argument_setter);
    quote! {
        #constructor
        #(#setters)*
        #argument
    }
}

fn constructor(fields: &[&FieldPlan], rest: Option<&Ident>, place: Place) -> TokenStream {
    if fields.iter().all(|field| !field.required) {
        return quote! {
            /// Without any member.
            #[must_use]
            pub fn new() -> Self {
                Default::default()
            }
        };
    }
    let mut parameters = Vec::new();
    let mut values = Vec::new();
    for field in fields {
        let name = ident(&field.name);
        if field.required {
            let Parameter { accepts, value } = Parameter::new(&name, &field.rust_type, place);
            parameters.push(quote!(#name: #accepts));
            let is_shorthand = name == value.to_string();
            values.push(if is_shorthand { quote!(#name) } else { quote!(#name: #value) });
        } else {
            values.push(quote!(#name: None));
        }
    }
    values.extend(rest.map(|rest| quote!(#rest: serde_json::Map::new())));
    quote! {
        /// With the members that are required.
        #[must_use]
        pub fn new(#(#parameters),*) -> Self {
            Self { #(#values),* }
        }
    }
}

fn setter(field: &FieldPlan, place: Place) -> TokenStream {
    let (setter, name) = (ident(&field.setter), ident(&field.name));
    let Parameter { accepts, value } = Parameter::new(&name, &field.rust_type, place);
    let docs = format!(" Sets {}.", code(&field.member));
    let deprecated = deprecated_attribute(field.deprecated.as_ref());
    quote! {
        #[doc = #docs]
        #deprecated
        #[must_use]
        pub fn #setter(mut self, #name: #accepts) -> Self {
            self.#name = Some(#value);
            self
        }
    }
}

/// For arguments that the schema does not list.
fn argument_setter(rest: &Ident) -> TokenStream {
    quote! {
        /// Adds an argument that the schema does not list.
        #[must_use]
        pub fn argument(mut self, name: impl Into<String>, value: impl Into<serde_json::Value>) -> Self {
            self.#rest.insert(name.into(), value.into());
            self
        }
    }
}
