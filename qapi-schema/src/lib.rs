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
//! let members = &schema.object(id).unwrap().members;
//! assert_eq!((&*members[1].name, members[1].optional), ("label", true));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod check;
mod definition;
mod lower;
mod model;
mod pragma;
pub mod release;
mod resolve;
pub mod snapshot;
mod suggest;
mod tree;

use qapi_parser::ast::Ast;
use qapi_parser::source::Sources;
use qapi_parser::{Diagnostic, MAX_MISTAKES, Report};

pub use model::{
    Alternate, Alternative, Branch, Builtin, Command, CommandFlags, Condition, Documentation, Entity,
    EntityId, Enum, Event, Feature, JsonType, Member, Module, ModuleId, Object, Schema, Type, TypeId,
    TypeKind, Value, Variants,
};
pub use tree::{SchemaName, Tree, TreeError};

/// Resolves what a syntax tree defines, and checks it.
///
/// # Errors
/// When the schema breaks a rule: all that could be found in one go.
pub fn from_ast(ast: Ast, release: Option<&str>) -> Result<Schema, Box<Report>> {
    let (lowered, mut diagnostics) = lower::lower(&ast);
    diagnostics.extend(check::definitions(&lowered));
    let release = release.map(str::to_owned);
    let resolved = resolve::resolve(&lowered.definitions, &lowered.dropped, lowered.modules, release);
    match resolved {
        Ok(schema) => {
            diagnostics.extend(check::schema(&schema, &lowered.pragmas));
            if diagnostics.is_empty() { Ok(schema) } else { Err(report(ast.sources, diagnostics)) }
        }
        Err(found) => {
            diagnostics.extend(found);
            Err(report(ast.sources, diagnostics))
        }
    }
}

/// What is wrong, in the order of the text, and no more than anyone reads.
fn report(sources: Sources, mut diagnostics: Vec<Diagnostic>) -> Box<Report> {
    diagnostics.sort_by_key(|diagnostic| (diagnostic.span.source, diagnostic.span.start));
    diagnostics.truncate(MAX_MISTAKES);
    Box::new(Report { sources, diagnostics })
}
