//! Pragmas: exceptions from the rules, for a whole schema.

use std::collections::BTreeSet;

use qapi_parser::ast::Expr;
use smol_str::SmolStr;

/// Names that a rule makes an exception for.
pub(crate) type Names = BTreeSet<SmolStr>;

/// What the `pragma` directives of a schema set (`docs/devel/qapi-code-gen.rst`, section *Pragma directives*).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Pragmas {
    pub(crate) doc_required: bool,
    pub(crate) command_name_exceptions: Names,
    pub(crate) command_returns_exceptions: Names,
    pub(crate) documentation_exceptions: Names,
    pub(crate) member_name_exceptions: Names,
}

impl Pragmas {
    /// Sets one. A later value replaces an earlier one.
    pub(crate) fn set(&mut self, name: &str, value: &Expr) -> Result<(), String> {
        let list = match name {
            "doc-required" => {
                self.doc_required = match value {
                    Expr::Bool(value) => value.value,
                    _ => return Err("pragma 'doc-required' must be true or false".to_owned()),
                };
                return Ok(());
            }
            "command-name-exceptions" => &mut self.command_name_exceptions,
            "command-returns-exceptions" => &mut self.command_returns_exceptions,
            "documentation-exceptions" => &mut self.documentation_exceptions,
            "member-name-exceptions" => &mut self.member_name_exceptions,
            _ => return Err(format!("unknown pragma '{name}'")),
        };
        *list = strings(value).ok_or_else(|| format!("pragma '{name}' must be a list of strings"))?;
        Ok(())
    }
}

fn strings(value: &Expr) -> Option<Names> {
    let Expr::Array(array) = value else { return None };
    let string = |element: &Expr| match element {
        Expr::String(string) => Some(string.value.clone()),
        _ => None,
    };
    array.elements.iter().map(string).collect()
}
