//! What the workspace's integration tests have in common.

pub mod constructs;
mod requirement;
pub mod shared;

pub use requirement::{Requirement, required};
