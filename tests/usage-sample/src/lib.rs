//! Code that uses the bindings in many ways. What `cargo xtask usage` has to find in a line stands behind it: `//~` against 10.2.2,
//! `//<` against 7.2.0, with `?` in front of what is only possible.

#![allow(deprecated, reason = "to be found")]
#![allow(missing_docs, clippy::unwrap_used, reason = "code to be read by a program")]

pub mod infer;
pub mod jobs;
#[path = "elsewhere.rs"]
pub mod moved;
pub mod names;

/// What others take from here.
pub mod prelude {
    pub use qmp_types::qmp::commands::{self, NbdServerAdd as Add};
    pub use qmp_types::qmp::types::*;
}

pub mod inline {
    use super::prelude::{Add, commands};

    #[must_use]
    pub fn add() -> impl Sized {
        let remove = commands::NbdServerRemove::new("a"); //~ deprecated: command nbd-server-remove //< deprecated: command nbd-server-remove
        let _ = remove.name;
        Add::new("disk") //~ deprecated: command nbd-server-add //< deprecated: command nbd-server-add
    }
}
