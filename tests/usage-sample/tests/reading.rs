//! A target of its own, with a module of its own.

#![allow(deprecated, reason = "to be found")]

mod common;

#[test]
fn a_commit_has_a_base() {
    let commit = common::commit();
    assert_eq!(commit.base.as_deref(), Some("b")); //~ ?deprecated: member base of command block-commit //< ?deprecated: member base of command block-commit
    let none: Option<qmp_types::qmp::commands::BlockCommit> = None;
    assert!(none.is_none_or(|commit| commit.top.is_none())); //~ deprecated: member top of command block-commit //< deprecated: member top of command block-commit
}
