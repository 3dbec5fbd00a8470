//! From the syntax tree to definitions: every expression has the shape that its kind of definition wants.
//!
//! The rules are those of QEMU's `docs/devel/qapi-code-gen.rst`, section *Schema syntax*.

mod body;
mod expr;
mod since;

use std::collections::HashSet;
use std::path::Path;

use qapi_parser::ast::{Ast, Item};
use qapi_parser::doc::DocComment;
use qapi_parser::source::{SourceId, Sources, Span};
use qapi_parser::{Diagnostic, PragmaSetting};
use smol_str::SmolStr;

use crate::check;
use crate::definition::Definition;
use crate::folder::Folder;
use crate::model::{Inclusion, ModuleId};
use crate::pragma::Pragmas;
use crate::rules::Rules;

/// What a syntax tree defines.
pub(crate) struct Lowered {
    pub(crate) sources: Sources,
    pub(crate) definitions: Vec<Definition>,
    /// The modules in the order of reading.
    pub(crate) modules: Vec<String>,
    pub(crate) pragmas: Pragmas,
    pub(crate) inclusions: Vec<Inclusion>,
    pub(crate) free_form_docs: Vec<DocComment>,
    /// The names of definitions that are malformed: references to them are no further mistakes.
    pub(crate) dropped: HashSet<SmolStr>,
}

/// Reads all definitions and pragmas of a tree. What has the wrong shape or breaks a rule that concerns it alone is
/// reported, in the order of the text.
pub(crate) fn lower(ast: Ast, rules: Rules) -> (Lowered, Vec<Diagnostic>) {
    let mut lowering = Lowering::default();
    let is_definition = |item: &&Item| matches!(item, Item::Definition(_));
    let mut lowered = Lowered {
        definitions: Vec::with_capacity(ast.items.iter().filter(is_definition).count()),
        modules: module_names(&ast.sources),
        pragmas: pragmas(&ast),
        inclusions: Vec::new(),
        free_form_docs: Vec::new(),
        dropped: HashSet::new(),
        sources: ast.sources,
    };
    for item in ast.items {
        match item {
            Item::Pragma(_) => {}
            Item::FreeFormDoc(comment) => lowered.free_form_docs.push(*comment),
            Item::Include(include) => lowered.inclusions.push(Inclusion {
                module: module(include.span.source),
                included: module(include.source),
                span: include.span,
                definitions_before: lowered.definitions.len(),
            }),
            Item::Definition(definition) => {
                let documentation = definition.doc.map(|comment| Box::new(since::documentation(*comment)));
                let module = module(definition.expr.span.source);
                let expr = &definition.expr;
                let Some(head) = lowering.head(expr, module, documentation) else { continue };
                // In the order in which QEMU's front end looks at them.
                lowering.diagnostics.extend(check::head(&head, expr, &lowered.pragmas, rules));
                if let Some(definition) = lowering.definition(expr, head) {
                    lowering.diagnostics.extend(check::parts(&definition, &lowered.pragmas));
                    lowered.definitions.push(definition);
                }
            }
        }
    }
    lowered.dropped = lowering.dropped;
    (lowered, lowering.diagnostics)
}

/// The module of a file: the language's own comes first, then the files in the order of reading.
fn module(source: SourceId) -> ModuleId {
    ModuleId(source.number().saturating_add(1))
}

/// Pragmas are of the whole schema, whatever their place in it.
fn pragmas(ast: &Ast) -> Pragmas {
    let mut pragmas = Pragmas::default();
    for item in &ast.items {
        let Item::Pragma(pragma) = item else { continue };
        let settings = pragma.settings.members.iter().flat_map(PragmaSetting::read);
        settings.for_each(|setting| pragmas.set(setting));
    }
    pragmas
}

/// The reading of expressions, and what was wrong with them.
#[derive(Default)]
pub(crate) struct Lowering {
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// The names of definitions that were left out, because they are malformed.
    pub(crate) dropped: HashSet<SmolStr>,
}

impl Lowering {
    fn error<T>(&mut self, code: &'static str, span: Span, message: impl Into<Box<str>>) -> Option<T> {
        self.diagnostics.push(Diagnostic::new(code, span, message));
        None
    }
}

/// The name of every file, in the order of reading: its path from the folder of the root file.
fn module_names(sources: &Sources) -> Vec<String> {
    let root = sources.iter().next().and_then(|(_, source)| source.path().parent());
    let root = Folder::new(root.unwrap_or(Path::new("")));
    sources.iter().map(|(_, source)| root.name(source.path())).collect()
}
