//! Documentation comments belong to their definitions (`docs/devel/qapi-code-gen.rst`, section
//! *Definition documentation*).

use qapi_parser::Diagnostic;
use qapi_parser::ast::Object;
use qapi_parser::doc::{DocComment, Section, SectionKind};

use crate::definition::Head;
use crate::pragma::Pragmas;
use crate::rules::Rules;

/// The comment names its definition, and has the sections of such a definition; where the schema wants comments, there is
/// one.
pub(super) fn check(head: &Head, expr: &Object, pragmas: &Pragmas, rules: Rules) -> Vec<Diagnostic> {
    let name = &head.name;
    let Some(comment) = head.documentation.as_ref().and_then(|documentation| documentation.comment.as_ref())
    else {
        let message = format!("'{}' has no documentation comment", name.text);
        let undocumented = head.mistake("undocumented", name.span, message);
        let undocumented = undocumented.with_hint("pragma 'doc-required' asks for one");
        return if pragmas.doc_required { vec![undocumented] } else { Vec::new() };
    };
    let misplaced = comment.symbol.as_ref().filter(|symbol| symbol.name != name.text).map(|symbol| {
        let message = format!("the documentation comment is for '{}', not for '{}'", symbol.name, name.text);
        head.mistake("misplaced-documentation", name.span, message)
            .with_note(symbol.span, "the name in the comment")
    });
    misplaced.into_iter().chain(sections(head, expr, comment, rules)).collect()
}

/// Only commands return something or fail; those without a value have nothing to say about it.
fn sections(head: &Head, expr: &Object, comment: &DocComment, rules: Rules) -> Option<Diagnostic> {
    let find = |kind| comment.sections.iter().find(|section| section.kind == kind);
    let refuse = |section: &Section, message: &str| {
        // Up to 9.0, QEMU's front end knew no places inside a comment.
        let is_exact = rules.modern_documentation;
        let span = if is_exact { section.span.at_start() } else { comment.span };
        let diagnostic = head.mistake("misplaced-section", span, message);
        Some(if is_exact { diagnostic } else { diagnostic.with_note(section.span, "the section") })
    };
    let returns = find(SectionKind::Returns);
    let errors = find(SectionKind::Errors).filter(|_| rules.modern_documentation);
    match (head.keyword, returns, errors) {
        ("command", Some(section), _) if expr.get("returns").is_none() && rules.modern_documentation => {
            refuse(section, "section 'Returns', and the command returns nothing")
        }
        ("command", _, _) | (_, None, None) => None,
        (_, Some(section), _) => refuse(section, "section 'Returns' is for commands only"),
        (_, None, Some(section)) => refuse(section, "section 'Errors' is for commands only"),
    }
}
