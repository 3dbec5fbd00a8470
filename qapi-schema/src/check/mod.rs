//! The rules that a definition has to keep by itself: its names and its documentation.

mod documentation;
mod names;

use qapi_parser::Diagnostic;
use qapi_parser::ast::Object;

use crate::definition::{Definition, Head};
use crate::pragma::Pragmas;
use crate::rules::Rules;

/// What can be said of a definition before its parts are read: of its name and its documentation.
pub(crate) fn head(head: &Head, expr: &Object, pragmas: &Pragmas, rules: Rules) -> Vec<Diagnostic> {
    let name = names::definition_name(head, pragmas).map(|diagnostic| head.adopt(diagnostic));
    name.into_iter().chain(documentation::check(head, expr, pragmas, rules)).collect()
}

/// What can be said of the names in a definition.
pub(crate) fn parts(definition: &Definition, pragmas: &Pragmas) -> Vec<Diagnostic> {
    let names = names::check(definition, pragmas).into_iter();
    names.map(|diagnostic| definition.head.adopt(diagnostic)).collect()
}

/// What can be said of a definition without the pragmas of its schema: that its names are names.
pub(crate) fn characters(definition: &Definition) -> Vec<Diagnostic> {
    let names = names::check_characters(definition).into_iter();
    names.map(|diagnostic| definition.head.adopt(diagnostic)).collect()
}
