//! What can be said on the command line.

use clap::{Parser, Subcommand};

use crate::{
    completion, events, exec, ga, hmp, info, launch, ls, man, mock, qom, schema, target, transaction,
};

/// One tool for a running QEMU: commands, events and more over its monitor.
///
/// Exit codes: 0 done; 1 the server answered with an error; 2 wrong usage, or something on this side failed, such as a file
/// that cannot be read; 3 no connection, or it was lost; 4 something did not happen in time.
#[derive(Debug, Parser)]
#[command(name = "qmp", version, after_help = "`qmp help COMMAND` has the details and examples.")]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) target: target::Options,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the servers that have a name, and whether they answer.
    Ls(ls::Options),
    /// Execute a command and print what the server answers, as JSON.
    Exec(exec::Options),
    /// Execute several actions as one: all of them, or none.
    Transaction(transaction::Options),
    /// Execute a line of the human monitor and print what it says.
    Hmp(hmp::Options),
    /// Wait for events and print them.
    Events(events::Options),
    /// Show what the server is and does: version, status, machine, block devices, jobs, migration.
    Info(info::Options),
    /// Read and set the properties of the server's objects (QOM).
    Qom(qom::Options),
    /// Talk to the guest agent.
    Ga(ga::Options),
    /// Start a server, execute commands, and end it.
    Launch(launch::Options),
    /// Show what commands take and return; compare and check schemas.
    Schema(schema::Options),
    /// Serve a small QEMU that runs no guest, to try things without one.
    Mock(mock::Options),
    /// Print what makes a shell complete commands and arguments.
    Completion(completion::Options),
    /// Write the manual pages.
    Man(man::Options),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
