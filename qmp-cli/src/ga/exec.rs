//! `qmp ga exec`.

use std::io::{self, IsTerminal, Read, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use qmp_client::Error;
use qmp_client::agent::{ExecOptions, ExecOutput, ExitStatus};
use qmp_client::blocking::Agent;

use super::{PATIENCE, Reach};
use crate::failure::{Code, Failure};
use crate::interrupt::{Interrupt, code_of_signal};
use crate::output;
use crate::output::bytes::outlet;

/// The exit code when it is not the program's: by the custom of ssh.
const OURS: u8 = 255;

/// The longest input: it goes in one message, and the agent takes no longer ones.
const MAX_INPUT: u64 = 40_000_000;

/// The longest wait between two questions whether the program has ended.
const LONGEST_WAIT: Duration = Duration::from_millis(500);

const EXPLAINED: &str = "\
What the program reads from its standard input is read to its end before the program starts (not from a terminal). Its output is \
printed when it has ended; of each of standard output and standard error the agent keeps 16 MiB.

The exit code is the program's; 128 and more if a signal ended it, as in a shell; 255 if something else failed, which is said.

Examples:
  qmp ga exec uname -a
  qmp ga exec sh -c 'cat > /etc/motd' < motd
  qmp ga exec -e LC_ALL=C -e PATH=/usr/bin df /";

#[derive(Debug, clap::Args)]
#[command(after_help = EXPLAINED)]
pub(crate) struct Options {
    /// A variable of the program's environment. If any is given, the program has no others; else it has the agent's.
    #[arg(short, long, value_name = "NAME=VALUE", value_parser = variable)]
    env: Vec<(String, String)>,
    /// Pass on no input.
    #[arg(short = 'n', long)]
    no_stdin: bool,
    /// Do not wait for the program's end: print the number of its process. Nothing is kept of its output.
    #[arg(long)]
    no_wait: bool,
    /// Print to a terminal what the program wrote as it is. Otherwise control characters are shown as escape sequences there; to
    /// a file or a pipe everything goes as it is.
    #[arg(long)]
    raw: bool,
    /// The program, which is searched for where the agent does, and its arguments. No shell reads them.
    #[arg(value_name = "PROGRAM", required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    program: Vec<String>,
}

fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE".to_owned()),
    }
}

/// Runs a program, and says how it ended.
pub(super) fn run(reach: Reach<'_>, options: &Options) -> ExitCode {
    run_in_guest(reach, options).unwrap_or_else(|failure| {
        failure.report();
        ExitCode::from(OURS)
    })
}

fn run_in_guest(reach: Reach<'_>, options: &Options) -> Result<ExitCode, Failure> {
    let Some((path, arguments)) = options.program.split_first() else {
        return Err(Failure::usage("the program is missing"));
    };
    let mut exec = ExecOptions::new().capture(!options.no_wait);
    for (name, value) in &options.env {
        exec = exec.env(name, value);
    }
    if let Some(input) = input(options)? {
        exec = exec.input(input);
    }
    let interrupt = Interrupt::watch().map_err(Failure::usage)?;
    // The time that the user says is the program's, not that of each question after it.
    let agent = Reach { timeout: None, ..reach }.connect(PATIENCE)?;
    let deadline = reach.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    let pid = agent.spawn(path, arguments, &exec)?;
    if options.no_wait {
        output::line(&pid.to_string())?;
        return Ok(ExitCode::SUCCESS);
    }
    match wait(&agent, pid, deadline, &interrupt)? {
        Some(output) => finish(&output, options.raw),
        None => {
            let why = if interrupt.is_caught() { "interrupted" } else { "the time is over" };
            Failure::new(
                Code::Timeout,
                format_args!("{why}: the program runs on in the guest, as process {pid}"),
            )
            .report();
            Ok(interrupt.exit_code().unwrap_or(ExitCode::from(OURS)))
        }
    }
}

/// What the program gets to read.
fn input(options: &Options) -> Result<Option<Vec<u8>>, Failure> {
    let stdin = io::stdin();
    if options.no_stdin || stdin.is_terminal() {
        return Ok(None);
    }
    let mut input = Vec::new();
    let read = stdin.lock().take(MAX_INPUT + 1).read_to_end(&mut input);
    let length = read.map_err(|error| Failure::usage(format_args!("cannot read standard input: {error}")))?;
    if u64::try_from(length).is_ok_and(|length| length <= MAX_INPUT) {
        return Ok(Some(input).filter(|input| !input.is_empty()));
    }
    Err(Failure::usage(format_args!(
        "standard input is longer than {MAX_INPUT} bytes: copy it by `qmp ga put`, and have the program read that"
    )))
}

/// What the program came to; `None` when the time is over or a signal came first.
fn wait(
    agent: &Agent,
    pid: i64,
    deadline: Option<Instant>,
    interrupt: &Interrupt,
) -> Result<Option<ExecOutput>, Error> {
    let mut pause = Duration::from_millis(5);
    loop {
        if let Some(output) = agent.try_wait(pid)? {
            return Ok(Some(output));
        }
        let remaining = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        if interrupt.is_caught() || remaining.is_some_and(|remaining| remaining.is_zero()) {
            return Ok(None);
        }
        interrupt.sleep(remaining.unwrap_or(pause).min(pause));
        pause = LONGEST_WAIT.min(pause * 2);
    }
}

/// Prints what the program wrote.
fn finish(output: &ExecOutput, raw: bool) -> Result<ExitCode, Failure> {
    let (stdout, stderr) = (io::stdout(), io::stderr());
    let to = |mut out: Box<dyn Write + '_>, bytes: &[u8]| {
        out.write_all(bytes)?;
        out.flush()
    };
    to(outlet(stdout.lock(), stdout.is_terminal(), raw), &output.stdout)?;
    to(outlet(stderr.lock(), stderr.is_terminal(), raw), &output.stderr)?;
    for (name, is_truncated) in [("output", output.stdout_truncated), ("error", output.stderr_truncated)] {
        if is_truncated {
            output::warning(&format!(
                "the program may have written more to standard {name} than the agent kept"
            ));
        }
    }
    Ok(match output.status {
        ExitStatus::Code(code) => u8::try_from(code).map_or_else(
            |_| {
                // Windows has longer ones.
                output::warning(&format!("the program's exit code is {code}"));
                ExitCode::from(OURS)
            },
            ExitCode::from,
        ),
        ExitStatus::Signal(signal) => code_of_signal(i32::try_from(signal).unwrap_or_default()),
        _ => return Err(Failure::new(Code::Server, "the agent does not say how the program ended")),
    })
}
