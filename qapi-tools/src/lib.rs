//! Commands on schemas, for `cargo xtask` and `qmp`: [`lint`], [`dump`], [`diff`], [`check`], [`usage`].
//!
//! Each module is a command: its options, for clap, and a function that carries it out, tells a terminal about it and says how the
//! program ends. What is meant for programs goes to the standard output, mistakes and progress to the other one.

pub mod check;
pub mod diff;
pub mod dump;
mod error;
pub mod lint;
mod live;
pub mod usage;

use std::process::ExitCode;

use error::Error;

/// The oldest release whose servers the bindings understand. Of those older than the oldest snapshot, dates in the documentation
/// tell what they may not send.
pub const OLDEST_SERVER: &str = "6.2";

/// Says why a command failed, and how the program ends because of that.
fn fail(error: &Error, code: u8) -> ExitCode {
    anstream::eprintln!("{}", error.render().trim_end());
    ExitCode::from(code)
}
