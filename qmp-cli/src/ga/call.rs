//! `qmp ga call`.

use qmp_client::CallOptions;
use qmp_types::qga::SCHEMA;

use super::{PATIENCE, Reach};
use crate::exec::{AnswerOptions, Request};
use crate::failure::Failure;
use crate::session::explained;
use crate::typing::{bindings, convert};

const EXAMPLES: &str = "\
Examples:
  qmp ga call guest-get-osinfo
  qmp ga call guest-set-vcpus vcpus.0.logical-id=1 vcpus.0.online=off
  qmp ga call guest-ssh-add-authorized-keys username=root keys.0=@key.pub";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// The command.
    #[arg(value_name = "COMMAND")]
    command: String,
    /// Its arguments, as those of `qmp exec`: KEY=VALUE, KEY:=JSON, a JSON object, @FILE or -.
    #[arg(value_name = "ARGUMENT")]
    arguments: Vec<String>,
    #[command(flatten)]
    answer: AnswerOptions,
}

/// Executes a command by its name.
///
/// # Errors
/// When an argument is not of its type, there is no agent, or it says that the command failed.
pub(super) fn run(reach: Reach<'_>, options: &Options) -> Result<(), Failure> {
    let words: Vec<_> = [&options.command].into_iter().chain(&options.arguments).collect();
    let request = Request::parse(&words)?;
    let known: Vec<_> = bindings::arguments(&SCHEMA, &request.command).into_iter().collect();
    let arguments = request.typed(|tree| convert(tree, &known))?;
    let agent = reach.connect(PATIENCE)?;
    let returned = agent.execute_raw(&request.command, arguments.as_deref(), &CallOptions::new());
    options.answer.print_returned(&returned.map_err(|error| explained(&SCHEMA, &request.command, error))?)
}
