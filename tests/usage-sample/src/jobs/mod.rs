//! A module with a module.

mod actions;

pub use actions::backup;
