//! The files that hold the items.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::quote;

use super::namespace::{Namespace, namespaces};
use super::{any, metadata, print, undocumented};
use crate::names::ident;
use crate::plan::Plan;
use crate::{DocStyle, File, GenerateError, Inclusion};

/// How the bindings are laid out in files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A folder, with a file for each module of the schema. Its root is a module of a crate.
    Folder,
    /// Such a folder, whose root may also be included: then it can have no attributes of its own.
    IncludedFolder,
    /// One file, which is included.
    SingleFile,
}

/// The file that declares all others.
pub(crate) const ROOT: &str = "mod.rs";

/// Spells all items of a plan, in a file for each module of the schema.
pub(crate) fn folder(plan: &Plan, header: &str) -> Result<Vec<File>, GenerateError> {
    files(plan, Form::Folder, header)
}

/// The same, with a root that may be included.
pub(crate) fn modules(plan: &Plan, header: &str) -> Result<Vec<File>, GenerateError> {
    files(plan, Form::IncludedFolder, header)
}

fn files(plan: &Plan, form: Form, header: &str) -> Result<Vec<File>, GenerateError> {
    let mut contents = BTreeMap::new();
    let root = root(plan, form, &mut contents);
    contents.insert(ROOT.to_owned(), root);
    contents.into_iter().map(|(path, tokens)| file(plan, path, tokens, header)).collect()
}

/// Spells all items of a plan, in one file.
pub(crate) fn single_file(plan: &Plan, path: String, header: &str) -> Result<File, GenerateError> {
    let root = root(plan, Form::SingleFile, &mut BTreeMap::new());
    file(plan, path, root, header)
}

fn file(plan: &Plan, path: String, tokens: TokenStream, header: &str) -> Result<File, GenerateError> {
    let tokens = match plan.docs {
        DocStyle::Links | DocStyle::Full => tokens,
        DocStyle::None => undocumented::undocumented(tokens),
    };
    print::file(path, tokens, header)
}

/// The module that holds all others, whose files are added to `contents` unless it holds them itself.
fn root(plan: &Plan, form: Form, contents: &mut BTreeMap<String, TokenStream>) -> TokenStream {
    let mut root = Vec::new();
    if form == Form::Folder {
        let allowances = allowances(plan.docs);
        root.push(quote!(#! #allowances));
    }
    for namespace in namespaces(plan) {
        let gate = match namespace {
            Namespace::Handlers(_) => gate(&plan.server),
            _ => None,
        };
        let docs = namespace.docs();
        let attributes = quote!(#docs #gate);
        let contents_of = || namespace.in_one_module();
        root.push(module(form, plan.docs, &attributes, &quote!(pub), namespace.name(), contents_of));
        if form != Form::SingleFile {
            contents.extend(namespace_files(&namespace, form));
        }
    }
    root.push(root_items(plan, form, contents));
    quote!(#(#root)*)
}

/// The declaration of a module, with its contents if they stand in the same file.
fn module(
    form: Form,
    docs: DocStyle,
    attributes: &TokenStream,
    visibility: &TokenStream,
    name: &str,
    contents: impl FnOnce() -> TokenStream,
) -> TokenStream {
    let (name, allowances) = (ident(name), allowances(docs));
    match form {
        Form::SingleFile => {
            let contents = contents();
            quote!(#attributes # #allowances #visibility mod #name { #contents })
        }
        Form::IncludedFolder => quote!(#attributes # #allowances #visibility mod #name;),
        Form::Folder => quote!(#attributes #visibility mod #name;),
    }
}

/// A namespace as a module with submodules, or as one file if the schema has but one module.
///
/// Not so in a build script's folder: a file from before other definitions were kept would be in the way of the folder.
fn namespace_files(namespace: &Namespace<'_>, form: Form) -> BTreeMap<String, TokenStream> {
    let name = namespace.name();
    let modules: BTreeSet<&str> = namespace.modules().collect();
    if modules.len() == 1 && form == Form::Folder {
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
fn root_items(plan: &Plan, form: Form, contents: &mut BTreeMap<String, TokenStream>) -> TokenStream {
    let mut items = Vec::new();
    if plan.server != Inclusion::Never && !plan.commands.is_empty() {
        items.push(("any_command", "AnyCommand", any::commands(&plan.commands), gate(&plan.server)));
    }
    if !plan.events.is_empty() {
        items.push(("any_event", "AnyEvent", any::events(&plan.events), None));
    }
    if let Some((inclusion, rows)) = &plan.metadata {
        items.push(("metadata", "SCHEMA", metadata::emit(rows), gate(inclusion)));
    }
    let mut declarations = TokenStream::new();
    for (name, item, tokens, gate) in items {
        declarations.extend(root_item(name, item, tokens.clone(), gate.as_ref(), form, plan.docs));
        if form != Form::SingleFile {
            contents.insert(format!("{name}.rs"), tokens);
        }
    }
    declarations
}

/// One such item, in a module of its own.
fn root_item(
    name: &str,
    item: &str,
    tokens: TokenStream,
    gate: Option<&TokenStream>,
    form: Form,
    docs: DocStyle,
) -> TokenStream {
    let declaration = module(form, docs, &quote!(#gate), &TokenStream::new(), name, || tokens);
    let unused =
        (form != Form::Folder).then(|| quote!(#[allow(unused_imports, reason = "not everyone wants it")]));
    let (name, item) = (ident(name), ident(item));
    quote!(#declaration #gate #unused pub use #name::#item;)
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
fn allowances(docs: DocStyle) -> TokenStream {
    let docs = (docs == DocStyle::None).then(|| quote!(missing_docs,));
    quote! {
        [allow(
            dead_code,
            deprecated,
            #docs
            unused_imports,
            clippy::large_enum_variant,
            clippy::should_implement_trait,
            clippy::too_many_arguments,
            clippy::wrong_self_convention,
            reason = "the schema decides what there is, how large it is and what it is called"
        )]
    }
}
