//! Documentation comments belong to their definitions (`docs/devel/qapi-code-gen.rst`, section
//! *Definition documentation*).

use qapi_parser::Diagnostic;

use crate::definition::Definition;
use crate::pragma::Pragmas;

/// The comment names its definition; where the schema wants comments, there is one.
pub(super) fn check(definition: &Definition, pragmas: &Pragmas) -> Option<Diagnostic> {
    let name = &definition.name;
    let Some(comment) = &definition.documentation.comment else {
        return pragmas.doc_required.then(|| {
            Diagnostic::new(
                "undocumented",
                name.span,
                format!("'{}' has no documentation comment", name.text),
            )
            .with_hint("pragma 'doc-required' asks for one")
        });
    };
    let symbol = comment.symbol.as_ref()?;
    (symbol.name != name.text).then(|| {
        let message = format!("the documentation comment is for '{}', not for '{}'", symbol.name, name.text);
        Diagnostic::new("misplaced-documentation", symbol.span, message)
            .with_note(name.span, "the definition that follows")
    })
}
