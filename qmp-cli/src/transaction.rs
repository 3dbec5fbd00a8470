//! `qmp transaction`.

use std::fs::File;
use std::io::BufReader;

use serde_json::json;

use crate::exec::{self, AnswerOptions, CallOptions, Lines, Request};
use crate::failure::Failure;
use crate::target;
use crate::typing::Leaf;

const EXAMPLES: &str = "\
Examples:
  qmp transaction <<'END'
  blockdev-snapshot-sync device=disk0 snapshot-file=/srv/a.qcow2
  blockdev-snapshot-sync device=disk1 snapshot-file=/srv/b.qcow2
  END";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// The file with the actions, one a line: their types and data, as a command and its arguments for `qmp exec`. - is standard
    /// input.
    #[arg(value_name = "FILE", default_value = "-")]
    file: String,
    /// Have the jobs that the actions start succeed together: when one fails, the others are cancelled.
    #[arg(long)]
    grouped: bool,
    #[command(flatten)]
    call: CallOptions,
    #[command(flatten)]
    answer: AnswerOptions,
}

pub(crate) fn run(target: &target::Options, options: &Options) -> Result<(), Failure> {
    let lines: Result<Vec<_>, _> = if options.file == "-" {
        Lines::of_stdin().collect()
    } else {
        let file = File::open(&options.file);
        let file = file.map_err(|error| Failure::usage(format_args!("file {}: {error}", options.file)))?;
        Lines::new(BufReader::new(file)).collect()
    };
    let mut request = Request::transaction(&lines?)?;
    if options.grouped {
        let mode = Leaf::Json(json!({"completion-mode": "grouped"}));
        request.arguments.tree.insert("properties", mode).map_err(Failure::usage)?;
    }
    let call = options.call.call()?;
    let session = exec::session(target, options.call.timeout)?;
    options.answer.print(&call.make(&session, &request)?)
}
