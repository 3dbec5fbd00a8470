//! A thin client for the QEMU Machine Protocol (QMP).
//!
//! Commands, their results and events are the types of `qmp_types`, or of bindings generated from a schema
//! of your own: this crate knows their traits only.
//!
//! - [`blocking`]: the client that blocks the calling thread (cargo feature `blocking`, on by default).
//! - [`tokio`](mod@tokio): the client for the asynchronous runtime of that name (cargo feature `tokio`).
//! - [`protocol`]: what all clients and servers share: bytes in, messages out, no I/O and no clocks.

mod address;
#[cfg(feature = "blocking")]
pub mod blocking;
mod error;
#[cfg(unix)]
mod fds;
mod observe;
mod options;
pub mod protocol;
mod secrets;
mod switchboard;
#[cfg(feature = "tokio")]
pub mod tokio;
mod trace;

pub use address::{Address, AddressError};
pub use error::Error;
pub use options::{CallOptions, Options};
pub use protocol::{Capability, EventRecord, Greeting, QemuVersion, Version};
