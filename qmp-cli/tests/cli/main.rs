//! The program `qmp` as its users run it, against mocks: nothing has to be installed.

#![allow(clippy::unwrap_used, reason = "a test fails where it stands")]

mod exec;
mod ga;
mod qom;
mod support;
mod terminal;
