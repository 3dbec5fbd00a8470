//! The enums over all commands and over all events.

use proc_macro2::TokenStream;
use quote::quote;

use crate::names::{code, ident};
use crate::plan::MessagePlan;

/// What an enum is over.
struct Messages {
    enum_name: &'static str,
    module: &'static str,
    set: &'static str,
    unrecognized: &'static str,
    docs: &'static str,
    unrecognized_docs: &'static str,
}

/// `AnyCommand`.
pub(super) fn commands(plans: &[MessagePlan]) -> TokenStream {
    let messages = Messages {
        enum_name: "AnyCommand",
        module: "commands",
        set: "command_set",
        unrecognized: "UnrecognizedCommand",
        docs: " Any command of the schema.",
        unrecognized_docs: " A command that these bindings do not know.",
    };
    emit(plans, &messages)
}

/// `AnyEvent`.
pub(super) fn events(plans: &[MessagePlan]) -> TokenStream {
    let messages = Messages {
        enum_name: "AnyEvent",
        module: "events",
        set: "event_set",
        unrecognized: "UnrecognizedEvent",
        docs: " Any event of the schema.",
        unrecognized_docs: " An event that these bindings do not know.",
    };
    emit(plans, &messages)
}

fn emit(plans: &[MessagePlan], messages: &Messages) -> TokenStream {
    let mut plans: Vec<_> = plans.iter().collect();
    plans.sort_by_key(|plan| &plan.item().name);
    let names: Vec<_> = plans.iter().map(|plan| ident(&plan.item().name)).collect();
    let data = plans.iter().map(|plan| {
        let (module, name) = (ident(messages.module), ident(&plan.item().name));
        if plan.is_large { quote!(Box<#module::#name>) } else { quote!(#module::#name) }
    });
    let variant_docs = plans.iter().map(|plan| format!(" {}.", code(&plan.wire_name)));
    let Messages { docs, unrecognized_docs, .. } = messages;
    let [name, module, set, unrecognized] =
        [messages.enum_name, messages.module, messages.set, messages.unrecognized].map(ident);
    quote! {
        use super::#module;

        #[doc = #docs]
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum #name {
            #(
                #[doc = #variant_docs]
                #names(#data),
            )*
            #[doc = #unrecognized_docs]
            Unrecognized(qmp_types::#unrecognized),
        }

        qmp_types::#set!(#name, #module { #(#names,)* });
    }
}
