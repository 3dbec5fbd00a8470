//! The mock server, against the client and against bytes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by it")]

mod machine;
mod replay;
mod serving;
#[cfg(feature = "tokio")]
mod tokio;

use std::time::Duration;

/// A wait that is not meant to pass: it only bounds a test that fails.
const LONG: Duration = Duration::from_secs(20);
