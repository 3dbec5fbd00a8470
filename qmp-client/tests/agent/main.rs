//! The clients of the guest agent against agents that do what a test says.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by it")]

mod blocking;
mod freeze;
mod handlers;
mod script;
mod tokio;

use std::time::Duration;

use qmp_client::Options;

/// A wait that is meant to pass.
const SHORT: Duration = Duration::from_millis(50);

/// A wait that is not meant to pass: it only bounds a test that fails.
const LONG: Duration = Duration::from_secs(20);

fn patient() -> Options {
    Options::new().connect_timeout(LONG).call_timeout(LONG)
}
