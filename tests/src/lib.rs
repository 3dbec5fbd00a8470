//! What the workspace's integration tests have in common.

#![allow(clippy::panic, reason = "a test fails where it stands")]

pub mod agent;
pub mod arbitrary;
pub mod bindings;
pub mod choices;
pub mod constructs;
pub mod introspection;
pub mod older;
pub mod pairs;
pub mod protocol;
pub mod random;
pub mod recording;
mod requirement;
pub mod server;
pub mod shapes;
pub mod shared;
pub mod tool;
pub mod values;

pub use requirement::{Requirement, required};

/// The examples of the readme compile.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub mod readme {}
