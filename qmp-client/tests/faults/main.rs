//! The clients on transports that do everything a transport may, against servers that do everything a server does and
//! some things that none should.
//!
//! The schedules are the same in each run. `PROPTEST_RNG_SEED=n` has others made, `PROPTEST_CASES=n` more or fewer of
//! them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by it")]

mod blocking;
mod found;
mod schedule;
mod server;
mod tokio;
