//! From tokens to text.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use syn::{Item, ItemMacro};

use crate::{File, GenerateError};

/// A file with the tokens as its contents.
pub(super) fn file(path: String, tokens: TokenStream, header: &str) -> Result<File, GenerateError> {
    match syn::parse2::<syn::File>(tokens) {
        Ok(parsed) => Ok(File { path: path.into(), contents: format!("{header}\n{}", code(parsed)) }),
        Err(error) => Err(GenerateError::InvalidCode { file: path, error }),
    }
}

fn code(mut file: syn::File) -> String {
    let tables = tables(&mut file.items);
    let mut lines = Vec::new();
    let mut tables = tables.into_iter();
    for line in prettyplease::unparse(&file).lines() {
        let body = line.trim_start();
        let indent = &line[..line.len() - body.len()];
        let is_table = body == format!("{TABLE}!();");
        match is_table.then(|| tables.next()).flatten() {
            Some(table) => lines.extend(table.lines().map(|line| format!("{indent}{line}"))),
            None => lines.push(line.to_owned()),
        }
    }
    with_blank_lines(&lines)
}

/// What stands for a table while everything else is printed.
const TABLE: &str = "table";

/// Takes out the calls of macros that list members or values, which the printer would fill into
/// paragraphs, and gives their text with one entry a line, so that a difference is one line too.
fn tables(items: &mut [Item]) -> Vec<String> {
    let mut tables = Vec::new();
    for item in items {
        match item {
            Item::Macro(item) => {
                if let Some(table) = table(item) {
                    tables.push(table);
                    *item = syn::parse_quote!(table!(););
                }
            }
            Item::Mod(module) => {
                if let Some((_, items)) = &mut module.content {
                    tables.extend(self::tables(items));
                }
            }
            _ => {}
        }
    }
    tables
}

/// The text of `name!(head { entry, … });`; nothing for other forms.
fn table(item: &ItemMacro) -> Option<String> {
    let path: Vec<_> = item.mac.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    let tokens: Vec<_> = item.mac.tokens.clone().into_iter().collect();
    let (TokenTree::Group(entries), head) = tokens.split_last()? else { return None };
    if entries.delimiter() != Delimiter::Brace || entries.stream().is_empty() {
        return None;
    }
    let mut text = format!("{}!({} {{\n", path.join("::"), spelled(head));
    let entries: Vec<_> = entries.stream().into_iter().collect();
    for entry in entries.split_inclusive(is_separator) {
        let (entry, separator) = match entry.split_last() {
            Some((last, entry)) if is_separator(last) => (entry, last.to_string()),
            _ => (entry, String::new()),
        };
        text.push_str(&format!("    {}{separator}\n", spelled(entry)));
    }
    text.push_str("});");
    Some(text)
}

fn is_separator(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if matches!(punct.as_char(), ',' | ';'))
}

/// Tokens as a person would space them: no space inside `Name(_)`, `..name` and `=>`.
fn spelled(tokens: &[TokenTree]) -> String {
    let mut text = String::new();
    let mut joins = true;
    for token in tokens {
        let is_data = matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis);
        let is_behind_a_word =
            matches!(token, TokenTree::Punct(punct) if matches!(punct.as_char(), ',' | '.'));
        if !joins && !is_data && !is_behind_a_word {
            text.push(' ');
        }
        text.push_str(&token.to_string());
        joins = matches!(token, TokenTree::Punct(punct) if punct.spacing() == Spacing::Joint || punct.as_char() == '.');
    }
    text
}

/// Puts a blank line between items; the printer puts none.
fn with_blank_lines(lines: &[String]) -> String {
    let mut spaced = String::new();
    let mut previous = "";
    for line in lines {
        let is_next_item =
            ends_item(previous) && begins_item(line) && indentation(previous) == indentation(line);
        let is_next_module =
            (previous.starts_with("pub ") || previous.starts_with("use ")) && line.starts_with("mod ");
        if is_next_item || is_next_module {
            spaced.push('\n');
        }
        spaced.push_str(line);
        spaced.push('\n');
        previous = line;
    }
    spaced
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn ends_item(line: &str) -> bool {
    let line = line.trim_start();
    if line.starts_with("///") {
        return false;
    }
    line == "}" || line == ")]" || line.ends_with(';') || line.ends_with("{}")
}

fn begins_item(line: &str) -> bool {
    let line = line.trim_start();
    ["///", "#[", "impl", "static ", "qmp_types::"].iter().any(|start| line.starts_with(start))
}
