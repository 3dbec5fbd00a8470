//! The workspace's integration tests, one module for each subject.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails where it stands")]
#![allow(clippy::print_stdout, reason = "what was counted, for those who ask with --nocapture")]

mod agent;
mod bindings;
mod check;
mod choices;
mod deviations;
mod diff;
mod docs;
mod drift;
mod examples;
mod following;
mod launching;
mod lint;
mod mock;
mod names;
mod older_servers;
mod oracle;
mod real_servers;
mod reconnecting;
mod replay;
mod replies;
mod round_trip;
mod server_schema;
mod servers_compared;
mod sizes;
mod tool;
mod tool_agent;
mod tool_objects;
mod usage;
mod wire;
mod xtask;
