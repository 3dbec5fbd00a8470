//! The project's own tasks: `cargo xtask regen`, `cargo xtask check`.

mod bindings;
mod check;
mod error;
mod regen;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Regenerates the bindings and checks them.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Regenerate the bindings in qmp-types, from the newest snapshot in this repository or from a QEMU tree.
    ///
    /// The folders qmp-types/src/qmp and qmp-types/src/qga hold generated files only: others there are removed.
    ///
    /// Exit codes: 0 done, 1 failed, 2 wrong arguments. What cannot be read, generated or stored changes nothing.
    Regen(regen::Options),
    /// Check that the committed bindings are what the newest snapshot gives, byte for byte.
    ///
    /// Exit codes: 0 the same, 1 different, 2 could not tell, or wrong arguments.
    Check,
}

fn main() -> ExitCode {
    match Arguments::parse().task {
        Task::Regen(options) => match regen::run(&options) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(&error, 1),
        },
        Task::Check => match check::run() {
            Ok(check::Verdict::Same) => ExitCode::SUCCESS,
            Ok(check::Verdict::Different) => ExitCode::from(1),
            Err(error) => fail(&error, 2),
        },
    }
}

fn fail(error: &error::Error, code: u8) -> ExitCode {
    anstream::eprintln!("{}", error.render().trim_end());
    ExitCode::from(code)
}
