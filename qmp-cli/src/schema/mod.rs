//! `qmp schema`.

mod describe;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Subcommand;
use clap_complete::engine::ArgValueCompleter;
use qapi_tools::{check, diff, dump, lint};
use qmp_client::introspection::ServerSchema;

use self::describe::Source;
use crate::failure::Failure;
use crate::target::Kind;
use crate::{completion, exec, output, target};

const EXAMPLES: &str = "\
Examples:
  qmp schema                       all commands and events
  qmp schema blockdev-add          what it takes and returns
  qmp schema BlockdevOptionsNbd    a type of the bindings
  qmp schema diff 7.2.0 10.2.2     what changed between two releases";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Options {
    /// A command, an event or a type; without it, the names of all commands and events. The server is asked if one is given,
    /// otherwise the bindings.
    #[arg(value_name = "NAME", add = ArgValueCompleter::new(completion::definitions))]
    name: Option<String>,
    /// Ask the bindings, even if a server is given. They know what is since which release, and tell integers apart.
    #[arg(long)]
    bindings: bool,
    /// The schema of the guest agent, which says nothing itself: that of the bindings.
    #[arg(long)]
    agent: bool,
    /// How deep to look into the types of members, up to 4: many types contain others that contain them.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u8).range(..=4))]
    depth: u8,
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
    /// Check that a running server (that of `--socket`, too) or a QEMU tree has not drifted from the schema that the bindings are of.
    ///
    /// Exit codes: 0 the same, 1 different, 2 could not tell, or wrong arguments.
    Check(check::Options),
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
pub(crate) fn run(target: &target::Options, options: Options) -> Result<ExitCode, Failure> {
    match options.task {
        Some(Task::Check(options)) => run_check(target, options),
        Some(Task::Diff(options)) => Ok(diff::run(&options)),
        Some(Task::Lint(options)) => Ok(lint::run(&options)),
        Some(Task::Dump(options)) => Ok(dump::run(&options)),
        None => options.show(target),
    }
}

impl Options {
    fn show(&self, target: &target::Options) -> Result<ExitCode, Failure> {
        let live = self.live(target)?;
        let source = match &live {
            Some(schema) => Source::Live(schema),
            None if self.agent => Source::Bindings(&qmp_types::qga::SCHEMA),
            None => Source::Bindings(&qmp_types::qmp::SCHEMA),
        };
        let text = match &self.name {
            None => [source.commands(), source.events()].concat().join("\n"),
            Some(name) => source.definition(name, self.depth.into()).ok_or_else(|| unknown(source, name))?,
        };
        output::line(output::text::visible(&text).trim_end())?;
        Ok(ExitCode::SUCCESS)
    }
}

fn run_check(target: &target::Options, options: check::Options) -> Result<ExitCode, Failure> {
    let is_asked = options.is_asked() || !target.is_given(Kind::Monitor);
    let address = if is_asked { None } else { Some(target.one(Kind::Monitor)?.address.to_string()) };
    Ok(check::run(&options.or_live(|| address)))
}

impl Options {
    /// What the server says that it has, if one is meant.
    fn live(&self, target: &target::Options) -> Result<Option<Arc<ServerSchema>>, Failure> {
        if self.bindings || self.agent || !target.is_given(Kind::Monitor) {
            return Ok(None);
        }
        let session = exec::session(target, Duration::from_secs(30))?;
        Ok(Some(session.client().server_schema()?))
    }
}

fn unknown(source: Source<'_>, name: &str) -> Failure {
    let known = [source.commands(), source.events(), source.types()].concat();
    let failure = match source {
        Source::Live(_) => Failure::usage(format_args!("the server has no command, event or type '{name}'")),
        Source::Bindings(_) => Failure::usage(format_args!("the schema has no '{name}'")),
    };
    if matches!(source, Source::Live(_)) && Source::Bindings(&qmp_types::qmp::SCHEMA).has(name) {
        return failure.with_hint("the bindings have it: --bindings shows that");
    }
    match qapi_schema::nearest(name, known.into_iter()) {
        Some(nearest) => failure.with_hint(format_args!("did you mean '{nearest}'?")),
        None => failure,
    }
}
