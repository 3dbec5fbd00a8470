//! Commands and events.

use proc_macro2::TokenStream;
use quote::quote;

use super::rust_types::{Parameter, Place, rust_type};
use super::{derives, item_attributes, structs};
use crate::names::ident;
use crate::plan::{CommandFacts, Item, MessageBody, MessageFacts, MessagePlan, RustType};

pub(super) fn emit(plan: &MessagePlan) -> TokenStream {
    let body = match &plan.body {
        MessageBody::Members(plan) => structs::emit(plan, Place::Messages),
        MessageBody::Whole { item, data } => newtype(item, data),
    };
    let facts = facts(plan);
    quote!(#body #facts)
}

/// A struct around the type whose members it carries.
fn newtype(item: &Item, data: &RustType) -> TokenStream {
    let attributes = item_attributes(item);
    let derives = derives(&["Debug", "Clone", "PartialEq"], &[], item);
    let name = ident(&item.name);
    let parameter = ident("members");
    let Parameter { accepts, value } = Parameter::new(&parameter, data, Place::Messages);
    let data = rust_type(data, Place::Messages);
    quote! {
        #attributes
        #derives
        #[non_exhaustive]
        pub struct #name(
            /// All its members.
            pub #data,
        );

        impl #name {
            /// With all its members.
            #[must_use]
            pub fn new(#parameter: #accepts) -> Self {
                Self(#value)
            }
        }

        impl From<#data> for #name {
            fn from(members: #data) -> Self {
                Self(members)
            }
        }

        qmp_types::json_newtype!(#name);
    }
}

/// The implementation of `Command` or `Event`. Each command is `Defined` by being one.
fn facts(plan: &MessagePlan) -> TokenStream {
    let name = ident(&plan.item().name);
    let wire_name = &plan.wire_name;
    let MessageFacts { module, since, releases: runs, features, condition, command } = &plan.facts;
    let since = since.as_ref().map(|since| quote!(const SINCE: Option<&'static str> = Some(#since);));
    let releases = releases(runs);
    let releases =
        (!runs.is_empty()).then(|| quote!(const RELEASES: qmp_types::Releases = qmp_types::#releases;));
    let features =
        (!features.is_empty()).then(|| quote!(const FEATURES: &'static [&'static str] = &[#(#features),*];));
    let condition = condition
        .as_deref()
        .map(|condition| quote!(const CONDITION: Option<&'static str> = Some(#condition);));
    let (trait_, returns, flags) = match command {
        Some(command) => (quote!(Command), Some(returns(command)), Some(flags(command))),
        None => (quote!(Event), None, None),
    };
    let defined = command.is_none().then(|| {
        quote! {
            impl qmp_types::Defined for #name {
                const DEFINITION: qmp_types::Definition = qmp_types::Definition::Event(#wire_name);
            }
        }
    });
    quote! {
        impl qmp_types::#trait_ for #name {
            #returns
            const NAME: &'static str = #wire_name;
            const MODULE: &'static str = #module;
            #since
            #releases
            #features
            #condition
            #flags
        }

        #defined
    }
}

/// The releases that have something.
pub(super) fn releases(runs: &[(String, String)]) -> TokenStream {
    let runs = runs.iter().map(|(first, last)| quote!((#first, #last)));
    quote!(Releases::of(&[#(#runs),*]))
}

fn returns(command: &CommandFacts) -> TokenStream {
    let returns = command.returns.as_ref().map_or(quote!(()), |returns| rust_type(returns, Place::Messages));
    quote!(type Return = #returns;)
}

fn flags(command: &CommandFacts) -> TokenStream {
    let oob = command.allow_oob.then(|| {
        quote!(
            const ALLOW_OOB: bool = true;
        )
    });
    let preconfig = command.allow_preconfig.then(|| {
        quote!(
            const ALLOW_PRECONFIG: bool = true;
        )
    });
    let success = (!command.success_response).then(|| {
        quote!(
            const SUCCESS_RESPONSE: bool = false;
        )
    });
    quote!(#oob #preconfig #success)
}
