//! Reads the structure of documentation comments ("Documentation comments" in QEMU's
//! `docs/devel/qapi-code-gen.rst`).
//!
//! The two dialects differ in what ends a section, so that each has a reader of its own over the same draft.

mod draft;
mod legacy;
mod modern;
mod style;

use crate::diagnostic::Diagnostic;
use crate::lexer::is_space;
use crate::options::Dialect;
use crate::source::Span;

pub(crate) use draft::Draft;
pub(crate) use style::check as check_style;

/// A comment line of a block, with its `#`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line<'t> {
    pub(crate) text: &'t str,
    pub(crate) span: Span,
}

/// The lines between the `##` that opens a documentation comment and what ends it.
#[derive(Debug)]
pub(crate) struct Block<'t> {
    pub(crate) open: Span,
    pub(crate) lines: Vec<Line<'t>>,
    /// The closing `##`, or what stands in its place. Mistakes in front of it come first.
    pub(crate) close: Result<Span, Diagnostic>,
}

impl Block<'_> {
    fn span(&self) -> Span {
        let end = self.close.as_ref().map_or_else(|error| error.span, |&close| close);
        self.open.to(end)
    }
}

/// Reads a block. In the legacy dialect it may hold several free-form comments.
pub(crate) fn read(block: &Block<'_>, dialect: Dialect) -> Result<Vec<Draft>, Diagnostic> {
    match dialect {
        Dialect::Modern => modern::read(block).map(|draft| vec![draft]),
        Dialect::Legacy => legacy::read(block),
    }
}

/// A line's text without the comment marker.
fn content<'t>(line: &Line<'t>) -> Result<&'t str, Diagnostic> {
    match line.text.strip_prefix('#') {
        None | Some("") => Ok(""),
        Some(rest) => rest
            .strip_prefix(' ')
            .ok_or_else(|| Diagnostic::new("doc-missing-space", line.span, "a space must follow the '#'")),
    }
}

/// The name of a symbol line, `@NAME:` without anything behind it.
fn symbol_name(text: &str, place: Span) -> Result<&str, Diagnostic> {
    let Some(name) = text.strip_prefix('@').and_then(|name| name.strip_suffix(':')) else {
        return Err(Diagnostic::new(
            "doc-symbol-colon",
            place,
            "the line that names the definition must end with ':'",
        ));
    };
    if name.is_empty() {
        return Err(Diagnostic::new("doc-empty-symbol", place, "a name must stand between '@' and ':'"));
    }
    Ok(name)
}

/// How many characters of white space a text begins with.
fn indentation(text: &str) -> usize {
    text.chars().take_while(|&character| is_space(character)).count()
}

/// The text without up to `width` characters of white space at its beginning.
fn unindented(text: &str, width: usize) -> &str {
    let width = width.min(indentation(text));
    text.char_indices().nth(width).map_or("", |(at, _)| &text[at..])
}

fn de_indent(place: Span, least: usize) -> Diagnostic {
    let plural = if least == 1 { "" } else { "s" };
    let message =
        format!("the line is indented less than the text above it: expected at least {least} space{plural}");
    Diagnostic::new("doc-de-indent", place, message)
}

fn named_in_free_form(place: Span, name: &str) -> Diagnostic {
    Diagnostic::new("doc-name-in-free-form", place, format!("'@{name}:' can't stand in a free-form comment"))
        .with_hint("the comment of a definition names it in its first line: '# @NAME:'")
}

fn late_description(place: Span, name: &str) -> Diagnostic {
    let message = format!("the description of '@{name}:' follows a section that must stand behind it");
    Diagnostic::new("doc-late-description", place, message)
}
