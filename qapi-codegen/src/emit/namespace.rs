//! The namespaces: types, commands and events may share names.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::rust_types::Place;
use super::{alternates, enums, handlers, messages, structs, unions};
use crate::Inclusion;
use crate::names::ident;
use crate::plan::{
    Docs, FieldPlan, MessageBody, MessagePlan, NamespaceName, Plan, RustType, StructPlan, TypePlan,
    VariantPlan,
};

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
    fn kind(&self) -> NamespaceName {
        match self {
            Self::Types(_) => NamespaceName::Types,
            Self::Commands(_) => NamespaceName::Commands,
            Self::Events(_) => NamespaceName::Events,
            Self::Handlers(_) => NamespaceName::Handlers,
        }
    }

    pub(super) fn name(&self) -> &'static str {
        self.kind().as_str()
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

    /// What the items refer to: `serde_json`, the error of those who serve, items of other modules, other namespaces.
    fn imports(&self, module: Option<&str>) -> TokenStream {
        let mut references = References::of(self.kind());
        match self {
            Self::Types(plans) => {
                selected(plans, module, |plan| &plan.item().module).for_each(|plan| references.of_type(plan));
            }
            Self::Commands(plans) | Self::Events(plans) => {
                selected(plans, module, |plan| &plan.item().module)
                    .for_each(|plan| references.of_message(plan));
            }
            Self::Handlers(plans) => {
                selected(plans, module, |plan| &plan.item().module)
                    .for_each(|plan| references.of_returns(plan));
                references.namespaces.insert(NamespaceName::Commands);
            }
        }
        let json = references.uses_json.then(|| {
            quote!(
                use qmp_types::serde_json;
            )
        });
        let error = matches!(self, Self::Handlers(_)).then(|| {
            quote!(
                use qmp_types::ServerError;
            )
        });
        let others =
            references.siblings.iter().filter(|(_, defined_in)| defined_in != module.unwrap_or_default());
        let siblings = module.and_then(|_| imported(&quote!(super), others.map(|(name, _)| ident(name))));
        let root = if module.is_some() { quote!(super::super) } else { quote!(super) };
        let namespaces = references.namespaces.iter().map(|namespace| ident(namespace.as_str()));
        let namespaces = imported(&root, namespaces);
        quote!(#json #error #siblings #namespaces)
    }
}

/// The import of names from a module, if there are some.
fn imported(from: &TokenStream, names: impl Iterator<Item = Ident>) -> Option<TokenStream> {
    let names: Vec<_> = names.collect();
    match &names[..] {
        [] => None,
        [name] => Some(quote!(use #from::#name;)),
        names => Some(quote!(use #from::{#(#names),*};)),
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
struct References {
    /// The namespace of the items.
    namespace: NamespaceName,
    /// Items of the same namespace by name, each with its module.
    siblings: BTreeSet<(String, String)>,
    /// Other namespaces.
    namespaces: BTreeSet<NamespaceName>,
    uses_json: bool,
}

impl References {
    /// None yet, of items of a namespace.
    fn of(namespace: NamespaceName) -> Self {
        Self { namespace, siblings: BTreeSet::new(), namespaces: BTreeSet::new(), uses_json: false }
    }

    fn of_type(&mut self, plan: &TypePlan) {
        self.of_docs(&plan.item().docs);
        match plan {
            TypePlan::Enum(plan) => self.of_variants(plan.variants.iter()),
            TypePlan::Struct(plan) => self.of_struct(plan),
            TypePlan::Union(plan) => {
                self.of_variants(plan.branches.variants.iter());
                if let Some(base) = &plan.base {
                    self.of_docs(&base.tag_field.docs);
                    self.of_fields(&base.fields);
                }
            }
            TypePlan::Alternate(plan) => {
                self.of_variants(plan.variants.iter().map(|(_, variant)| variant));
                plan.branches.iter().for_each(|branches| self.of_rust_type(branches));
            }
        }
    }

    fn of_message(&mut self, plan: &MessagePlan) {
        self.of_docs(&plan.item().docs);
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
        self.of_fields(&plan.fields);
        self.uses_json |= plan.rest.is_some();
    }

    fn of_fields(&mut self, fields: &[FieldPlan]) {
        for field in fields {
            self.of_docs(&field.docs);
            self.of_rust_type(&field.rust_type);
        }
    }

    fn of_variants<'p>(&mut self, variants: impl Iterator<Item = &'p VariantPlan>) {
        for variant in variants {
            self.of_docs(&variant.docs);
            variant.data.iter().for_each(|data| self.of_rust_type(data));
        }
    }

    fn of_docs(&mut self, docs: &Docs) {
        docs.linked.iter().for_each(|target| self.of_item(target.namespace, &target.name, &target.module));
    }

    fn of_rust_type(&mut self, rust_type: &RustType) {
        self.uses_json |= rust_type.is_any();
        if let Some((name, module)) = rust_type.named() {
            self.of_item(NamespaceName::Types, name, module);
        }
    }

    fn of_item(&mut self, namespace: NamespaceName, name: &str, module: &str) {
        if namespace == self.namespace {
            self.siblings.insert((name.to_owned(), module.to_owned()));
        } else {
            self.namespaces.insert(namespace);
        }
    }
}
