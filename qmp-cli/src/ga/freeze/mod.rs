//! `qmp ga fsfreeze`.

mod child;
mod guard;
mod signals;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Subcommand;
use qmp_types::qga::commands::{GuestFsfreezeStatus, GuestFsfreezeThaw};

use self::guard::Guard;
use self::signals::{Signals, Wakeup};
use super::{PATIENCE, Reach};
use crate::failure::{Code, Failure};
use crate::interrupt::code_of_signal;
use crate::output;
use crate::output::text::visible;
use crate::target;

/// How long freezing and thawing may take: data has to be written first.
const FREEZING: Duration = Duration::from_secs(60);

/// The exit code with a command when it is not the command's, as that of `qmp ga exec`.
const OURS: u8 = 255;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Print whether filesystems are frozen.
    Status,
    /// Freeze filesystems, until they are thawed or for a while.
    Freeze(Freeze),
    /// Thaw all filesystems.
    Thaw,
}

const EXPLAINED: &str = "\
Without --for they stay frozen, and the guest's programs wait, until `qmp ga fsfreeze thaw`.

With --for they are thawed when COMMAND has ended or the time is over, whichever is first, and whatever else happens: if COMMAND fails \
or qmp is interrupted. If the connection is lost, another is made for it, in up to 12 tries. What is done is said on standard \
error. Only qmp's own end without notice (SIGKILL) leaves them frozen.

COMMAND is a program of this side, such as one that takes a snapshot. If the time is over before it has ended, it is ended too, \
for what it made is not of frozen filesystems. The exit code is COMMAND's; 128 and more if a signal ended it or qmp, as \
in a shell; 255 if something else failed, such as the freezing, the thawing or the time.

Example:
  qmp ga fsfreeze freeze --for 10 -- qmp exec blockdev-snapshot-sync device=disk0 snapshot-file=/srv/s.qcow2";

#[derive(Debug, clap::Args)]
#[command(after_help = EXPLAINED)]
pub(crate) struct Freeze {
    /// Freeze the filesystems at this mount point only. It can be given several times.
    #[arg(short, long = "mountpoint", value_name = "PATH")]
    mountpoints: Vec<String>,
    /// Thaw them after this many seconds, or when COMMAND has ended.
    #[arg(long = "for", value_name = "SECONDS", value_parser = target::seconds)]
    duration: Option<Duration>,
    /// What to run meanwhile on this side.
    #[arg(value_name = "COMMAND", last = true, requires = "duration")]
    command: Vec<String>,
}

pub(super) fn run(reach: Reach<'_>, command: &Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Status => {
            let status = reach.connect(PATIENCE)?.execute(&GuestFsfreezeStatus::new())?;
            output::line(&visible(status.as_str()))?;
        }
        Command::Thaw => {
            let count = reach.connect(FREEZING)?.execute(&GuestFsfreezeThaw::new())?;
            output::line(&format!("{} thawed", filesystems(count)))?;
        }
        Command::Freeze(options) => match (options.duration, options.command.split_first()) {
            (None, _) => return freeze_for_good(reach, options),
            (Some(duration), None) => return hold(reach, options, duration),
            (Some(duration), Some((program, arguments))) => {
                let ended = run_while_frozen(reach, options, duration, program, arguments);
                return Ok(ended.unwrap_or_else(|failure| {
                    failure.report();
                    ExitCode::from(OURS)
                }));
            }
        },
    }
    Ok(ExitCode::SUCCESS)
}

fn filesystems(count: i64) -> String {
    format!("{count} filesystem{}", if count == 1 { "" } else { "s" })
}

/// Freezes filesystems and leaves them so, unless a signal came meanwhile.
fn freeze_for_good(reach: Reach<'_>, options: &Freeze) -> Result<ExitCode, Failure> {
    let signals = Signals::watch().map_err(Failure::usage)?;
    let guard = Guard::freeze(reach, &options.mountpoints)?;
    if let Wakeup::Ending(signal) = signals.wait(Some(Instant::now())) {
        return guard.thaw().map(|()| code_of_signal(signal));
    }
    output::line(&format!("{} frozen", filesystems(guard.leave())))?;
    Ok(ExitCode::SUCCESS)
}

/// Keeps filesystems frozen for a while.
fn hold(reach: Reach<'_>, options: &Freeze, duration: Duration) -> Result<ExitCode, Failure> {
    // From before the freeze: nothing that comes meanwhile ends the program.
    let signals = Signals::watch().map_err(Failure::usage)?;
    let guard = Guard::freeze(reach, &options.mountpoints)?;
    guard.tell();
    let end = Instant::now().checked_add(duration);
    loop {
        match signals.wait(end) {
            Wakeup::Child => {}
            Wakeup::TimeOver => return guard.thaw().map(|()| ExitCode::SUCCESS),
            Wakeup::Ending(signal) => return guard.thaw().map(|()| code_of_signal(signal)),
        }
    }
}

/// Runs a program of this side while filesystems are frozen.
fn run_while_frozen(
    reach: Reach<'_>,
    options: &Freeze,
    duration: Duration,
    program: &str,
    arguments: &[String],
) -> Result<ExitCode, Failure> {
    let signals = Signals::watch().map_err(Failure::usage)?;
    let guard = Guard::freeze(reach, &options.mountpoints)?;
    guard.tell();
    let end = Instant::now().checked_add(duration);
    // Dropped before the guard: behind a panic it is ended when the filesystems are thawed.
    let mut child = match child::Running::start(program, arguments) {
        Ok(child) => child,
        Err(error) => {
            let failure = Failure::usage(format_args!("cannot run {program}: {error}"));
            return Err(guard.thaw().err().map_or(failure, |thaw| thaw));
        }
    };
    loop {
        match signals.wait(end) {
            Wakeup::Child => {
                if let Some(code) = child.ended().map_err(Failure::usage)? {
                    return guard.thaw().map(|()| code);
                }
            }
            Wakeup::Ending(signal) => {
                // The guest first: what runs on this side can wait, and what it made is given up.
                let thawed = guard.thaw();
                child.end(&signals);
                return thawed.map(|()| code_of_signal(signal));
            }
            Wakeup::TimeOver => {
                let thawed = guard.thaw();
                child.end(&signals);
                return thawed.and(Err(Failure::new(
                    Code::Timeout,
                    format_args!(
                        "{program} had not ended within {duration:?}, and was ended behind the thaw"
                    ),
                )));
            }
        }
    }
}
