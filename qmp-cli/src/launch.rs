//! `qmp launch`.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::time::{Duration, Instant};

use clap_complete::engine::ArgValueCompleter;
use qmp_client::blocking::{Client, Events};
use qmp_client::launch::{LaunchError, Launched, Launcher, PLACEHOLDER};
use qmp_client::{CallOptions, Error, Options as ClientOptions};

use crate::exec::{AnswerOptions, Awaited, Call, Lines, Request, run_lines};
use crate::failure::{Code, Failure};
use crate::output::text::visible;
use crate::session::Session;
use crate::{completion, output, target};

/// How long a server may take to end when its connection has ended.
const LAST_WORDS: Duration = Duration::from_secs(1);

const EXAMPLES: &str = "\
Examples:
  qmp launch -e query-machines -- qemu-system-x86_64 -machine none
  qmp launch -e cont --wait SHUTDOWN -- qemu-system-x86_64 -S -machine q35 -display none disk.qcow2
  printf '%s\\n' 'blockdev-add driver=null-co node-name=n' query-named-block-nodes |
      qmp launch -e - -- qemu-storage-daemon";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// Execute this command, as `qmp exec` has it in one line; may be said several times. - reads commands from standard input, one a
    /// line. Behind the last one the server is told to quit.
    #[arg(short = 'e', long = "exec", value_name = "LINE")]
    lines: Vec<String>,
    /// Wait for this event behind the commands, and print it: EVENT, or EVENT,KEY=VALUE for one whose data is so.
    #[arg(short, long, value_name = "EVENT", add = ArgValueCompleter::new(completion::events))]
    wait: Option<Awaited>,
    /// Stay until the server ends by itself, as without --exec and --wait.
    #[arg(long)]
    stay: bool,
    /// How long the start may take, and each command, and the wait for the event, in seconds.
    #[arg(short, long, value_name = "SECONDS", default_value = "30", value_parser = target::seconds)]
    timeout: Duration,
    #[command(flatten)]
    answer: AnswerOptions,
    /// The server: a system emulator, a qemu-storage-daemon, or any program that takes an open descriptor for its monitor, whose
    /// number is put in the place of {fd} in its arguments.
    #[arg(value_name = "PROGRAM", required = true, last = true)]
    program: Vec<OsString>,
}

pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    let [program, arguments @ ..] = options.program.as_slice() else {
        return Err(Failure::usage("the program is missing"));
    };
    options.wait.iter().for_each(Awaited::warn_if_unknown);
    let launcher = launcher(program, arguments);
    let (mut server, socket) = launcher.launch(options.timeout).map_err(not_started)?;
    let client_options = ClientOptions::new().connect_timeout(options.timeout).call_timeout(options.timeout);
    let client = Client::over_with(socket, &client_options);
    let client = client.map_err(|error| ended_early(program, error, &mut server))?;
    let events = options.wait.as_ref().map(|awaited| (awaited, client.events()));
    let session = Session::new(client);
    options.converse(&session, events).map_err(|failure| with_last_words(failure, &mut server))?;
    end(&session, server, options.stay || (options.lines.is_empty() && options.wait.is_none()))
}

impl Options {
    fn converse(&self, session: &Session, events: Option<(&Awaited, Events)>) -> Result<(), Failure> {
        let call = Call::within(self.timeout);
        for line in &self.lines {
            let execute = |request: &_| self.answer.print(&call.make(session, request)?);
            if line == "-" {
                run_lines(Lines::of_stdin(), false, execute)?;
            } else {
                execute(&Request::parse_line(line)?)?;
            }
        }
        let Some((awaited, mut events)) = events else { return Ok(()) };
        let start = Instant::now();
        let deadline = start.checked_add(self.timeout).unwrap_or_else(|| start + target::FOREVER);
        let event = awaited.wait(&mut events, deadline, self.timeout)?;
        self.answer.print_event(&event)
    }
}

/// What starts the program: its name says of which kind it is.
fn launcher(program: &OsStr, arguments: &[OsString]) -> Launcher {
    let name = Path::new(program).file_name().unwrap_or(program).to_string_lossy();
    let has_placeholder = arguments.iter().any(|argument| argument.to_string_lossy().contains(PLACEHOLDER));
    let launcher = if has_placeholder {
        Launcher::program(program)
    } else if name.contains("storage-daemon") {
        Launcher::storage_daemon(program)
    } else {
        Launcher::qemu(program)
    };
    launcher.args(arguments.iter().cloned())
}

/// Why a server did not start, in its own words and lines.
fn not_started(error: LaunchError) -> Failure {
    match error {
        LaunchError::Ended { program, status, stderr } if !stderr.trim().is_empty() => {
            let program = program.display();
            Failure::new(
                Code::Connection,
                format_args!("{program} did not start ({status})\n{}", stderr.trim_end()),
            )
        }
        error => error.into(),
    }
}

/// As [`not_started`], of a server that greets before it looks at all of its options.
fn ended_early(program: &OsStr, error: Error, server: &mut Launched) -> Failure {
    match server.wait_timeout(LAST_WORDS) {
        Ok(Some(status)) => {
            not_started(LaunchError::Ended { program: program.into(), status, stderr: server.stderr() })
        }
        _ => error.into(),
    }
}

/// A failure in the course of which the server may have ended: what it said explains it.
fn with_last_words(failure: Failure, server: &mut Launched) -> Failure {
    if failure.leaves_a_connection() {
        return failure;
    }
    match server.wait_timeout(LAST_WORDS) {
        Ok(Some(status)) => {
            failure.with_lines(format_args!("the server ended ({status})\n{}", server.stderr().trim_end()))
        }
        _ => failure,
    }
}

/// Ends the server, or waits until it ends.
fn end(session: &Session, mut server: Launched, stay: bool) -> Result<(), Failure> {
    if !stay {
        // It may have ended by itself: its status tells.
        let _ = session.client().execute_raw("quit", None, &CallOptions::new());
    }
    let status = server.wait().map_err(|error| Failure::new(Code::Connection, error))?;
    let said = server.stderr();
    if status.success() {
        if !said.trim().is_empty() {
            output::warning(&visible(said.trim_end()));
        }
        return Ok(());
    }
    Err(Failure::new(Code::Connection, format_args!("the server ended ({status})\n{}", said.trim_end())))
}
