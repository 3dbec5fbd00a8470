//! The blocking client against scripted servers on real sockets.

#![allow(clippy::unwrap_used, reason = "tests fail by it")]

mod bindings;
mod connect;
mod events;
mod execute;
mod faults;
mod server;
mod writes;

use std::time::Duration;

/// A wait that is meant to pass.
const SHORT: Duration = Duration::from_millis(30);

/// A wait that is not meant to pass: it only bounds a test that fails.
const LONG: Duration = Duration::from_secs(20);
