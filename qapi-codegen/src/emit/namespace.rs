//! The namespaces: types, commands and events may share names.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;

use super::rust_types::Place;
use super::{alternates, enums, handlers, messages, structs, unions};
use crate::Inclusion;
use crate::names::ident;
use crate::plan::{MessageBody, MessagePlan, Plan, RustType, StructPlan, TypePlan, VariantPlan};

/// The items of one kind.
pub(super) enum Namespace<'a> {
    Types(&'a [TypePlan]),
    Commands(&'a [MessagePlan]),
    Events(&'a [MessagePlan]),
    Handlers(&'a [MessagePlan]),
}

/// The namespaces that have items.
pub(super) fn namespaces(plan: &Plan) -> impl Iterator<Item = Namespace<'_>> {
    let served = if plan.server == Inclusion::Never { &[][..] } else { &plan.commands };
    let all = [
        Namespace::Types(&plan.types),
        Namespace::Commands(&plan.commands),
        Namespace::Events(&plan.events),
        Namespace::Handlers(served),
    ];
    all.into_iter().filter(|namespace| namespace.modules().next().is_some())
}

impl<'a> Namespace<'a> {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Types(_) => "types",
            Self::Commands(_) => "commands",
            Self::Events(_) => "events",
            Self::Handlers(_) => "handlers",
        }
    }

    pub(super) fn docs(&self) -> TokenStream {
        let docs = match self {
            Self::Handlers(_) => " For those who serve the schema's commands.".to_owned(),
            _ => format!(" The schema's {}.", self.name()),
        };
        quote!(#[doc = #docs])
    }

    /// The modules of the schema in which the items are defined, with repetitions.
    pub(super) fn modules(&self) -> Box<dyn Iterator<Item = &'a str> + 'a> {
        match self {
            Self::Types(plans) => Box::new(plans.iter().map(|plan| plan.item().module.as_str())),
            Self::Commands(plans) | Self::Events(plans) | Self::Handlers(plans) => {
                Box::new(plans.iter().map(|plan| plan.item().module.as_str()))
            }
        }
    }

    /// All items, in one module beside the other namespaces.
    pub(super) fn in_one_module(&self) -> TokenStream {
        let imports = self.imports(None);
        let (items, root) = (self.items(None), self.root());
        let root_imports = self.root_imports(true);
        quote!(#root_imports #imports #items #root)
    }

    /// The items of one module of the schema, in a submodule of the namespace.
    pub(super) fn submodule(&self, module: &str) -> TokenStream {
        let imports = self.imports(Some(module));
        let items = self.items(Some(module));
        quote!(#imports #items)
    }

    /// What belongs to no module of the schema.
    pub(super) fn root(&self) -> TokenStream {
        match self {
            Self::Handlers(plans) => handlers::all(plans),
            _ => TokenStream::new(),
        }
    }

    /// What that refers to.
    pub(super) fn root_imports(&self, in_one_module: bool) -> TokenStream {
        match self {
            Self::Handlers(_) if in_one_module => quote!(
                use super::AnyCommand;
            ),
            Self::Handlers(_) => quote!(
                use super::{AnyCommand, commands};
            ),
            _ => TokenStream::new(),
        }
    }

    fn items(&self, module: Option<&str>) -> TokenStream {
        match self {
            Self::Types(plans) => {
                selected(plans, module, |plan| &plan.item().module).map(type_item).collect()
            }
            Self::Commands(plans) | Self::Events(plans) => {
                selected(plans, module, |plan| &plan.item().module).map(messages::emit).collect()
            }
            Self::Handlers(plans) => handlers::traits(plans, module),
        }
    }

    /// What the items refer to: `serde_json`, types of other modules, for messages the namespace of types.
    fn imports(&self, module: Option<&str>) -> TokenStream {
        let mut references = References::default();
        let place = match self {
            Self::Types(plans) => {
                selected(plans, module, |plan| &plan.item().module).for_each(|plan| references.of_type(plan));
                Place::Types
            }
            Self::Commands(plans) | Self::Events(plans) => {
                selected(plans, module, |plan| &plan.item().module)
                    .for_each(|plan| references.of_message(plan));
                Place::Messages
            }
            Self::Handlers(plans) => {
                selected(plans, module, |plan| &plan.item().module)
                    .for_each(|plan| references.of_returns(plan));
                return self.handler_imports(!references.types.is_empty(), references.uses_json, module);
            }
        };
        let json = references.uses_json.then(|| {
            quote!(
                use qmp_types::serde_json;
            )
        });
        let types = match (place, module) {
            (Place::Types, None) => None,
            (Place::Types, Some(module)) => {
                let others = references.types.iter().filter(|(_, defined_in)| defined_in != module);
                let names: Vec<_> = others.map(|(name, _)| ident(name)).collect();
                match &names[..] {
                    [] => None,
                    [name] => Some(quote!(use super::#name;)),
                    names => Some(quote!(use super::{#(#names),*};)),
                }
            }
            (Place::Messages, _) if references.types.is_empty() => None,
            (Place::Messages, None) => Some(quote!(
                use super::types;
            )),
            (Place::Messages, Some(_)) => Some(quote!(
                use super::super::types;
            )),
        };
        quote!(#json #types)
    }

    /// What the traits of handlers refer to: commands, the types that they return, the error.
    fn handler_imports(&self, uses_types: bool, uses_json: bool, module: Option<&str>) -> TokenStream {
        let json = uses_json.then(|| {
            quote!(
                use qmp_types::serde_json;
            )
        });
        let beside = match (module, uses_types) {
            (None, false) => quote!(
                use super::commands;
            ),
            (None, true) => quote!(
                use super::{commands, types};
            ),
            (Some(_), false) => quote!(
                use super::super::commands;
            ),
            (Some(_), true) => quote!(
                use super::super::{commands, types};
            ),
        };
        quote!(#json use qmp_types::ServerError; #beside)
    }
}

fn selected<'p, T>(
    plans: &'p [T],
    module: Option<&str>,
    module_of: impl Fn(&T) -> &String,
) -> impl Iterator<Item = &'p T> {
    plans.iter().filter(move |plan| module.is_none_or(|module| module_of(plan) == module))
}

fn type_item(plan: &TypePlan) -> TokenStream {
    match plan {
        TypePlan::Enum(plan) => enums::emit(plan),
        TypePlan::Struct(plan) => structs::emit(plan, Place::Types),
        TypePlan::Union(plan) => unions::emit(plan),
        TypePlan::Alternate(plan) => alternates::emit(plan),
    }
}

/// What items refer to.
#[derive(Default)]
struct References {
    /// Types by name, each with its module.
    types: BTreeSet<(String, String)>,
    uses_json: bool,
}

impl References {
    fn of_type(&mut self, plan: &TypePlan) {
        match plan {
            TypePlan::Enum(_) => {}
            TypePlan::Struct(plan) => self.of_struct(plan),
            TypePlan::Union(plan) => {
                self.of_variants(plan.branches.variants.iter());
                let fields = plan.base.iter().flat_map(|base| &base.fields);
                fields.for_each(|field| self.of_rust_type(&field.rust_type));
            }
            TypePlan::Alternate(plan) => {
                self.of_variants(plan.variants.iter().map(|(_, variant)| variant));
                plan.branches.iter().for_each(|branches| self.of_rust_type(branches));
            }
        }
    }

    fn of_message(&mut self, plan: &MessagePlan) {
        match &plan.body {
            MessageBody::Members(plan) => self.of_struct(plan),
            MessageBody::Whole { data, .. } => self.of_rust_type(data),
        }
        self.of_returns(plan);
    }

    fn of_returns(&mut self, plan: &MessagePlan) {
        let returns = plan.facts.command.as_ref().and_then(|command| command.returns.as_ref());
        returns.into_iter().for_each(|returns| self.of_rust_type(returns));
    }

    fn of_struct(&mut self, plan: &StructPlan) {
        plan.fields.iter().for_each(|field| self.of_rust_type(&field.rust_type));
        self.uses_json |= plan.rest.is_some();
    }

    fn of_variants<'p>(&mut self, variants: impl Iterator<Item = &'p VariantPlan>) {
        variants.filter_map(|variant| variant.data.as_ref()).for_each(|data| self.of_rust_type(data));
    }

    fn of_rust_type(&mut self, rust_type: &RustType) {
        self.uses_json |= rust_type.is_any();
        if let Some((name, module)) = rust_type.named() {
            self.types.insert((name.to_owned(), module.to_owned()));
        }
    }
}
