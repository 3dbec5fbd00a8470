//! The client that reconnects, against the mock server.
//!
//! Where time matters the runtime's clock stands still: it is put forward when nothing else is left to do.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by it")]

mod calls;
mod events;
mod servers;
mod sockets;
mod states;

use std::time::Duration;

/// A wait that is not meant to pass: it only bounds a test that fails.
const LONG: Duration = Duration::from_secs(20);
