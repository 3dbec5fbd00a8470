//! The rules that a definition has to keep by itself: its names and its documentation.

mod documentation;
mod names;

use qapi_parser::Diagnostic;

use crate::definition::Definition;
use crate::pragma::Pragmas;
use crate::rules::Rules;

/// What can be said of a definition by itself.
pub(crate) fn definition(definition: &Definition, pragmas: &Pragmas, rules: Rules) -> Vec<Diagnostic> {
    let names = names::check(definition, pragmas).into_iter();
    let names = names.map(|diagnostic| definition.within().adopt(diagnostic));
    names.chain(documentation::check(definition, pragmas, rules)).collect()
}

/// What can be said of a definition without the pragmas of its schema: that its names are names.
pub(crate) fn characters(definition: &Definition) -> Vec<Diagnostic> {
    let names = names::check_characters(definition).into_iter();
    names.map(|diagnostic| definition.within().adopt(diagnostic)).collect()
}
