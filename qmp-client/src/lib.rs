//! Thin clients for the QEMU Machine Protocol (QMP) and for QEMU's guest agent.
//!
//! Commands, their results and events are the types of `qmp_types`, or of bindings generated from a schema
//! of your own: this crate knows their traits only, but for what helps with files, programs and filesystems of a guest.
//!
//! - [`blocking`]: the clients that block the calling thread (cargo feature `blocking`, on by default).
//! - [`tokio`](mod@tokio): the clients for the asynchronous runtime of that name (cargo feature `tokio`).
//! - [`agent`]: what the clients of the guest agent have in common (`connect`, part of both clients' features).
//! - [`connect`]: from an address to a connected socket, and listening for a server that connects (`connect`, part of
//!   both clients' features).
//! - `launch`: starting a server with its monitor connected already (`launch`, on unix systems).
//! - `mock`: a server that answers by handlers or from a recording (cargo feature `mock`).
//! - [`protocol`]: what all clients and servers share: bytes in, messages out, no I/O and no clocks.

mod address;
#[cfg(feature = "connect")]
pub mod agent;
#[cfg(feature = "blocking")]
pub mod blocking;
#[cfg(feature = "connect")]
pub mod connect;
#[cfg(feature = "connect")]
mod deadline;
mod error;
#[cfg(all(unix, feature = "connect"))]
mod fds;
#[cfg(all(unix, feature = "launch"))]
pub mod launch;
#[cfg(feature = "mock")]
pub mod mock;
#[cfg(feature = "connect")]
mod observe;
#[cfg(feature = "connect")]
mod options;
pub mod protocol;
mod secrets;
#[cfg(feature = "connect")]
mod switchboard;
#[cfg(feature = "tokio")]
pub mod tokio;
#[cfg(feature = "connect")]
mod trace;

pub use address::{Address, AddressError};
pub use error::Error;
pub use options::{CallOptions, Options};
pub use protocol::{Capability, EventRecord, Greeting, QemuVersion, Version};
