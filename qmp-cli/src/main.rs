//! `qmp`: one tool for a running QEMU.

mod cli;
mod completion;
mod events;
mod exec;
mod failure;
mod ga;
mod hmp;
mod info;
mod interrupt;
mod launch;
mod ls;
mod man;
mod mock;
mod output;
mod qom;
mod schema;
mod session;
mod target;
mod transaction;
mod typing;

use std::process::ExitCode;

use clap::Parser;

use self::cli::{Cli, Command};
use self::failure::Failure;

fn main() -> ExitCode {
    completion::answer_a_shell();
    let Cli { target, command } = Cli::parse();
    match run(&target, command) {
        Ok(code) => code,
        Err(failure) => fail(&failure),
    }
}

fn run(target: &target::Options, command: Command) -> Result<ExitCode, Failure> {
    let done = match command {
        Command::Ls(options) => ls::run(&options),
        Command::Exec(options) => exec::run(target, &options),
        Command::Hmp(options) => hmp::run(target, &options),
        Command::Transaction(options) => transaction::run(target, &options),
        Command::Events(options) => events::run(target, &options),
        Command::Info(options) => info::run(target, &options),
        Command::Qom(options) => qom::run(target, &options),
        Command::Ga(options) => return ga::run(target, &options),
        Command::Launch(options) => launch::run(&options),
        Command::Schema(options) => return schema::run(target, options),
        Command::Completion(options) => completion::run(&options),
        Command::Man(options) => man::run(&options),
        Command::Mock(options) => mock::run(&options),
    };
    done.map(|()| ExitCode::SUCCESS)
}

fn fail(failure: &Failure) -> ExitCode {
    failure.report();
    failure.exit_code()
}
