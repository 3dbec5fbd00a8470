//! One command to many servers at once.

use std::io::{self, Write};
use std::os::unix::fs::FileTypeExt;
use std::thread;

use qmp_client::Address;
use serde_json::Value;

use super::call::Outcome;
use crate::failure::{Code, Failure};
use crate::output::json::{Layout, coloured};
use crate::output::{self, text::visible};
use crate::target::{self, Kind, Target};

#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub(crate) struct Options {
    /// Ask all servers whose sockets, or names that `qmp ls` shows, match this pattern, at once. So does --socket, if it is said several times. Each answers with
    /// a line; the exit code is the highest of all.
    #[arg(long, value_name = "GLOB")]
    all: Vec<String>,
    /// Print the answers of several servers as JSON, a line for each: {"socket": …, "return": …}, or "error" and "exit-code".
    /// Where the output is no terminal it is so anyway.
    #[arg(long)]
    json: bool,
}

impl Options {
    /// The servers that are meant: the patterns' and those of `--socket`.
    ///
    /// # Errors
    /// When there are none, or a pattern is malformed.
    pub(crate) fn targets(&self, target: &target::Options) -> Result<Vec<Target>, Failure> {
        let mut targets = Vec::new();
        for pattern in &self.all {
            targets.extend(matching(pattern)?);
        }
        if self.all.is_empty() || target.is_said() {
            targets.extend(target.all(Kind::Monitor)?);
        }
        Ok(targets)
    }

    /// The only server, if one was asked for and not a pattern, which might have matched others.
    pub(crate) fn single<'t>(&self, targets: &'t [Target]) -> Option<&'t Target> {
        match targets {
            [target] if self.all.is_empty() && !self.json => Some(target),
            _ => None,
        }
    }

    /// Asks all servers at once, and prints their answers in their order, each as soon as those before it are there.
    ///
    /// # Errors
    /// When one failed, which was told in its place; when nothing can be written.
    pub(crate) fn run(
        &self,
        targets: &[Target],
        ask: impl Fn(&Target) -> Result<Outcome, Failure> + Sync,
    ) -> Result<(), Failure> {
        let width = targets.iter().map(|target| visible(&target.name).chars().count()).max().unwrap_or(0);
        let is_table = output::is_terminal() && !self.json;
        let ask = &ask;
        let mut worst = Code::Done;
        thread::scope(|scope| {
            let start = |target| thread::Builder::new().spawn_scoped(scope, move || ask(target));
            let asked: Vec<_> = targets.iter().map(|target| (target, start(target))).collect();
            for (target, thread) in asked {
                let thread =
                    thread.map_err(|error| Failure::usage(format_args!("cannot start a thread: {error}")))?;
                let outcome = thread.join().unwrap_or_else(|_| Err(Failure::usage("a thread panicked")));
                worst = worst.max(outcome.as_ref().err().map_or(Code::Done, Failure::code));
                if is_table { row(width, target, &outcome)? } else { line(target, &outcome)? }
            }
            Ok::<_, Failure>(())
        })?;
        if worst == Code::Done { Ok(()) } else { Err(Failure::silent(worst)) }
    }
}

/// The sockets whose paths match a pattern or, if it has no slash, the monitors whose names do.
fn matching(pattern: &str) -> Result<Vec<Target>, Failure> {
    let malformed = |error: glob::PatternError| Failure::usage(format_args!("pattern {pattern}: {error}"));
    if !pattern.contains('/') {
        let pattern = glob::Pattern::new(pattern).map_err(malformed)?;
        let found = target::found()?;
        let monitors =
            found.iter().filter(|found| found.kind == Kind::Monitor && pattern.matches(&found.name));
        return some(monitors.map(target::Found::target).collect(), pattern.as_str());
    }
    let is_socket =
        |path: &std::path::PathBuf| path.metadata().is_ok_and(|metadata| metadata.file_type().is_socket());
    let paths = glob::glob(pattern).map_err(malformed)?.filter_map(Result::ok).filter(is_socket);
    let target =
        |path: std::path::PathBuf| Target { name: path.display().to_string(), address: Address::Unix(path) };
    some(paths.map(target).collect(), pattern)
}

fn some(targets: Vec<Target>, pattern: &str) -> Result<Vec<Target>, Failure> {
    if targets.is_empty() {
        return Err(Failure::new(Code::Connection, format_args!("no socket matches {pattern}")));
    }
    Ok(targets)
}

fn line(target: &Target, outcome: &Result<Outcome, Failure>) -> io::Result<()> {
    let socket = Value::from(target.name.as_str());
    let text = match outcome {
        Ok(Outcome { returned, event: None }) => format!("{{\"socket\":{socket},\"return\":{returned}}}"),
        Ok(Outcome { returned, event: Some(event) }) => {
            let event = output::event::message(event);
            format!("{{\"socket\":{socket},\"return\":{returned},\"event\":{event}}}")
        }
        Err(failure) => {
            let (message, code) = (Value::from(failure.message()), failure.code() as u8);
            format!("{{\"socket\":{socket},\"error\":{message},\"exit-code\":{code}}}")
        }
    };
    output::line(&coloured(&text, Layout::Compact))
}

fn row(width: usize, target: &Target, outcome: &Result<Outcome, Failure>) -> io::Result<()> {
    let name = visible(&target.name);
    let mut out = anstream::stdout().lock();
    match outcome {
        Ok(Outcome { returned, event }) => {
            writeln!(out, "{name:width$}  {}", coloured(returned.get(), Layout::Compact))?;
            if let Some(event) = event {
                let event = coloured(&output::event::message(event), Layout::Compact);
                writeln!(out, "{:width$}  {event}", "")?;
            }
        }
        Err(failure) => {
            let style = output::ERROR;
            writeln!(out, "{name:width$}  {style}error:{style:#} {}", failure.message().replace('\n', "; "))?;
        }
    }
    out.flush()
}
