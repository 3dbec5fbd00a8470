//! The protocol without I/O: feed bytes, take messages, compose requests into a buffer.
//!
//! [`Connection`] is the client's side of one connection to a monitor, [`agent::Connection`] of one to a guest agent;
//! all clients of this crate are thin layers over them. They have no socket, no clock and no threads, so that any transport and any runtime can carry them.
//!
//! A message is read in two phases: first its envelope, whose payload stays text; then, by whoever knows
//! the type, the payload. The rules are those of QEMU's `docs/interop/qmp-spec.rst`.

pub mod agent;
mod connection;
mod envelope;
mod error;
mod event;
mod event_queue;
mod framing;
mod greeting;
#[cfg_attr(not(feature = "client"), allow(dead_code, reason = "the clients use more of it"))]
mod id_map;
mod in_flight;
mod outgoing;
mod received;
mod request;
#[cfg(feature = "mock")]
pub mod server;

pub use connection::Connection;
pub(crate) use connection::empty_result;
pub use error::ProtocolError;
pub use event::EventRecord;
pub use event_queue::{EventQueue, EventsLost};
pub use framing::Framer;
pub use greeting::{Capability, Greeting, QemuVersion, Version};
#[cfg(feature = "client")]
pub(crate) use id_map::IdMap;
pub use in_flight::{Delivery, RequestId};
pub use outgoing::Outgoing;
pub use received::{Received, State};
pub use request::Arguments;

/// The longest message that is accepted unless stated otherwise: 128 MiB.
///
/// The protocol has no upper bound. The longest reply that is known is that of the guest agent's
/// `guest-file-read`: 48 MiB of file, in base64 64 MiB.
pub const DEFAULT_MAX_MESSAGE_SIZE: usize = 128 << 20;
