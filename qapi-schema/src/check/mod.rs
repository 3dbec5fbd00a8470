//! The rules that names, documentation and commands have to keep.

mod documentation;
mod names;
mod returns;

use qapi_parser::Diagnostic;

use crate::lower::Lowered;
use crate::model::Schema;
use crate::pragma::Pragmas;

/// What can be said of each definition by itself.
pub(crate) fn definitions(lowered: &Lowered) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for definition in &lowered.definitions {
        let found = names::check(definition, &lowered.pragmas)
            .into_iter()
            .chain(documentation::check(definition, &lowered.pragmas));
        diagnostics.extend(found.map(|diagnostic| diagnostic.in_definition(definition.describe())));
    }
    diagnostics
}

/// What can be said once all names are resolved.
pub(crate) fn schema(schema: &Schema, pragmas: &Pragmas) -> Vec<Diagnostic> {
    returns::check(schema, pragmas)
}
