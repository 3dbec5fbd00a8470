//! A thin client for the QEMU Machine Protocol (QMP).
//!
//! Commands, their results and events are the types of `qmp_types`, or of bindings generated from a schema
//! of your own: this crate knows their traits only.
//!
//! - [`blocking`]: the client that blocks the calling thread (cargo feature `blocking`, on by default).
//! - `mock`: a server that answers by handlers or from a recording (cargo feature `mock`).
//! - [`protocol`]: what all clients and servers share: bytes in, messages out, no I/O and no clocks.

mod address;
#[cfg(feature = "blocking")]
pub mod blocking;
mod error;
#[cfg(feature = "mock")]
pub mod mock;
pub mod protocol;

pub use address::{Address, AddressError};
pub use error::Error;
pub use protocol::{Capability, EventRecord, Greeting, QemuVersion, Version};
