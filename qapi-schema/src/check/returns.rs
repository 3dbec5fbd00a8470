//! What commands may return (`docs/devel/qapi-code-gen.rst`, section *Commands*).

use qapi_parser::Diagnostic;

use crate::model::{Schema, TypeKind};
use crate::pragma::Pragmas;

/// A command returns an object or an array of objects, for a later release may want to add something.
pub(super) fn check(schema: &Schema, pragmas: &Pragmas) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for command in schema.commands() {
        let (Some(returns), Some(span)) = (command.returns, command.entity.span) else { continue };
        let name = &command.entity.name;
        let element = match schema.type_of(returns).kind {
            TypeKind::Array(element) => element,
            _ => returns,
        };
        if schema.object(element).is_none() && !pragmas.command_returns_exceptions.contains(name) {
            let message =
                format!("command '{name}' cannot return type '{}'", schema.type_of(returns).entity.name);
            let diagnostic = Diagnostic::new("returns-no-object", span, message)
                .in_definition(format!("command '{name}'"))
                .with_hint("return an object, to which later releases can add members");
            diagnostics.push(diagnostic);
        }
    }
    diagnostics
}
