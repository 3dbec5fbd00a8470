//! How names of the schema become names of Rust: casing, keywords, collisions.
//!
//! The rules, in this order:
//!
//! 1. Types, values and branches are in `UpperCamelCase`, members in `snake_case`, both by `heck`. What separates two
//!    digits stays, as `_`: `cast5-128` is `Cast5_128`, and 2.5 not 25. An alternative that is null is called `Null`.
//! 2. A name that would begin with a digit gets `_` in front.
//! 3. A keyword becomes a raw identifier (`r#type`); the few that cannot be one get `_` behind, as do modules
//!    called like a file or folder of the bindings (`types_`).
//! 4. A type that has the name of something in Rust's prelude, or of something that the generated code
//!    itself uses, gets `Qapi` in front (`QapiString`).
//! 5. The enum of a union's branches is named after the union, with `Branch` behind.
//! 6. A name that is taken in its scope gets a number behind: `Name2`, `member_2`. The order of the schema's
//!    names decides who comes first. Fields and the methods that set them are numbered apart.

use std::collections::HashSet;

use heck::{ToSnakeCase, ToUpperCamelCase};
use proc_macro2::{Ident, Span};

/// Names that a generated type must not take from the code around it.
const RESERVED_TYPES: [&str; 34] = [
    "AsMut",
    "AsRef",
    "Box",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Display",
    "Drop",
    "Eq",
    "Err",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "FromIterator",
    "Hash",
    "Into",
    "IntoIterator",
    "Iterator",
    "None",
    "Ok",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Result",
    "Send",
    "Sized",
    "Some",
    "String",
    "Sync",
    "ToString",
    "Vec",
];

/// Names of modules that mean something else: to Rust, or in the folder of the bindings.
const RESERVED_MODULES: [&str; 5] = ["commands", "events", "handlers", "mod", "types"];

/// Keywords that cannot be raw identifiers.
const NEVER_RAW: [&str; 4] = ["Self", "crate", "self", "super"];

/// The name of a type, a command's or an event's struct, in `UpperCamelCase`.
pub(crate) fn type_name(name: &str) -> String {
    let name = upper_camel(name);
    if RESERVED_TYPES.contains(&name.as_str()) { format!("Qapi{name}") } else { name }
}

/// The name of an enum's variant for a value or a branch.
pub(crate) fn variant_name(name: &str) -> String {
    upper_camel(name)
}

/// The name of a field.
pub(crate) fn field_name(name: &str) -> String {
    usable(ascii(&name.to_snake_case()))
}

/// The name of a module, and of its file.
pub(crate) fn module_name(name: &str) -> String {
    let name = field_name(name);
    if RESERVED_MODULES.contains(&name.as_str()) { format!("{name}_") } else { name }
}

fn upper_camel(name: &str) -> String {
    let parts: Vec<_> = split_between_digits(name).map(|part| part.to_upper_camel_case()).collect();
    usable(ascii(&parts.join("_")))
}

/// The parts of a name that are apart by one character between digits.
fn split_between_digits(name: &str) -> impl Iterator<Item = &str> {
    let bytes = name.as_bytes();
    let is_digit = |index: usize| bytes.get(index).is_some_and(u8::is_ascii_digit);
    let is_separator = move |index: usize| {
        index > 0 && is_digit(index - 1) && bytes[index].is_ascii_punctuation() && is_digit(index + 1)
    };
    let separators: Vec<usize> = (0..bytes.len()).filter(|&index| is_separator(index)).collect();
    let starts = std::iter::once(0).chain(separators.clone().into_iter().map(|index| index + 1));
    let ends = separators.into_iter().chain(std::iter::once(name.len()));
    starts.zip(ends).map(|(start, end)| &name[start..end])
}

/// Identifiers are ASCII here, whatever the schema's names are made of.
fn ascii(name: &str) -> String {
    name.chars().map(|character| if character.is_ascii_alphanumeric() { character } else { '_' }).collect()
}

/// The name as an identifier, raw or not.
fn usable(name: String) -> String {
    if NEVER_RAW.contains(&name.as_str()) {
        format!("{name}_")
    } else if name.is_empty() || name == "_" {
        "unnamed".to_owned()
    } else if name.starts_with(|first: char| first.is_ascii_digit()) {
        format!("_{name}")
    } else {
        name
    }
}

/// The identifier of a name that the functions of this module made.
pub(crate) fn ident(name: &str) -> Ident {
    // `gen` is a keyword that syn takes for a name.
    let is_keyword = name == "gen" || syn::parse_str::<Ident>(name).is_err();
    if is_keyword { Ident::new_raw(name, Span::call_site()) } else { Ident::new(name, Span::call_site()) }
}

