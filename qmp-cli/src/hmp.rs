//! `qmp hmp`.

use std::time::Duration;

use qmp_client::CallOptions;
use serde_json::json;
use serde_json::value::to_raw_value;

use crate::failure::Failure;
use crate::{exec, output, target};

const EXAMPLES: &str = "\
Examples:
  qmp hmp info registers -a
  qmp hmp 'drive_backup -f disk0 \"/srv/a b.qcow2\"'";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// How long the command may take, in seconds.
    #[arg(short, long, value_name = "SECONDS", default_value = "30", value_parser = target::seconds)]
    timeout: Duration,
    /// Print the text as it came, if the output is no terminal. Otherwise control characters are shown as escape sequences.
    #[arg(long)]
    raw: bool,
    /// The line. It is sent as it is; several words with a space between them.
    #[arg(value_name = "LINE", required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    line: Vec<String>,
}

pub(crate) fn run(target: &target::Options, options: &Options) -> Result<(), Failure> {
    let session = exec::session(target, options.timeout)?;
    let arguments = to_raw_value(&json!({"command-line": options.line.join(" ")})).map_err(Failure::usage)?;
    let returned =
        session.client().execute_raw("human-monitor-command", Some(&arguments), &CallOptions::new())?;
    let text: String = serde_json::from_str(returned.get()).map_err(|error| {
        Failure::new(crate::failure::Code::Connection, format_args!("not a text: {error}"))
    })?;
    if options.raw && !output::is_terminal() {
        return Ok(output::raw(&text)?);
    }
    let visible = output::text::visible(&text);
    let visible = visible.strip_suffix('\n').unwrap_or(&visible);
    if visible.is_empty() { Ok(()) } else { Ok(output::line(visible)?) }
}
