//! `qmp ga cat` and `qmp ga put`.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use qmp_client::Error;
use qmp_client::blocking::Agent;
use qmp_types::qga::commands::{GuestFileClose, GuestFileOpen, GuestFileSeek};
use qmp_types::qga::types::{GuestFileWhence, QgaSeek};
use rustix::event::{PollFd, PollFlags};

use super::{PATIENCE, Reach};
use crate::failure::{Code, Failure};
use crate::interrupt::Interrupt;
use crate::output;
use crate::output::bytes::outlet;

/// How soon a signal is noticed that came at an unlucky moment.
const GLANCE: Duration = Duration::from_millis(200);

#[derive(Debug, clap::Args)]
pub(crate) struct Cat {
    /// Their paths in the guest.
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<String>,
    /// Print to a terminal what is in them as it is. Otherwise control characters are shown as escape sequences there; to a
    /// file or a pipe everything goes as it is.
    #[arg(long)]
    raw: bool,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "The file in the guest is made, or loses what it had. \
    If the copy is interrupted, it holds what was written until then.")]
pub(crate) struct Put {
    /// The file on this side, or - for standard input.
    #[arg(value_name = "FILE")]
    source: PathBuf,
    /// Its path in the guest.
    #[arg(value_name = "PATH")]
    path: String,
}

/// Prints files.
///
/// # Errors
/// When there is no agent, a file cannot be read, or not be printed.
pub(super) fn cat(reach: Reach<'_>, options: &Cat) -> Result<ExitCode, Failure> {
    let interrupt = Interrupt::watch().map_err(Failure::usage)?;
    let agent = reach.connect(PATIENCE)?;
    let is_terminal = output::is_terminal();
    let stdout = io::stdout().as_fd().try_clone_to_owned()?;
    for path in &options.paths {
        let progress = if is_terminal { ProgressBar::hidden() } else { progress(|| size(&agent, path)) };
        // Pieces are as large as they should be: another buffer would only copy them.
        let out = Checked {
            inner: outlet(File::from(stdout.try_clone()?), is_terminal, options.raw),
            interrupt: &interrupt,
        };
        let copied = agent.read_file(path, out, |bytes| progress.set_position(bytes));
        progress.finish_and_clear();
        if let Err(error) = copied {
            return ended(error, &interrupt, Failure::from);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Copies a file into the guest.
///
/// # Errors
/// When there is no agent, or one of the files cannot be read or written.
pub(super) fn put(reach: Reach<'_>, options: &Put) -> Result<ExitCode, Failure> {
    let interrupt = Interrupt::watch().map_err(Failure::usage)?;
    let unreadable =
        |error: io::Error| Failure::usage(format_args!("cannot read {}: {error}", options.source.display()));
    // Before the guest's file loses what it had.
    let source = Source::open(options).map_err(unreadable)?;
    let length = source.length().map_err(unreadable)?;
    let agent = reach.connect(PATIENCE)?;
    let progress = progress(|| length);
    let source = Waiting { source, interrupt: &interrupt };
    let copied = agent.write_file(&options.path, source, |bytes| progress.set_position(bytes));
    progress.finish_and_clear();
    match copied {
        Ok(_) => Ok(ExitCode::SUCCESS),
        Err(error) => ended(error, &interrupt, unreadable),
    }
}

/// What a copy came to that did not reach its end.
fn ended(
    error: Error,
    interrupt: &Interrupt,
    on_this_side: impl FnOnce(io::Error) -> Failure,
) -> Result<ExitCode, Failure> {
    match (error, interrupt.exit_code()) {
        (Error::Copy(_), Some(code)) => {
            Failure::new(Code::Usage, "interrupted").report();
            Ok(code)
        }
        (Error::Copy(error), None) => Err(on_this_side(error)),
        (error, _) => Err(error.into()),
    }
}

/// How far a copy is, on standard error if that is a terminal. The length is asked for only then.
fn progress(length: impl FnOnce() -> Option<u64>) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let (bar, template) = match length() {
        Some(length) => {
            (ProgressBar::new(length), "{wide_bar} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left")
        }
        None => (ProgressBar::no_length(), "{spinner} {bytes}, {bytes_per_sec}"),
    };
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// How long a file of the guest is; `None` if nobody can tell, as of those that are made up when they are read.
fn size(agent: &Agent, path: &str) -> Option<u64> {
    let handle = agent.execute(&GuestFileOpen::new(path).mode("rb")).ok()?;
    let end = agent.execute(&GuestFileSeek::new(handle, 0, GuestFileWhence::Name(QgaSeek::End)));
    agent.execute(&GuestFileClose::new(handle)).ok()?;
    end.ok().and_then(|end| u64::try_from(end.position).ok()).filter(|&length| length > 0)
}

/// A sink that takes nothing more behind a signal.
struct Checked<'i, W> {
    inner: W,
    interrupt: &'i Interrupt,
}

impl<W: Write> Write for Checked<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.interrupt.check()?;
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// What is copied into the guest.
enum Source {
    File(File),
    Input(io::Stdin),
}

impl Source {
    fn open(options: &Put) -> io::Result<Self> {
        if options.source.as_os_str() == "-" {
            return Ok(Self::Input(io::stdin()));
        }
        let file = File::open(&options.source)?;
        if file.metadata()?.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        Ok(Self::File(file))
    }

    fn length(&self) -> io::Result<Option<u64>> {
        let Self::File(file) = self else { return Ok(None) };
        Ok(Some(file.metadata()?.len()).filter(|&length| length > 0))
    }
}

impl AsFd for Source {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::File(file) => file.as_fd(),
            Self::Input(stdin) => stdin.as_fd(),
        }
    }
}

/// A source that a signal ends, also while it has nothing to give.
struct Waiting<'i> {
    source: Source,
    interrupt: &'i Interrupt,
}

impl Read for Waiting<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            self.interrupt.check()?;
            let mut fds = [PollFd::new(&self.source, PollFlags::IN)];
            self.interrupt.wait(&mut fds, GLANCE);
            let [fd] = &fds;
            if !fd.revents().is_empty() {
                break;
            }
        }
        match &mut self.source {
            Source::File(file) => file.read(buffer),
            Source::Input(stdin) => stdin.lock().read(buffer),
        }
    }
}
