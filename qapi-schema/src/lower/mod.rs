//! From the syntax tree to definitions: every expression has the shape that its kind of definition wants.
//!
//! The rules are those of QEMU's `docs/devel/qapi-code-gen.rst`, section *Schema syntax*.

mod body;
mod expr;
mod since;

use std::collections::HashSet;
use std::path::{Component, Path, PathBuf};

use qapi_parser::Diagnostic;
use qapi_parser::ast::{Ast, Item, Object};
use qapi_parser::source::Span;

use crate::definition::Definition;
use crate::pragma::Pragmas;

/// What a syntax tree defines.
pub(crate) struct Lowered {
    pub(crate) definitions: Vec<Definition>,
    /// The modules in the order of reading.
    pub(crate) modules: Vec<String>,
    pub(crate) pragmas: Pragmas,
    /// The names of definitions that are malformed: references to them are no further mistakes.
    pub(crate) dropped: HashSet<String>,
}

/// Reads all definitions and pragmas of a tree. What has the wrong shape is reported and left out.
pub(crate) fn lower(ast: &Ast) -> (Lowered, Vec<Diagnostic>) {
    let mut lowering = Lowering::default();
    let module_names = ModuleNames::new(ast);
    let mut lowered = Lowered {
        definitions: Vec::new(),
        modules: ast.sources.iter().map(|(_, source)| module_names.name(source.path())).collect(),
        pragmas: Pragmas::default(),
        dropped: HashSet::new(),
    };
    for item in &ast.items {
        match item {
            Item::Include(_) | Item::FreeFormDoc(_) => {}
            Item::Pragma(pragma) => lowering.pragma(&pragma.settings, &mut lowered.pragmas),
            Item::Definition(definition) => {
                let path = ast.sources.get(definition.expr.span.source).path();
                let documentation = since::documentation(definition.doc.as_ref());
                let module = module_names.name(path);
                lowered.definitions.extend(lowering.definition(&definition.expr, module, documentation));
            }
        }
    }
    lowered.dropped = lowering.dropped;
    (lowered, lowering.diagnostics)
}

/// The reading of expressions, and what was wrong with them.
#[derive(Default)]
pub(crate) struct Lowering {
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// The names of definitions that were left out, because they are malformed.
    pub(crate) dropped: HashSet<String>,
}

impl Lowering {
    fn error<T>(&mut self, code: &'static str, span: Span, message: impl Into<Box<str>>) -> Option<T> {
        self.diagnostics.push(Diagnostic::new(code, span, message));
        None
    }

    fn pragma(&mut self, settings: &Object, pragmas: &mut Pragmas) {
        for setting in &settings.members {
            if let Err(message) = pragmas.set(&setting.key.value, &setting.value) {
                self.error::<()>("invalid-pragma", setting.value.span(), message);
            }
        }
    }
}

/// Names files as QEMU's front end does: relative to the folder of the root file.
struct ModuleNames {
    root: PathBuf,
}

impl ModuleNames {
    fn new(ast: &Ast) -> Self {
        let root = ast.sources.iter().next().and_then(|(_, source)| source.path().parent());
        Self { root: normalized(root.unwrap_or(Path::new(""))) }
    }

    fn name(&self, path: &Path) -> String {
        let path = normalized(path);
        let shared = self.root.components().zip(path.components()).take_while(|(a, b)| a == b).count();
        let ups = self.root.components().count() - shared;
        std::iter::repeat_n("..".into(), ups)
            .chain(path.components().skip(shared).map(|part| part.as_os_str().to_string_lossy()))
            .collect::<Vec<_>>()
            .join("/")
    }
}

/// The path without `.` and, where a folder stands in front of it, without `..`.
fn normalized(path: &Path) -> PathBuf {
    let mut result = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(result.components().next_back(), Some(Component::Normal(_))) => {
                result.pop();
            }
            _ => result.push(part),
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_named_from_the_folder_of_the_root() {
        let names = ModuleNames { root: normalized(Path::new("./tree/storage-daemon/qapi")) };
        assert_eq!(names.name(Path::new("tree/storage-daemon/qapi/root.json")), "root.json");
        assert_eq!(
            names.name(Path::new("tree/storage-daemon/qapi/../../qapi/job.json")),
            "../../qapi/job.json"
        );
        let names = ModuleNames { root: PathBuf::new() };
        assert_eq!(names.name(Path::new("sub/./a.json")), "sub/a.json");
    }
}
