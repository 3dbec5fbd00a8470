//! Unions of QEMU's schemas that were structs, without a member that says which branch it is.

use crate::merge::DefaultBranch;

/// All of them.
pub(super) const DEFAULT_BRANCHES: &[DefaultBranch<'static>] = &[DefaultBranch {
    union: "SevInfo",
    branch: "sev",
    reason: "Up to QEMU 9.0 there was no SEV-SNP: `query-sev` told of SEV and SEV-ES alone, which are this branch.",
}];
