//! From definitions to the resolved schema, in passes:
//!
//! 1. [`declare`]: every entity gets its id, implicit types included; names must be unique.
//! 2. [`link`]: every name becomes an id.
//! 3. [`flatten`]: objects gather what they inherit; a type must not contain itself.
//! 4. [`variants`]: unions find their tag and get a branch for each of its values.
//! 5. [`alternatives`]: alternates must be able to tell their types apart.

mod alternatives;
mod declare;
mod flatten;
mod link;
mod variants;

use std::collections::HashSet;

use qapi_parser::Diagnostic;

use crate::definition::Definition;
use crate::model::Schema;

/// Resolves all definitions of a schema.
///
/// What is wrong is reported; the schema is given if nothing is. `dropped` are the names of definitions that
/// are not among them, because they are malformed.
pub(crate) fn resolve(
    definitions: &[Definition],
    dropped: &HashSet<String>,
    modules: Vec<String>,
    release: Option<String>,
) -> Result<Schema, Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    let declarations = declare::declare(definitions, &mut diagnostics);
    let mut schema = link::link(&declarations, dropped, modules, &mut diagnostics);
    schema.release = release;
    no_errors(&mut diagnostics)?;
    flatten::flatten(&mut schema, &mut diagnostics);
    no_errors(&mut diagnostics)?;
    variants::resolve(&declarations, &mut schema, &mut diagnostics);
    alternatives::resolve(&mut schema, &mut diagnostics);
    no_errors(&mut diagnostics)?;
    Ok(schema)
}

/// A pass relies on the ones in front of it: it runs if they found nothing wrong.
fn no_errors(diagnostics: &mut Vec<Diagnostic>) -> Result<(), Vec<Diagnostic>> {
    if diagnostics.is_empty() { Ok(()) } else { Err(std::mem::take(diagnostics)) }
}
