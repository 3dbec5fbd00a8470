//! Explicit markup: directives, and what looks like one.

use super::rest::{Block, Reader, indentation, verbatim, without_margin};

/// How long a definition may be that is written wherever it is used: a short text must not become a long one.
const LONGEST_DEFINITION: usize = 500;

/// Reads what stands behind `..` on its line, with the lines that are indented below it.
pub(super) fn read(reader: &mut Reader<'_>, markup: &str, body: &[&str]) -> Vec<Block> {
    if let Some((name, argument)) = name_and_argument(markup) {
        let body = without_margin(body);
        return directive(reader, &Directive { name, argument, body: &body });
    }
    if let Some(target) = markup.strip_prefix('_') {
        define_target(reader, target);
    } else if let Some(substitution) = markup.strip_prefix('|') {
        define_substitution(reader, substitution, body);
    } else if markup.starts_with('[') {
        // A footnote stays where it is written.
        return with_first_line(reader, markup, body);
    }
    Vec::new()
}

/// `NAME:: ARGUMENT`, taken apart.
fn name_and_argument(markup: &str) -> Option<(&str, &str)> {
    let (name, argument) = markup.split_once("::")?;
    let is_name = name.starts_with(|it: char| it.is_ascii_alphabetic())
        && name.chars().all(|it| it.is_ascii_alphanumeric() || "-_:.+".contains(it));
    let is_directive = is_name && (argument.is_empty() || argument.starts_with(' '));
    is_directive.then(|| (name, argument.trim()))
}

struct Directive<'l, 't> {
    name: &'t str,
    argument: &'t str,
    /// Without margin, options included.
    body: &'l [&'t str],
}

impl<'l, 't> Directive<'l, 't> {
    /// The lines behind the options.
    fn content(&self) -> &'l [&'t str] {
        let options = self.body.iter().take_while(|line| option(line).is_some()).count();
        &self.body[options..]
    }

    /// The value of an option.
    fn option(&self, wanted: &str) -> Option<&'t str> {
        let mut options = self.body.iter().map_while(|line| option(line));
        options.find_map(|(name, value)| (name == wanted).then_some(value))
    }
}

/// An option, `:NAME: VALUE`.
fn option(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.strip_prefix(':')?.split_once(':')?;
    let is_option = !name.is_empty() && (value.is_empty() || value.starts_with(' '));
    is_option.then(|| (name, value.trim()))
}

fn directive(reader: &mut Reader<'_>, directive: &Directive<'_, '_>) -> Vec<Block> {
    let Directive { name, argument, body } = directive;
    match *name {
        "attention" | "caution" | "danger" | "error" | "hint" | "important" | "note" | "tip" | "warning" => {
            let body = with_first_line(reader, argument, body);
            vec![Block::Admonition { title: capitalized(name), body }]
        }
        "seealso" => {
            let body = with_first_line(reader, argument, body);
            vec![Block::Admonition { title: "See also".to_owned(), body }]
        }
        "admonition" | "topic" | "sidebar" => {
            let body = reader.blocks(directive.content());
            let title = if argument.is_empty() { &"Note" } else { argument };
            vec![Block::Admonition { title: (*title).to_owned(), body }]
        }
        "versionadded" => vec![changed(reader, "Since", directive)],
        "versionchanged" => vec![changed(reader, "Changed in", directive)],
        "deprecated" => vec![changed(reader, "Deprecated since", directive)],
        "code" | "code-block" | "sourcecode" | "parsed-literal" => vec![verbatim(directive.content())],
        "table" | "list-table" | "csv-table" => {
            let title = (!argument.is_empty()).then(|| Block::Heading((*argument).to_owned()));
            title.into_iter().chain([verbatim(directive.content())]).collect()
        }
        "qmp-example" => vec![example(reader, directive)],
        "rubric" => vec![Block::Heading((*argument).to_owned())],
        // What has no place in the text of a reference, or would take it from elsewhere.
        "contents" | "default-role" | "figure" | "highlight" | "image" | "include" | "index"
        | "literalinclude" | "meta" | "raw" | "role" | "toctree" => Vec::new(),
        _ => reader.blocks(directive.content()),
    }
}

/// Blocks that begin on the line of their directive.
fn with_first_line(reader: &mut Reader<'_>, first: &str, below: &[&str]) -> Vec<Block> {
    let below = without_margin_keeping_start(below);
    let lines: Vec<&str> = std::iter::once(first).chain(below).collect();
    reader.blocks(&lines)
}

/// The lines without what all are indented by. A blank line at their beginning ends the paragraph above them.
fn without_margin_keeping_start<'t>(lines: &[&'t str]) -> Vec<&'t str> {
    let margin =
        lines.iter().filter(|line| !line.is_empty()).map(|line| indentation(line)).min().unwrap_or(0);
    lines.iter().map(|line| line.get(margin..).unwrap_or_default()).collect()
}

/// A remark on a release, which the argument begins with.
fn changed(reader: &mut Reader<'_>, what: &str, directive: &Directive<'_, '_>) -> Block {
    let (release, text) = directive.argument.split_once(' ').unwrap_or((directive.argument, ""));
    let body = with_first_line(reader, text.trim_start(), directive.body);
    Block::Admonition { title: format!("{what} {release}"), body }
}

/// An example. Only an annotated one is markup, whose literal blocks are what is said.
fn example(reader: &mut Reader<'_>, directive: &Directive<'_, '_>) -> Block {
    let content = directive.content();
    let body = match directive.option("annotated") {
        Some(_) => reader.blocks(content),
        None => vec![verbatim(content)],
    };
    Block::Example { title: directive.option("title").map(str::to_owned), body }
}

/// `NAME: ADDRESS`; without an address, a place in the text, to which nothing leads here.
fn define_target(reader: &mut Reader<'_>, target: &str) {
    if let Some((name, address)) = target.split_once(": ")
        && address.len() <= LONGEST_DEFINITION
    {
        let name = name.trim_matches('`').to_lowercase();
        reader.definitions.targets.insert(name, address.trim().to_owned());
    }
}

/// `NAME| replace:: TEXT`.
fn define_substitution(reader: &mut Reader<'_>, substitution: &str, body: &[&str]) {
    if let Some((name, text)) = substitution.split_once("| replace::") {
        let lines = std::iter::once(text).chain(body.iter().copied()).map(str::trim);
        let text = lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
        if text.len() <= LONGEST_DEFINITION {
            reader.definitions.substitutions.insert(name.to_owned(), text);
        }
    }
}

fn capitalized(name: &str) -> String {
    let mut characters = name.chars();
    characters.next().into_iter().flat_map(char::to_uppercase).chain(characters).collect()
}
