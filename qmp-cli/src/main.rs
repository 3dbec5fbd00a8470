//! `qmp`: one tool for a running QEMU.

mod cli;
mod events;
mod exec;
mod failure;
mod ga;
mod hmp;
mod info;
mod interrupt;
mod launch;
mod output;
mod qom;
mod session;
mod target;
mod transaction;
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
        Command::Transaction(options) => transaction::run(&target, &options),
        Command::Events(options) => events::run(&target, &options),
        Command::Info(options) => info::run(&target, &options),
        Command::Qom(options) => qom::run(&target, &options),
        Command::Ga(options) => {
            return ga::run(&target, &options).unwrap_or_else(|failure| fail(&failure));
        }
        Command::Launch(options) => launch::run(&options),
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
