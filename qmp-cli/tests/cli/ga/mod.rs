//! `qmp ga`.

mod exec;
mod files;
mod freeze;
mod guest;
mod told;
