//! `qmp exec`.

mod arguments;
mod request;

use std::time::Duration;

use qmp_client::CallOptions;
use serde_json::value::RawValue;

use self::request::Request;
use crate::failure::Failure;
use crate::output::json::{self, Layout};
use crate::{output, target};

/// Examples below the options.
const EXAMPLES: &str = "\
Examples:
  qmp exec query-status
  qmp exec blockdev-add driver=qcow2 node-name=disk0 file.driver=file file.filename=disk.qcow2
  qmp exec blockdev-add '{\"driver\": \"null-co\", \"node-name\": \"n\"}' size=4G
  qmp exec device-add driver=virtio-blk-pci drive=disk0 id=vd0
  qmp exec set_password protocol=vnc password=@/run/vnc.password";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// The command.
    #[arg(value_name = "COMMAND")]
    command: String,
    /// Its arguments: KEY=VALUE, of the type that the schema says, with dots in KEY for members (file.driver=…) and elements
    /// (a.0=…) of others; KEY:=JSON, a JSON value; a whole JSON object; @FILE or - (standard input) with one.
    ///
    /// VALUE may be elsewhere, as passwords should: @FILE, @- for standard input, @env:NAME. Two @ stand for one.
    #[arg(value_name = "ARGUMENT")]
    arguments: Vec<String>,
    /// How long the command may take, in seconds. It may still be carried out then.
    #[arg(short, long, value_name = "SECONDS", default_value = "30", value_parser = target::seconds)]
    timeout: Duration,
    #[command(flatten)]
    answer: AnswerOptions,
}

/// How an answer is printed.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct AnswerOptions {
    /// Print what the command returns, instead of {"return": …} around it.
    #[arg(short, long)]
    return_value: bool,
    /// Lay the answer out over lines. On a terminal it is so anyway.
    #[arg(short, long)]
    pretty: bool,
    /// Print the very text that the server sent, if the output is no terminal: a string that is returned without its quotes.
    #[arg(long)]
    raw: bool,
}

pub(crate) fn run(target: &target::Options, options: &Options) -> Result<(), Failure> {
    let words: Vec<&str> =
        [&options.command].into_iter().chain(&options.arguments).map(String::as_str).collect();
    let request = Request::parse(&words)?;
    let client = target.monitor(options.timeout)?;
    let answer = request.execute(&client, &CallOptions::new())?;
    options.answer.print(&answer)
}

impl AnswerOptions {
    /// Prints what a command returned.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn print(self, returned: &RawValue) -> Result<(), Failure> {
        let is_terminal = output::is_terminal();
        if self.raw && !is_terminal {
            let text = returned.get();
            let string = serde_json::from_str::<String>(text).ok().filter(|_| self.return_value);
            return Ok(output::raw(string.as_deref().unwrap_or(&format!("{text}\n")))?);
        }
        let text =
            if self.return_value { returned.get().to_owned() } else { format!("{{\"return\":{returned}}}") };
        let layout = if self.pretty || is_terminal { Layout::Pretty } else { Layout::Compact };
        Ok(output::line(&json::coloured(&text, layout))?)
    }
}
