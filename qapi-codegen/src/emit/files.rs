//! The files that hold the items.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::quote;

use super::namespace::{Namespace, namespaces};
use super::{any, metadata, print};
use crate::names::ident;
use crate::plan::Plan;
use crate::{File, GenerateError, Inclusion};

/// How the bindings are laid out in files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// A folder, with a file for each module of the schema.
    Folder,
    /// One file.
    SingleFile,
}

/// The file that declares all others.
const ROOT: &str = "mod.rs";

/// Spells all items of a plan, in a file for each module of the schema.
pub(crate) fn folder(plan: &Plan, header: &str) -> Result<Vec<File>, GenerateError> {
    let mut contents = BTreeMap::new();
    let root = root(plan, Layout::Folder, &mut contents);
    contents.insert(ROOT.to_owned(), root);
    contents.into_iter().map(|(path, tokens)| print::file(path, tokens, header)).collect()
}

/// Spells all items of a plan, in one file.
pub(crate) fn single_file(plan: &Plan, path: String, header: &str) -> Result<File, GenerateError> {
    let root = root(plan, Layout::SingleFile, &mut BTreeMap::new());
    print::file(path, root, header)
}

/// The module that holds all others, whose files are added to `contents` unless it holds them itself.
fn root(plan: &Plan, layout: Layout, contents: &mut BTreeMap<String, TokenStream>) -> TokenStream {
    let mut root = Vec::new();
    let allowances = allowances();
    if layout == Layout::Folder {
        root.push(quote!(#! #allowances));
    }
    for namespace in namespaces(plan) {
        let (docs, name) = (namespace.docs(), ident(namespace.name()));
        let gate = match namespace {
            Namespace::Handlers(_) => gate(&plan.server),
            _ => None,
        };
        match layout {
            Layout::SingleFile => {
                let items = namespace.in_one_module();
                root.push(quote!(#docs #gate # #allowances pub mod #name { #items }));
            }
            Layout::Folder => {
                root.push(quote!(#docs #gate pub mod #name;));
                contents.extend(namespace_files(&namespace));
            }
        }
    }
    root.push(root_items(plan, layout, contents));
    quote!(#(#root)*)
}

/// A namespace as a module with submodules, or as one file if the schema has but one module.
fn namespace_files(namespace: &Namespace<'_>) -> BTreeMap<String, TokenStream> {
    let name = namespace.name();
    let modules: BTreeSet<&str> = namespace.modules().collect();
    if modules.len() == 1 {
        return BTreeMap::from([(format!("{name}.rs"), namespace.in_one_module())]);
    }
    let mut contents: BTreeMap<_, _> =
        modules.iter().map(|module| (format!("{name}/{module}.rs"), namespace.submodule(module))).collect();
    let names: Vec<_> = modules.iter().map(|module| ident(module)).collect();
    let (root, imports) = (namespace.root(), namespace.root_imports(false));
    contents.insert(format!("{name}/{ROOT}"), quote!(#imports #(mod #names;)* #(pub use #names::*;)* #root));
    contents
}

/// The enums over all commands and all events, and the tables of names.
fn root_items(plan: &Plan, layout: Layout, contents: &mut BTreeMap<String, TokenStream>) -> TokenStream {
    let mut declarations = TokenStream::new();
    if plan.server != Inclusion::Never && !plan.commands.is_empty() {
        let gate = gate(&plan.server);
        let commands = any::commands(&plan.commands);
        declarations.extend(root_item(
            "any_command",
            "AnyCommand",
            commands,
            gate.as_ref(),
            layout,
            contents,
        ));
    }
    if !plan.events.is_empty() {
        let events = any::events(&plan.events);
        declarations.extend(root_item("any_event", "AnyEvent", events, None, layout, contents));
    }
    if let Some((inclusion, rows)) = &plan.metadata {
        let tables = metadata::emit(rows);
        declarations.extend(root_item(
            "metadata",
            "SCHEMA",
            tables,
            gate(inclusion).as_ref(),
            layout,
            contents,
        ));
    }
    declarations
}

/// One such item, in a module of its own.
fn root_item(
    module: &str,
    name: &str,
    tokens: TokenStream,
    gate: Option<&TokenStream>,
    layout: Layout,
    contents: &mut BTreeMap<String, TokenStream>,
) -> TokenStream {
    let (module_name, name, allowances) = (ident(module), ident(name), allowances());
    match layout {
        Layout::SingleFile => quote! {
            #gate
            # #allowances
            mod #module_name { #tokens }
            #gate
            #[allow(unused_imports, reason = "not everyone wants it")]
            pub use #module_name::#name;
        },
        Layout::Folder => {
            contents.insert(format!("{module}.rs"), tokens);
            quote! {
                #gate
                mod #module_name;
                #gate
                pub use #module_name::#name;
            }
        }
    }
}

/// The attribute that leaves out what not everybody needs.
fn gate(inclusion: &Inclusion) -> Option<TokenStream> {
    match inclusion {
        Inclusion::Feature(feature) => Some(quote!(#[cfg(feature = #feature)])),
        Inclusion::Always | Inclusion::Never => None,
    }
}

/// The attribute, less its `#` or `#!`, that allows what the shape of a schema may break. In one file it
/// stands at each module, for a file that is included can have no attributes of its own.
fn allowances() -> TokenStream {
    quote! {
        [allow(
            dead_code,
            deprecated,
            unused_imports,
            clippy::large_enum_variant,
            clippy::should_implement_trait,
            clippy::too_many_arguments,
            clippy::wrong_self_convention,
            reason = "the schema decides what there is, how large it is and what it is called"
        )]
    }
}
