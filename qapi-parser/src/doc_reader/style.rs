//! The style of documentation text ("Documentation comments" in QEMU's `docs/devel/qapi-code-gen.rst`).
//!
//! QEMU's front end holds text to these rules since 10.2. They are about looks alone, so here they are asked for.

use super::{Line, content, indentation};
use crate::diagnostic::Diagnostic;
use crate::lexer::is_space;
use crate::source::Span;

/// How long a line may be, in characters, with the comment marker.
const LONGEST_LINE: usize = 70;

/// The comment marker and the space behind it.
const MARKER: usize = "# ".len();

/// What breaks a rule in the lines of a comment, at most one mistake a line.
pub(crate) fn check(lines: &[Line<'_>]) -> Vec<Diagnostic> {
    let mut literal = Literal::No;
    let mut found = Vec::new();
    for line in lines {
        // A line that is only a marker changes nothing, and one without a space is another mistake.
        let Ok(text) = content(line) else { continue };
        if line.text == "#" {
            continue;
        }
        let text = text.trim_end_matches(is_space);
        literal = literal.behind(text);
        if literal == Literal::No {
            found.extend(long_line(text, line).or_else(|| sentence_space(text, line)));
        }
    }
    found
}

/// Whether a line is part of a literal block, to which the rules do not apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Literal {
    No,
    /// One begins, its indentation is not known yet.
    Begun,
    /// In one of this indentation.
    Inside(usize),
}

impl Literal {
    fn behind(self, text: &str) -> Self {
        if begins_literal(text) {
            return Self::Begun;
        }
        match self {
            _ if text.is_empty() => self,
            Self::No => Self::No,
            Self::Begun => match indentation(text) {
                // What is not indented may still be followed by what is.
                0 => Self::Begun,
                width => Self::Inside(width),
            },
            Self::Inside(width) if indentation(text) < width => Self::No,
            Self::Inside(width) => Self::Inside(width),
        }
    }
}

/// Whether a line is `::` by itself, or `.. qmp-example::`.
fn begins_literal(text: &str) -> bool {
    let Some(text) = text.strip_suffix("::") else { return false };
    let text = text.trim_end_matches(' ');
    let directive = text.strip_prefix("..").and_then(|rest| rest.strip_suffix("qmp-example"));
    text.is_empty()
        || directive.is_some_and(|spaces| !spaces.is_empty() && spaces.trim_matches(' ').is_empty())
}

fn long_line(text: &str, line: &Line<'_>) -> Option<Diagnostic> {
    let length = text.chars().count() + MARKER;
    if length <= LONGEST_LINE || is_address(text) {
        return None;
    }
    let message = format!("a line of {length} characters, where {LONGEST_LINE} is the most");
    Some(Diagnostic::new("style-long-line", line.span, message))
}

/// Whether a line is nothing but an address of the web, which can't be broken.
fn is_address(text: &str) -> bool {
    let address = text.trim_start_matches(' ');
    let has_scheme = ["https://", "http://", "ftp://"].iter().any(|scheme| address.starts_with(scheme));
    has_scheme && !address.contains(' ')
}

fn sentence_space(text: &str, line: &Line<'_>) -> Option<Diagnostic> {
    let space = single_space(text)?;
    let start = line.span.start.saturating_add(u32::try_from(MARKER + space).unwrap_or(u32::MAX));
    let span = Span { start, end: start.saturating_add(1), ..line.span };
    Some(
        Diagnostic::new("style-sentence-space", span, "one space between sentences, where two are wanted")
            .with_hint("if no sentence ends here, begin the next word on a new line"),
    )
}

/// Where the end of a sentence is followed by a single space and the beginning of another: the offset of the space.
/// What numbers an item of a list ends no sentence, and neither does `e.g.`.
fn single_space(text: &str) -> Option<usize> {
    let mut at = numbering(text).unwrap_or(0);
    let mut is_in_word = false;
    while let Some(character) = text.get(at..)?.chars().next() {
        let rest = &text[at..];
        if !is_in_word && rest.strip_prefix("e.g.").is_some_and(begins_sentence) {
            at += "e.g. X".len();
            is_in_word = true;
            continue;
        }
        let behind = at + character.len_utf8();
        if matches!(character, '.' | '!' | '?') && begins_sentence(&text[behind..]) {
            return Some(behind);
        }
        is_in_word = character.is_alphanumeric() || character == '_';
        at = behind;
    }
    None
}

/// Where the number of an item of a list (`1. `) and the first letter behind it end.
fn numbering(text: &str) -> Option<usize> {
    let item = text.trim_start_matches(' ');
    let behind = item.strip_prefix(char::is_numeric)?.strip_prefix('.')?;
    begins_sentence(behind).then(|| text.len() - behind.len() + " X".len())
}

/// Whether a text is a single space and then what begins a sentence.
fn begins_sentence(text: &str) -> bool {
    text.strip_prefix(' ').is_some_and(|next| {
        next.starts_with(|first: char| first.is_ascii_uppercase() || first.is_ascii_digit() || first == '(')
    })
}

#[cfg(test)]
mod tests {
    use super::{begins_literal, single_space};

    #[test]
    fn one_space_behind_a_sentence_is_found() {
        assert_eq!(single_space("One. Two"), Some(4));
        assert_eq!(single_space("One!  Two? (Three)"), Some(10));
        assert_eq!(single_space("1. One. Two"), Some(7));
        assert_eq!(single_space("e.g. X. Y"), Some(7));
        assert_eq!(single_space("be.g. X"), Some(5));
        assert_eq!(single_space("é. Éa. B"), Some(8));
        for fine in ["", "One.  Two", "e.g. FLAT", "  1. One", "version 2.3 of", "one. two", "One.", "e.g."] {
            assert_eq!(single_space(fine), None, "{fine:?}");
        }
    }

    #[test]
    fn literal_blocks_begin_with_two_colons() {
        for begin in ["::", "    ::", ".. qmp-example::", "..   qmp-example  ::"] {
            assert!(begins_literal(begin), "{begin:?}");
        }
        for other in ["text::", ".. note::", ".. qmp-example:: x", "..qmp-example::", ":"] {
            assert!(!begins_literal(other), "{other:?}");
        }
    }
}
