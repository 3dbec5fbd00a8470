//! `qmp info`.

mod screen;

use std::time::Duration;

use qmp_client::{CallOptions, Error};
use qmp_types::json::to_string;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value, json};

use crate::exec;
use crate::failure::Failure;
use crate::output::json::{Layout, coloured};
use crate::session::Session;
use crate::{output, target};

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Print what the server answered, as one JSON object.
    #[arg(short, long)]
    json: bool,
    /// How long each question may take, in seconds.
    #[arg(short, long, value_name = "SECONDS", default_value = "5", value_parser = target::seconds)]
    timeout: Duration,
}

/// What the server is asked, and where its answer goes.
const QUESTIONS: [(&str, &str); 10] = [
    ("status", "query-status"),
    ("name", "query-name"),
    ("accelerators", "query-accelerators"),
    ("kvm", "query-kvm"),
    ("cpus", "query-cpus-fast"),
    ("memory", "query-memory-size-summary"),
    ("block", "query-block"),
    ("exports", "query-block-exports"),
    ("jobs", "query-jobs"),
    ("migration", "query-migrate"),
];

/// What the server answered, by what it was asked. What it does not have is not there.
type Answers = Map<String, Value>;

pub(crate) fn run(target: &target::Options, options: &Options) -> Result<(), Failure> {
    let session = exec::session(target, options.timeout)?;
    let answers = ask(&session)?;
    if options.json {
        let text = Value::Object(answers).to_string();
        let layout = if output::is_terminal() { Layout::Pretty } else { Layout::Compact };
        return Ok(output::line(&coloured(&text, layout))?);
    }
    let version = &session.client().greeting().version;
    Ok(output::line(&screen::screen(version, &answers))?)
}

fn ask(session: &Session) -> Result<Answers, Failure> {
    let mut answers = Answers::new();
    let version = serde_json::from_str(&to_string(&session.client().greeting().version));
    answers.insert("version".to_owned(), version.unwrap_or_default());
    for (name, command) in QUESTIONS {
        if let Some(answer) = answer(session, command, None)? {
            answers.insert(name.to_owned(), answer);
        }
    }
    let machine = json!({"path": "/machine", "property": "type"});
    if let Some(machine) = answer(session, "qom-get", Some(&machine))? {
        answers.insert("machine".to_owned(), machine);
    }
    // Before QEMU 10.2 nobody tells which accelerator is at work, but one that translates has something to show for it.
    if !answers.contains_key("accelerators") && answer(session, "x-query-jit", None)?.is_some() {
        answers.insert("accelerators".to_owned(), json!({"enabled": "tcg"}));
    }
    Ok(answers)
}

/// What a command returns, if the server has it and carries it out now.
fn answer(session: &Session, command: &str, arguments: Option<&Value>) -> Result<Option<Value>, Failure> {
    let arguments: Option<Box<RawValue>> = arguments.map(to_raw_value).transpose().map_err(Failure::usage)?;
    match session.client().execute_raw(command, arguments.as_deref(), &CallOptions::new()) {
        Ok(returned) => Ok(serde_json::from_str(returned.get()).ok()),
        Err(Error::Server { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
