//! Pragmas: exceptions from the rules, for a whole schema.

use std::collections::BTreeSet;

use qapi_parser::{ExceptionRule, PragmaSetting};
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
    pub(crate) fn set(&mut self, setting: PragmaSetting) {
        match setting {
            PragmaSetting::DocRequired(value) => self.doc_required = value,
            PragmaSetting::Exceptions(rule, names) => {
                let exceptions = match rule {
                    ExceptionRule::CommandName => &mut self.command_name_exceptions,
                    ExceptionRule::CommandReturns => &mut self.command_returns_exceptions,
                    ExceptionRule::Documentation => &mut self.documentation_exceptions,
                    ExceptionRule::MemberName => &mut self.member_name_exceptions,
                };
                *exceptions = names.into_iter().collect();
            }
        }
    }
}
