//! The files that hold the items.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::quote;

use super::namespace::{Namespace, namespaces};
use super::{any, print};
use crate::names::ident;
use crate::plan::Plan;
use crate::{File, GenerateError};

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
        match layout {
            Layout::SingleFile => {
                let items = namespace.in_one_module();
                root.push(quote!(#docs # #allowances pub mod #name { #items }));
            }
            Layout::Folder => {
                root.push(quote!(#docs pub mod #name;));
                contents.extend(namespace_files(&namespace));
            }
        }
    }
    root.push(any_messages(plan, layout, contents));
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
    contents.insert(format!("{name}/{ROOT}"), quote!(#(mod #names;)* #(pub use #names::*;)*));
    contents
}

/// The enums over all commands and all events.
fn any_messages(plan: &Plan, layout: Layout, contents: &mut BTreeMap<String, TokenStream>) -> TokenStream {
    let enums = [
        (any::commands as fn(&_) -> _, &plan.commands, "any_command", "AnyCommand"),
        (any::events, &plan.events, "any_event", "AnyEvent"),
    ];
    let mut declarations = TokenStream::new();
    for (emit, messages, module, name) in enums {
        if messages.is_empty() {
            continue;
        }
        let (tokens, allowances) = (emit(messages), allowances());
        let module_name = ident(module);
        let enum_name = ident(name);
        declarations.extend(match layout {
            Layout::SingleFile => quote!(# #allowances mod #module_name { #tokens }),
            Layout::Folder => {
                contents.insert(format!("{module}.rs"), tokens);
                quote!(mod #module_name;)
            }
        });
        let reexport = quote!(pub use #module_name::#enum_name;);
        declarations.extend(match layout {
            Layout::SingleFile => {
                quote!(#[allow(unused_imports, reason = "not everyone wants it")] #reexport)
            }
            Layout::Folder => reexport,
        });
    }
    declarations
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
