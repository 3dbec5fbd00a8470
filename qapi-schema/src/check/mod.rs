//! The rules that names, documentation and commands have to keep.

mod documentation;
mod names;
mod returns;

use qapi_parser::Diagnostic;

use crate::definition::Definition;
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

/// What can be said of a definition without the pragmas of its schema: that its names are names.
pub(crate) fn characters(definition: &Definition) -> Vec<Diagnostic> {
    let found = names::check_characters(definition).into_iter();
    found.map(|diagnostic| diagnostic.in_definition(definition.describe())).collect()
}

/// What can be said once all names are resolved.
pub(crate) fn schema(schema: &Schema, pragmas: &Pragmas) -> Vec<Diagnostic> {
    returns::check(schema, pragmas)
}
