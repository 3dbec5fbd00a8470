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
mod unions;

use proc_macro2::TokenStream;
use quote::quote;

pub(crate) use files::{folder, single_file};

use crate::plan::{Docs, Item};

/// The documentation as attributes, which the printer turns into comments.
fn doc_attributes(docs: &Docs) -> TokenStream {
    let mut lines: Vec<String> = Vec::new();
    for (index, paragraph) in docs.paragraphs.iter().enumerate() {
        if index > 0 {
            lines.push(String::new());
        }
        lines.extend(paragraph.lines().map(|line| format!(" {line}")));
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
