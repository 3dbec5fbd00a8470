//! What the workspace's integration tests have in common.

mod requirement;
pub mod shared;

pub use requirement::{Requirement, required};
