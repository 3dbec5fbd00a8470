//! The spelling: from the plan to Rust, one module for each kind of item.

mod alternates;
mod any;
mod enums;
mod fields;
mod files;
mod handlers;
mod messages;
mod metadata;
mod namespace;
mod print;
mod rust_types;
mod structs;
mod undocumented;
mod unions;

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

pub(crate) use files::{ROOT, folder, modules, single_file};

use crate::names::ident;
use crate::plan::{Docs, Item, ItemAttribute};

/// The documentation as attributes, which the printer turns into comments.
fn doc_attributes(docs: &Docs) -> TokenStream {
    let mut lines: Vec<String> = Vec::new();
    for (index, paragraph) in docs.paragraphs.iter().enumerate() {
        if index > 0 {
            lines.push(String::new());
        }
        let is_blank = |line: &str| line.is_empty();
        lines.extend(
            paragraph.lines().map(|line| if is_blank(line) { String::new() } else { format!(" {line}") }),
        );
    }
    quote!(#(#[doc = #lines])*)
}

fn deprecated_attribute(note: Option<&String>) -> TokenStream {
    match note {
        Some(note) => quote!(#[deprecated = #note]),
        None => TokenStream::new(),
    }
}

/// What stands in front of an item.
fn item_attributes(item: &Item) -> TokenStream {
    let docs = doc_attributes(&item.docs);
    let deprecated = deprecated_attribute(item.deprecated.as_ref());
    quote!(#docs #deprecated)
}

/// What an item derives, of itself and because the user wants it, and the user's other attributes. What it implements
/// `otherwise` is not derived again.
fn derives(of_itself: &[&str], otherwise: &[&str], item: &Item) -> TokenStream {
    let mut names: HashSet<&str> = of_itself.iter().chain(otherwise).copied().collect();
    let mut traits: Vec<_> = of_itself.iter().map(|name| ident(name).to_token_stream()).collect();
    let mut others = Vec::new();
    for attribute in &item.attributes {
        match attribute {
            // A trait cannot be implemented twice, and what many items get some may have already.
            ItemAttribute::Derive(wanted) => {
                let new = wanted.iter().filter(|wanted| names.insert(&wanted.name));
                traits.extend(new.map(|wanted| wanted.path.clone()));
            }
            ItemAttribute::Other(tokens) => others.push(tokens),
        }
    }
    quote!(#[derive(#(#traits),*)] #(#others)*)
}
