//! Typed commands, events and types of the QEMU Machine Protocol (QMP) and of the QEMU guest agent (QGA).

// The macros and the generated code name this crate as its users do.
extern crate self as qmp_types;

#[doc(hidden)]
pub use {serde, serde_json};

mod command;
mod error;
mod event;
pub mod json;
/// The guest agent: commands and types.
#[rustfmt::skip]
pub mod qga;
/// The monitor: commands, events and types.
#[rustfmt::skip]
pub mod qmp;
mod union;

pub use command::{Command, CommandSet, UnrecognizedCommand};
pub use error::{ErrorClass, ServerError};
pub use event::{Event, EventSet, Timestamp, UnrecognizedEvent};
pub use json::Null;
pub use union::UnrecognizedBranch;
