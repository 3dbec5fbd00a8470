//! What the workspace's integration tests have in common.

#![allow(clippy::panic, reason = "a test fails where it stands")]

pub mod choices;
pub mod constructs;
mod requirement;
pub mod server;
pub mod shared;

pub use requirement::{Requirement, required};

/// The examples of the readme compile.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub mod readme {}
