//! Rules that differ from release to release of QEMU's front end.

use qapi_parser::Dialect;

use crate::release::is_newer;

/// What a schema is held to, beyond what every release wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rules {
    /// Whether the type of a branch may be a union. Not in 7.2.
    pub(crate) unions_as_branches: bool,
    /// Whether arguments with conditional members have to be `boxed`. Not in 7.2.
    pub(crate) conditional_arguments_boxed: bool,
    /// Whether documentation is held to the rules of 9.1 and later: all members are described, other definitions than commands
    /// have no `Errors`, and mistakes are reported where they are.
    pub(crate) modern_documentation: bool,
    /// The prefix of the constants of the enum `QType` in C. None since 9.2.
    pub(crate) qtype_prefix: Option<&'static str>,
}

impl Rules {
    /// The rules of a release; those of the newest one if it is not known and the documentation is in the modern dialect.
    ///
    /// A schema in the legacy dialect may come from any release of that time, so it may do what any of them allowed.
    pub(crate) fn new(release: Option<&str>, dialect: Dialect) -> Self {
        let is_at_least = |least: &str| release.map(|release| !is_newer(least, release));
        let is_modern = dialect == Dialect::Modern;
        Self {
            unions_as_branches: is_at_least("8.0").unwrap_or(true),
            conditional_arguments_boxed: is_at_least("9.1").unwrap_or(is_modern),
            modern_documentation: is_modern,
            qtype_prefix: (!is_at_least("9.2").unwrap_or(is_modern)).then_some("QTYPE"),
        }
    }
}
