//! Thin clients for the QEMU Machine Protocol (QMP) and for QEMU's guest agent.
//!
//! Commands, their results and events are the types of `qmp_types`, or of bindings generated from a schema
//! of your own: this crate knows their traits only, but for what follows jobs and migrations, and what helps with files,
//! programs and filesystems of a guest.
//!
//! - [`blocking`]: the clients that block the calling thread (cargo feature `blocking`, on by default).
//! - [`tokio`](mod@tokio): the clients for the asynchronous runtime of that name (cargo feature `tokio`), and one that
//!   connects again. Both have modules `jobs` and `migration`, which follow those to their end.
//! - [`agent`]: what the clients of the guest agent have in common.
//! - [`connect`]: from an address to a connected socket, and listening for a server that connects (`connect`, part of
//!   both clients' features).
//! - `launch`: starting a server with its monitor connected already (`launch`, on unix systems).
//! - `mock`: a server that answers by handlers or from a recording (cargo feature `mock`).
//! - [`introspection`]: what a server has, by its own description: commands, members, values, features.
//! - [`protocol`]: what all clients and servers share: bytes in, messages out, no I/O and no clocks.

mod address;
#[cfg(feature = "client")]
pub mod agent;
#[cfg(feature = "blocking")]
pub mod blocking;
#[cfg(feature = "connect")]
pub mod connect;
#[cfg(feature = "connect")]
mod deadline;
mod error;
#[cfg(all(unix, feature = "client"))]
mod fds;
pub mod introspection;
#[cfg(feature = "client")]
mod jobs;
#[cfg(all(unix, feature = "launch"))]
pub mod launch;
#[cfg(feature = "client")]
mod migration;
#[cfg(feature = "mock")]
pub mod mock;
#[cfg(feature = "client")]
mod observe;
#[cfg(feature = "client")]
mod options;
#[cfg(feature = "client")]
mod outcome;
pub mod protocol;
#[cfg(feature = "client")]
mod secrets;
#[cfg(feature = "client")]
#[cfg_attr(
    not(all(feature = "blocking", feature = "tokio")),
    allow(dead_code, reason = "each client has ways of its own to watch the time and to find a reader")
)]
mod switchboard;
#[cfg(feature = "tokio")]
pub mod tokio;
#[cfg(feature = "client")]
mod trace;

pub use address::{Address, AddressError};
pub use error::Error;
#[cfg(feature = "client")]
pub use jobs::JobOptions;
#[cfg(feature = "client")]
pub use migration::{MigrationEnd, MigrationOptions};
#[cfg(feature = "client")]
pub use options::{CallOptions, Options};
pub use protocol::{Capability, EventRecord, Greeting, QemuVersion, Version};
