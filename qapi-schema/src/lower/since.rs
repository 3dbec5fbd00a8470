//! The facts in a documentation comment: which release introduced what.

use qapi_parser::doc::{DocComment, SectionKind};
use smol_str::SmolStr;

use crate::model::Documentation;
use crate::release::is_release;

/// The facts of a comment, and the comment.
pub(super) fn documentation(comment: DocComment) -> Documentation {
    let mut documentation = Documentation::default();
    for section in &comment.sections {
        match &section.kind {
            SectionKind::Since => documentation.since = leading_release(&section.text).map(SmolStr::from),
            SectionKind::Member(symbol) => {
                if let Some(release) = release_in_parentheses(&section.text) {
                    documentation.member_since.insert(symbol.name.clone(), release.into());
                }
            }
            _ => {}
        }
    }
    documentation.comment = Some(comment);
    documentation
}

/// The release in a remark like `(since 9.1)`: how QEMU's documentation dates members.
fn release_in_parentheses(text: &str) -> Option<&str> {
    text.match_indices('(').find_map(|(index, _)| {
        let remark = &text[index + 1..];
        let (word, rest) = remark.split_at_checked("since".len())?;
        let rest = word.eq_ignore_ascii_case("since").then_some(rest)?;
        leading_release(rest.strip_prefix(':').unwrap_or(rest))
    })
}

/// The release that a text begins with.
fn leading_release(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let end =
        text.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(text.len());
    Some(text[..end].trim_end_matches('.')).filter(|text| is_release(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_dated_by_a_remark_in_parentheses() {
        assert_eq!(release_in_parentheses("the rate (in Hz)  (Since: 2.4)"), Some("2.4"));
        assert_eq!(release_in_parentheses("on two lines (since\n    10.0.1)."), Some("10.0.1"));
        assert_eq!(release_in_parentheses("(since 2.4 (here), 3.1 (there))"), Some("2.4"));
        assert_eq!(release_in_parentheses("ever since 7.1 and (since Linux 2.6)"), None);
        assert_eq!(release_in_parentheses("(sinceé"), None);
    }

    #[test]
    fn a_release_is_a_dotted_number() {
        assert_eq!(leading_release("2.2; others later"), Some("2.2"));
        assert_eq!(leading_release("3"), None);
        assert_eq!(leading_release("1..2"), None);
    }
}
