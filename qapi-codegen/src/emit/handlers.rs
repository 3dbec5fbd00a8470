//! The traits of those who serve commands: one for each module of the schema, and one for all of them.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;

use super::rust_types::{Place, rust_type};
use crate::names::{code, ident};
use crate::plan::{CommandFacts, MessagePlan};

/// The commands of a module of the schema, as its handler sees them.
struct Module<'a> {
    commands: Vec<&'a MessagePlan>,
}

/// The traits of all modules, or of one.
pub(super) fn traits(commands: &[MessagePlan], wanted: Option<&str>) -> TokenStream {
    let modules = modules(commands);
    let modules = modules.iter().filter(|(name, _)| wanted.is_none_or(|wanted| wanted == **name));
    modules.map(|(_, module)| module.spelled()).collect()
}

/// The trait over all modules, and who serves what.
pub(super) fn all(commands: &[MessagePlan]) -> TokenStream {
    let modules = modules(commands);
    let accessors = modules.iter().map(|(name, module)| {
        let (trait_name, method) = (ident(module.trait_name()), ident(name));
        let docs = format!(" Who serves the commands of the module {}.", code(module.schema_name()));
        quote! {
            #[doc = #docs]
            fn #method(&mut self) -> Option<&mut dyn #trait_name> {
                None
            }
        }
    });
    let mut plans: Vec<_> = commands.iter().collect();
    plans.sort_by_key(|plan| &plan.item().name);
    let entries = plans.into_iter().filter_map(|plan| {
        let facts = plan.facts.command.as_ref()?;
        let (name, module) = (ident(&plan.item().name), ident(&plan.item().module));
        let method = ident(&facts.method);
        let boxed = plan.is_large.then(|| quote!((boxed)));
        Some(quote!(#name => #module.#method #boxed))
    });
    quote! {
        /// Who serves each module's commands. The commands of a module that nobody serves are not found.
        pub trait Handlers {
            #(#accessors)*
        }

        qmp_types::served_commands!(AnyCommand, Handlers, commands { #(#entries,)* });
    }
}

/// The modules that have commands, by their Rust names.
fn modules(commands: &[MessagePlan]) -> BTreeMap<&str, Module<'_>> {
    let mut by_module = BTreeMap::<&str, Vec<&MessagePlan>>::new();
    for command in commands {
        by_module.entry(&command.item().module).or_default().push(command);
    }
    by_module.into_iter().map(|(module, commands)| (module, Module { commands })).collect()
}

impl Module<'_> {
    fn trait_name(&self) -> &str {
        let facts = self.commands.first().and_then(|plan| plan.facts.command.as_ref());
        facts.map_or("", |facts| &facts.handler)
    }

    fn schema_name(&self) -> &str {
        self.commands.first().map_or("", |plan| &plan.facts.module)
    }

    fn spelled(&self) -> TokenStream {
        let name = ident(self.trait_name());
        let docs = format!(" Serves the commands of the module {}.", code(self.schema_name()));
        let methods =
            self.commands.iter().filter_map(|plan| Some(method(plan, plan.facts.command.as_ref()?)));
        quote! {
            #[doc = #docs]
            #[allow(unused_variables, reason = "what is not served is not looked at")]
            pub trait #name {
                #(#methods)*
            }
        }
    }
}

/// One command, which is not found unless it is served.
fn method(plan: &MessagePlan, facts: &CommandFacts) -> TokenStream {
    let (method, command, wire_name) = (ident(&facts.method), ident(&plan.item().name), &plan.wire_name);
    let returns = facts.returns.as_ref().map_or(quote!(()), |returns| rust_type(returns, Place::Messages));
    let docs = format!(" Serves {}.", code(wire_name));
    quote! {
        #[doc = #docs]
        fn #method(&mut self, command: commands::#command) -> Result<#returns, ServerError> {
            Err(ServerError::command_not_found(#wire_name))
        }
    }
}
