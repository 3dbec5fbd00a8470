//! What tests have in common.

use qmp_types::qmp::commands::BlockCommit;

pub(crate) fn commit() -> BlockCommit {
    BlockCommit::new("disk").base("b") //~ deprecated: member base of command block-commit //< deprecated: member base of command block-commit
}
