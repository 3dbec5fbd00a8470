//! `qmp schema`.

mod describe;

use std::process::ExitCode;

use clap::Subcommand;
use qapi_tools::{diff, dump, lint};
use qmp_types::metadata::Schema;

use crate::failure::Failure;
use crate::{output, target};

const EXAMPLES: &str = "\
Examples:
  qmp schema                       all commands and events
  qmp schema blockdev-add          what it takes and returns
  qmp schema BlockdevOptionsNbd    a type of the bindings
  qmp schema diff 7.2.0 10.2.2     what changed between two releases";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Options {
    /// A command, an event or a type; without it, the names of all commands and events.
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// The schema of the guest agent.
    #[arg(long)]
    agent: bool,
    /// How deep to look into the types of members.
    #[arg(long, value_name = "N", default_value_t = 0)]
    depth: usize,
    #[command(subcommand)]
    task: Option<Task>,
}

/// What `cargo xtask` does too, for those who have a schema and not this tool's repository.
#[derive(Debug, Subcommand)]
enum Task {
    /// Compare two schemas, and say whom the changes concern: clients on the wire, and code written against the bindings.
    ///
    /// Exit codes: 0 nothing as bad as `--fail-on` says, 1 something is, 2 could not compare, or wrong arguments.
    Diff(diff::Options),
    /// Check schemas: read and resolve them as QEMU's own front end does, and explain what is wrong.
    ///
    /// Exit codes: 0 all accepted, 1 one refused, 2 one could not be read, or wrong arguments.
    Lint(lint::Options),
    /// Print a schema as JSON: all that is defined, implied and documented, with every name resolved.
    ///
    /// Exit codes: 0 done, 1 the schema is refused, 2 it could not be read or printed, or wrong arguments.
    Dump(dump::Options),
}

/// Says what was asked for, and how the program ends.
pub(crate) fn run(_target: &target::Options, options: &Options) -> Result<ExitCode, Failure> {
    match &options.task {
        Some(Task::Diff(options)) => return Ok(diff::run(options)),
        Some(Task::Lint(options)) => return Ok(lint::run(options)),
        Some(Task::Dump(options)) => return Ok(dump::run(options)),
        None => {}
    }
    let schema: &'static Schema =
        if options.agent { &qmp_types::qga::SCHEMA } else { &qmp_types::qmp::SCHEMA };
    let text = match &options.name {
        None => describe::names(schema),
        Some(name) => {
            describe::definition(schema, name, options.depth).ok_or_else(|| unknown(schema, name))?
        }
    };
    output::line(output::text::visible(&text).trim_end())?;
    Ok(ExitCode::SUCCESS)
}

fn unknown(schema: &'static Schema, name: &str) -> Failure {
    let commands = schema.commands.iter().map(|command| command.name);
    let events = schema.events.iter().map(|event| event.name);
    let known = commands.chain(events).chain(schema.types.iter().map(|type_| type_.name));
    let failure = Failure::usage(format_args!("the schema has no '{name}'"));
    match qapi_schema::nearest(name, known) {
        Some(nearest) => failure.with_hint(format_args!("did you mean '{nearest}'?")),
        None => failure,
    }
}
