//! A thin client for the QEMU Machine Protocol (QMP).
//!
//! Commands, their results and events are the types of `qmp_types`, or of bindings generated from a schema
//! of your own: this crate knows their traits only.
//!
//! - [`blocking`]: the client that blocks the calling thread (cargo feature `blocking`, on by default).
//! - [`connect`]: from an address to a connected socket, and listening for a server that connects (`connect`, part of
//!   both clients' features).
//! - `launch`: starting a server with its monitor connected already (`launch`, on unix systems).
//! - [`protocol`]: what all clients and servers share: bytes in, messages out, no I/O and no clocks.

mod address;
#[cfg(feature = "blocking")]
pub mod blocking;
#[cfg(feature = "connect")]
pub mod connect;
#[cfg(feature = "connect")]
mod deadline;
mod error;
#[cfg(all(unix, feature = "launch"))]
pub mod launch;
pub mod protocol;

pub use address::{Address, AddressError};
pub use error::Error;
pub use protocol::{Capability, EventRecord, Greeting, QemuVersion, Version};