/// A name of the schema as Markdown shows it.
pub(crate) fn code(name: &str) -> String {
    let shown: String = name.chars().map(|it| if it == '`' || it.is_control() { '\'' } else { it }).collect();
    format!("`{shown}`")
}

/// The names that are taken in a scope.
#[derive(Debug)]
pub(crate) struct Scope {
    taken: HashSet<String>,
    /// What stands between a name and its number.
    separator: &'static str,
}

impl Scope {
    /// A scope of types or variants.
    pub(crate) fn camel() -> Self {
        Self { taken: HashSet::new(), separator: "" }
    }

    /// A scope of fields or methods.
    pub(crate) fn snake() -> Self {
        Self { taken: HashSet::new(), separator: "_" }
    }

    /// The same scope, in which a name is taken.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.taken.insert(name.to_owned());
        self
    }

    /// Takes a name, or where it is taken the next free variation of it.
    pub(crate) fn claim(&mut self, name: impl Into<String>) -> String {
        let name = name.into();
        let numbered = |number: u32| format!("{name}{}{number}", self.separator);
        let mut candidates = std::iter::once(name.clone()).chain((2..).map(numbered));
        let free = candidates.find(|candidate| !self.taken.contains(candidate)).unwrap_or_default();
        self.taken.insert(free.clone());
        free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn casing() {
        assert_eq!(type_name("ACPIOSTInfo"), "AcpiostInfo");
        assert_eq!(type_name("blockdev-add"), "BlockdevAdd");
        assert_eq!(type_name("STOP"), "Stop");
        assert_eq!(type_name("__com.example_X"), "ComExampleX");
        assert_eq!(variant_name("4k-sectors"), "_4kSectors");
        assert_eq!(variant_name("2_5"), "_2_5");
        assert_eq!(variant_name("cast5-128"), "Cast5_128");
        assert_eq!(variant_name("1.2-3.x"), "_1_2_3X");
        assert_eq!(field_name("io-status"), "io_status");
        assert_eq!(field_name("CPU"), "cpu");
        assert_eq!(field_name("3d"), "_3d");
    }

    #[test]
    fn every_keyword_becomes_a_field() {
        const KEYWORDS: &str = "abstract as async await become box break const continue crate do dyn else enum \
            extern false final fn for gen if impl in let loop macro match mod move mut override priv pub ref \
            return self Self static struct super trait true try type typeof unsafe unsized use virtual where \
            while yield";
        for keyword in KEYWORDS.split_whitespace() {
            let name = ident(&field_name(keyword)).to_string();
            assert!(name.starts_with("r#") || name.ends_with('_'), "{keyword} became {name}");
        }
    }

    #[test]
    fn modules_keep_out_of_the_way() {
        for (name, module) in
            [("block-core", "block_core"), ("mod", "mod_"), ("types", "types_"), ("self", "self_")]
        {
            assert_eq!(module_name(name), module);
        }
        assert_eq!(ident(&module_name("type")).to_string(), "r#type");
    }

    #[test]
    fn keywords_and_the_prelude() {
        assert_eq!(ident(&field_name("type")).to_string(), "r#type");
        assert_eq!(ident(&field_name("self")).to_string(), "self_");
        assert_eq!(ident(&variant_name("self")).to_string(), "Self_");
        assert_eq!(type_name("String"), "QapiString");
        assert_eq!(variant_name("none"), "None");
    }

    #[test]
    fn whatever_the_name_is_it_becomes_an_identifier() {
        for name in
            ["", "-", "__", "é", "a'b", "\n", "r#type", "日本", "*/", "1", "self", "crate", "gen", "mod"]
        {
            for made in [type_name(name), variant_name(name), field_name(name), module_name(name)] {
                let printed = ident(&made).to_string();
                assert!(syn::parse_str::<Ident>(&printed).is_ok(), "{name:?} became {printed:?}");
            }
        }
    }

    #[test]
    fn a_taken_name_is_numbered() {
        let mut fields = Scope::snake().without("new");
        assert_eq!(fields.claim("new"), "new_2");
        assert_eq!(fields.claim("a"), "a");
        assert_eq!(fields.claim("a"), "a_2");
        assert_eq!(fields.claim("a"), "a_3");
        let mut types = Scope::camel();
        assert_eq!(types.claim("Node"), "Node");
        assert_eq!(types.claim("Node"), "Node2");
    }
}
