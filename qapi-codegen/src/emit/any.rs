//! The enums over all commands and over all events.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::names::ident;
use crate::plan::MessagePlan;

/// `AnyCommand`.
pub(super) fn commands(plans: &[MessagePlan]) -> TokenStream {
    emit(plans, &format_ident!("AnyCommand"), "command", &format_ident!("commands"))
}

/// `AnyEvent`.
pub(super) fn events(plans: &[MessagePlan]) -> TokenStream {
    emit(plans, &format_ident!("AnyEvent"), "event", &format_ident!("events"))
}

fn emit(plans: &[MessagePlan], name: &Ident, what: &str, module: &Ident) -> TokenStream {
    let mut plans: Vec<_> = plans.iter().collect();
    plans.sort_by_key(|plan| &plan.item().name);
    let names: Vec<_> = plans.iter().map(|plan| ident(&plan.item().name)).collect();
    let variant_docs: Vec<_> =
        plans.iter().map(|plan| format!(" `{}`.", plan.wire_name.replace('`', "'"))).collect();
    let docs = format!(" Any {what} of the schema.");
    let unknown = format!(" A {what} that these bindings do not know.").replace("A event", "An event");
    let unrecognized = format_ident!("Unrecognized{}", if what == "command" { "Command" } else { "Event" });
    let set = format_ident!("{what}_set");
    quote! {
        use super::#module;

        #[doc = #docs]
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum #name {
            #(
                #[doc = #variant_docs]
                #names(#module::#names),
            )*
            #[doc = #unknown]
            Unrecognized(qmp_types::#unrecognized),
        }

        qmp_types::#set!(#name, #module { #(#names,)* });
    }
}
