//! From definitions to the resolved schema, in passes:
//!
//! 1. [`declare`]: every entity gets its id, implicit types included; names must be unique.
//! 2. [`link`]: every name becomes an id.
//! 3. [`contain`]: a type must not contain itself; cycles are cut.
//! 4. [`variants`]: unions find their tag, and their branches are values of it.
//! 5. [`clashes`]: names are distinct in C, too.
//! 6. [`alternatives`]: alternates must be able to tell their types apart.
//! 7. [`messages`]: what commands and events may take and return.
//! 8. [`documentation`]: comments describe what is there.

mod alternatives;
mod clashes;
mod contain;
mod declare;
mod documentation;
mod findings;
mod link;
mod messages;
mod simple;
mod variants;

use std::collections::HashSet;

use qapi_parser::Diagnostic;
use smol_str::SmolStr;

use crate::definition::Definition;
use crate::model::Schema;
use crate::pragma::Names;
use findings::Findings;

pub(crate) use documentation::documented_parts;

/// What there is to resolve.
pub(crate) struct Unresolved {
    /// The schema without any entity.
    pub(crate) schema: Schema,
    pub(crate) definitions: Vec<Definition>,
    /// The names of definitions that are not among them, because they are malformed.
    pub(crate) dropped: HashSet<SmolStr>,
    /// The commands that may return what they like; if not known, all.
    pub(crate) returns_exceptions: Option<Names>,
}

/// Resolves all definitions of a schema. What is wrong comes in the order in which QEMU's front end would find it; the schema is
/// whole if nothing is.
pub(crate) fn resolve(unresolved: Unresolved) -> (Schema, Vec<Diagnostic>) {
    let Unresolved { mut schema, definitions, dropped, returns_exceptions } = unresolved;
    let (mut declarations, mut diagnostics) = declare::declare(&definitions);
    schema.order = declarations.entities.iter().map(|(id, _)| *id).collect();
    let mut findings = Findings::default();
    link::link(&declarations, definitions, &dropped, &mut schema, &mut findings);
    schema.by_name = std::mem::take(&mut declarations.by_name);
    let unknown = check(&mut schema, returns_exceptions.as_ref(), &mut findings);
    diagnostics.extend(findings.in_order(&schema));
    diagnostics.extend(unknown);
    (schema, diagnostics)
}

/// Runs the passes behind linking. What they find in the documentation alone is given, for it comes last.
fn check(
    schema: &mut Schema,
    returns_exceptions: Option<&Names>,
    findings: &mut Findings,
) -> Vec<Diagnostic> {
    contain::check(schema, findings);
    variants::check(schema, findings);
    clashes::check(schema, findings);
    alternatives::resolve(schema, findings);
    messages::check(schema, returns_exceptions, findings);
    documentation::check(schema, findings)
}
