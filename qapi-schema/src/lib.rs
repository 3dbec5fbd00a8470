//! QEMU's QAPI schema, resolved: every name looked up, every rule checked, and the schema as a value.
//!
//! A [`Schema`] comes from a QEMU tree ([`Tree`]), from the text of a schema ([`from_ast`]), or from one of
//! the snapshots that this crate carries ([`snapshot`]).
//!
//! ```
//! use std::path::Path;
//!
//! let text = "{ 'struct': 'Point', 'data': { 'x': 'int', '*label': 'str' } }";
//! let ast = qapi_parser::parse_text(Path::new("point.json"), text, &Default::default())?;
//! let schema = qapi_schema::from_ast(ast, None)?;
//! let Some(qapi_schema::EntityId::Type(id)) = schema.lookup("Point") else { unreachable!() };
//! let members = schema.members(id);
//! assert_eq!((&*members[1].name, members[1].optional), ("label", true));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`dump()`] writes a schema as JSON, for tools in other languages. [`Reach`] tells what definitions need.
//! [`diff::compare`] tells what changed from one schema to another, and whom it concerns; with [`introspection`], a running server is
//! one of the two.

mod check;
mod definition;
pub mod diff;
mod dump;
mod folder;
pub mod introspection;
mod lower;
mod model;
mod pragma;
mod reach;
mod received;
pub mod release;
mod resolve;
mod rules;
pub mod snapshot;
mod suggest;
mod tree;

use qapi_parser::ast::Ast;
use qapi_parser::source::Sources;
use qapi_parser::{Diagnostic, MAX_MISTAKES, Report};

pub use dump::dump;
pub use model::{
    Alternate, Alternative, Branch, Builtin, Command, CommandFlags, Condition, Documentation, Entity,
    EntityId, Enum, Event, Feature, JsonType, Member, Module, ModuleId, Object, Schema, Type, TypeId,
    TypeKind, Value, Variants,
};
pub use reach::{Reach, Role, Route, Use};
use resolve::Unresolved;
use rules::Rules;
pub use suggest::nearest;
pub use tree::{LoadOptions, SchemaName, Tree, TreeError, load};

/// Resolves what a syntax tree defines, and checks it. Rules that differ between releases are those of `release`, and where
/// that is not known, those of the time of the tree's dialect.
///
/// # Errors
/// When the schema breaks a rule: all that could be found in one go. The first is what QEMU's own front end would report.
pub fn from_ast(ast: Ast, release: Option<&str>) -> Result<Schema, Box<Report>> {
    let rules = Rules::new(release, ast.dialect);
    let (lowered, mut diagnostics) = lower::lower(ast, rules);
    let returns_exceptions = Some(lowered.pragmas.command_returns_exceptions.clone());
    let schema = Schema {
        release: release.map(str::to_owned),
        pragmas: lowered.pragmas,
        inclusions: lowered.inclusions,
        free_form_docs: lowered.free_form_docs,
        ..Schema::empty(rules, lowered.sources, lowered.modules)
    };
    let (schema, found) = resolve::resolve(Unresolved {
        schema,
        definitions: lowered.definitions,
        dropped: lowered.dropped,
        returns_exceptions,
    });
    diagnostics.extend(found);
    if diagnostics.is_empty() { Ok(schema) } else { Err(report(schema.sources, diagnostics)) }
}

/// What is wrong, and no more than anyone reads.
fn report(sources: Sources, mut diagnostics: Vec<Diagnostic>) -> Box<Report> {
    diagnostics.truncate(MAX_MISTAKES);
    Box::new(Report { sources, diagnostics })
}
