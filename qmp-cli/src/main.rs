//! `qmp`: one tool for a running QEMU.

mod cli;
mod exec;
mod failure;
mod hmp;
mod output;
mod target;
mod typing;

use std::process::ExitCode;

use clap::Parser;

use self::cli::{Cli, Command};
use self::failure::Failure;

fn main() -> ExitCode {
    let Cli { target, command } = Cli::parse();
    let done = match command {
        Command::Exec(options) => exec::run(&target, &options),
        Command::Hmp(options) => hmp::run(&target, &options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => fail(&failure),
    }
}

fn fail(failure: &Failure) -> ExitCode {
    failure.report();
    failure.exit_code()
}
