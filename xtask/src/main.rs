//! The project's own tasks: `cargo xtask regen`, `check`, `lint`, `dump`, `diff`, `usage`.

mod bindings;
mod check;
mod deviations;
mod error;
mod regen;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use qapi_tools::{check as drift, diff, dump, lint, usage};

/// Regenerates and checks the bindings, checks and compares schemas.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Regenerate the bindings in qmp-types, from the snapshots of releases in this repository and from a QEMU tree.
    ///
    /// The folders qmp-types/src/qmp and qmp-types/src/qga hold generated files only: others there are removed.
    ///
    /// Exit codes: 0 done, 1 failed, 2 wrong arguments. What cannot be read, generated or stored changes nothing.
    Regen(regen::Options),
    /// Check that the committed bindings are what the snapshots give, byte for byte, and that a QEMU tree or a running server has not
    /// drifted from the newest.
    ///
    /// Exit codes: 0 the same, 1 different, 2 could not tell, or wrong arguments.
    Check(drift::Options),
    /// Check schemas: read and resolve them as QEMU's own front end does, and explain what is wrong.
    ///
    /// Exit codes: 0 all accepted, 1 one refused, 2 one could not be read, or wrong arguments.
    Lint(lint::Options),
    /// Print a schema as JSON: all that is defined, implied and documented, with every name resolved.
    ///
    /// Exit codes: 0 done, 1 the schema is refused, 2 it could not be read or printed, or wrong arguments.
    Dump(dump::Options),
    /// Compare two schemas, and say whom the changes concern: clients on the wire, and code written against the bindings.
    ///
    /// Exit codes: 0 nothing as bad as `--fail-on` says, 1 something is, 2 could not compare, or wrong arguments.
    Diff(diff::Options),
    /// Tell which commands, events, members and values a crate uses that a release has deprecated or removed, calls unstable, or does not
    /// have yet.
    ///
    /// The sources are read, not compiled. What a path names is exact; what a field or a setter belongs to is inferred within a
    /// function, and said to be possible where only its name tells. Not seen are what macros make, what stands in text (but for
    /// commands in `execute_raw`), and what comes by another crate's re-exports.
    ///
    /// Exit codes: 0 nothing of what `--fail-on` says, 1 something, 2 could not tell, or wrong arguments.
    Usage(usage::Options),
}

fn main() -> ExitCode {
    match Arguments::parse().task {
        Task::Regen(options) => match regen::run(&options) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(&error, if error.is_usage() { 2 } else { 1 }),
        },
        Task::Check(options) => {
            let bindings = match check::run() {
                Ok(check::Verdict::Same) => ExitCode::SUCCESS,
                Ok(check::Verdict::Different) => ExitCode::from(1),
                Err(error) => return fail(&error, 2),
            };
            // What could not be told, and then drift, outweighs bindings that are as they should be.
            let drift = if options.is_asked() { drift::run(&options) } else { ExitCode::SUCCESS };
            if drift == ExitCode::SUCCESS { bindings } else { drift }
        }
        Task::Lint(options) => lint::run(&options),
        Task::Dump(options) => dump::run(&options),
        Task::Diff(options) => diff::run(&options),
        Task::Usage(options) => usage::run(&options),
    }
}

fn fail(error: &error::Error, code: u8) -> ExitCode {
    anstream::eprintln!("{}", error.render().trim_end());
    ExitCode::from(code)
}
