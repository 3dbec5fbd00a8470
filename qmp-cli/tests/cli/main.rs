//! The program `qmp` as its users run it, against mocks: nothing has to be installed.

#![allow(clippy::unwrap_used, reason = "a test fails where it stands")]

mod completion;
mod endings;
mod events;
mod exec;
mod ga;
mod help;
mod info;
mod launch;
mod many;
mod names;
mod output;
mod qom;
mod schema;
mod support;
mod terminal;
mod tour;
mod typing;
