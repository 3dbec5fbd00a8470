//! What `pragma` directives set (`docs/devel/qapi-code-gen.rst`, section *Pragma directives*).

use smol_str::SmolStr;

use crate::ast::{Expr, KeyValue};
use crate::diagnostic::Diagnostic;

/// One setting of a `pragma` directive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PragmaSetting {
    /// `doc-required`: whether every definition has to have a documentation comment.
    DocRequired(bool),
    /// A list of names that a rule makes an exception for.
    Exceptions(ExceptionRule, Vec<SmolStr>),
}

/// The rules that have exceptions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExceptionRule {
    /// `command-name-exceptions`: commands whose name may have `_`.
    CommandName,
    /// `command-returns-exceptions`: commands that may return something else than objects.
    CommandReturns,
    /// `documentation-exceptions`: definitions whose members need not be documented.
    Documentation,
    /// `member-name-exceptions`: types whose members may have `_` and capitals in their names.
    MemberName,
}

impl PragmaSetting {
    /// Reads the member of a directive's object. Of a directive in a tree that the parser gave, all can be read.
    ///
    /// # Errors
    /// When there is no such setting, or the value is of another kind.
    pub fn read(member: &KeyValue) -> Result<Self, Diagnostic> {
        let name = &*member.key.value;
        let rule = match name {
            "doc-required" => {
                return match &member.value {
                    Expr::Bool(value) => Ok(Self::DocRequired(value.value)),
                    _ => Err(invalid(&member.value, format!("pragma '{name}' must be true or false"))),
                };
            }
            "command-name-exceptions" => ExceptionRule::CommandName,
            "command-returns-exceptions" => ExceptionRule::CommandReturns,
            "documentation-exceptions" => ExceptionRule::Documentation,
            "member-name-exceptions" => ExceptionRule::MemberName,
            _ => {
                let message = format!("unknown pragma '{name}'");
                return Err(Diagnostic::new("invalid-pragma", member.key.span, message));
            }
        };
        let names = strings(&member.value);
        let names = names.ok_or_else(|| {
            invalid(&member.value, format!("the value of pragma '{name}' must be an array of strings"))
        })?;
        Ok(Self::Exceptions(rule, names))
    }
}

fn invalid(value: &Expr, message: String) -> Diagnostic {
    Diagnostic::new("invalid-pragma", value.span(), message)
}

fn strings(value: &Expr) -> Option<Vec<SmolStr>> {
    let Expr::Array(array) = value else { return None };
    let string = |element: &Expr| match element {
        Expr::String(string) => Some(string.value.clone()),
        _ => None,
    };
    array.elements.iter().map(string).collect()
}
