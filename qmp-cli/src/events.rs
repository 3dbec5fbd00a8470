//! `qmp events`.

use std::time::{Duration, Instant};

use clap_complete::engine::ArgValueCompleter;
use jiff::Timestamp;
use qmp_client::EventRecord;
use regex_lite::Regex;

use crate::exec;
use crate::failure::{Code, Failure};
use crate::output::json::{Layout, coloured};
use crate::output::text::visible;
use crate::{completion, output, target};

const EXAMPLES: &str = "\
Examples:
  qmp events --loop --timestamp
  qmp events --event SHUTDOWN --timeout 60
  qmp events --regex '^BLOCK_JOB_' --count 2 --json";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// Only events of this name; may be said several times.
    #[arg(short = 'e', long = "event", value_name = "NAME", add = ArgValueCompleter::new(completion::events))]
    names: Vec<String>,
    /// Only events whose names match this regular expression, in any case of letters.
    #[arg(long, value_name = "REGEX", value_parser = regex, conflicts_with = "names")]
    regex: Option<Regex>,
    /// Go on until the time is up, the connection ends, or Ctrl-C.
    #[arg(short = 'l', long = "loop", conflicts_with = "count")]
    endless: bool,
    /// Stop after so many events.
    #[arg(short, long, value_name = "N", default_value_t = 1)]
    count: u64,
    /// How long to wait for all of them, in seconds; without it, forever. With --loop that is the end, otherwise a failure.
    #[arg(short, long, value_name = "SECONDS", value_parser = target::seconds)]
    timeout: Option<Duration>,
    /// Print when each happened, by the server's clock.
    #[arg(long)]
    timestamp: bool,
    /// Lay the data out over several lines.
    #[arg(short, long)]
    pretty: bool,
    /// Print each event as JSON, as the server sent it, a line for each.
    #[arg(short, long)]
    json: bool,
}

fn regex(text: &str) -> Result<Regex, String> {
    regex_lite::RegexBuilder::new(text).case_insensitive(true).build().map_err(|error| error.to_string())
}

pub(crate) fn run(target: &target::Options, options: &Options) -> Result<(), Failure> {
    let session = exec::session(target, Duration::from_secs(30))?;
    let mut events = session.client().events();
    let start = Instant::now();
    let wait = options.timeout.unwrap_or(target::FOREVER);
    let deadline = start.checked_add(wait).unwrap_or_else(|| start + target::FOREVER);
    let mut seen = 0;
    while options.endless || seen < options.count {
        let Some(event) = exec::next(&mut events, deadline)? else {
            return options.end_of_time(seen, wait);
        };
        if options.wants(&event) {
            options.print(&event)?;
            seen += 1;
        }
    }
    Ok(())
}

impl Options {
    fn wants(&self, event: &EventRecord) -> bool {
        match &self.regex {
            Some(regex) => regex.is_match(event.name()),
            None => self.names.is_empty() || self.names.iter().any(|name| name == event.name()),
        }
    }

    fn end_of_time(&self, seen: u64, wait: Duration) -> Result<(), Failure> {
        if self.endless {
            return Ok(());
        }
        let message = format!("{seen} of {} events within {wait:?}", self.count);
        Err(Failure::new(Code::Timeout, message))
    }

    fn print(&self, event: &EventRecord) -> Result<(), Failure> {
        let layout = if self.pretty { Layout::Pretty } else { Layout::Compact };
        if self.json {
            return Ok(output::line(&coloured(&output::event::message(event), layout))?);
        }
        let mut line = String::new();
        if self.timestamp {
            line.push_str(&time(event));
            line.push(' ');
        }
        line.push_str(&visible(event.name()));
        if let Some(data) = event.data() {
            line.push(' ');
            line.push_str(&coloured(data, layout));
        }
        Ok(output::line(&line)?)
    }
}

/// When an event happened, in UTC.
fn time(event: &EventRecord) -> String {
    let time = event.timestamp();
    let nanoseconds = i32::try_from(time.microseconds).ok().and_then(|micros| micros.checked_mul(1000));
    let known = nanoseconds.filter(|_| time.seconds >= 0);
    let time = known.and_then(|nanoseconds| Timestamp::new(time.seconds, nanoseconds).ok());
    time.map_or_else(|| "unknown".to_owned(), |time| format!("{time:.6}"))
}
