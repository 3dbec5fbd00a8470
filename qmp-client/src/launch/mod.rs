//! Starting a server with its monitor connected already.
//!
//! The monitor is on one end of a socket pair, which the server inherits: there is no file, no port and no moment in
//! which somebody else could connect; and when the server ends, however that happens, the connection does too.

mod error;
mod launched;
mod ready;
mod stderr;

use std::ffi::{OsStr, OsString};
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use command_fds::CommandFdExt;

use self::stderr::Tail;
use crate::connect;

pub use self::error::LaunchError;
pub use self::launched::Launched;

/// What stands for the number of the monitor's descriptor in the arguments of a [`Launcher::program`].
pub const PLACEHOLDER: &str = "{fd}";

/// The name of the monitor's character device.
const CHARDEV: &str = "qmp-client";

/// A server to be launched.
///
/// ```no_run
/// use std::time::Duration;
///
/// use qmp_client::{CallOptions, blocking::Client, launch::Launcher};
///
/// let launcher = Launcher::qemu("qemu-system-x86_64").args(["-machine", "none", "-display", "none"]);
/// let (mut qemu, socket) = launcher.launch(Duration::from_secs(10))?;
/// let client = Client::over(socket)?;
/// client.execute_raw("quit", None, &CallOptions::new())?;
/// println!("QEMU ended: {}", qemu.wait()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Standard input and output are closed to the server (`/dev/null`) unless said otherwise; what it writes to its
/// standard error is kept, up to a limit. A server that goes into the background (QEMU's `-daemonize`) escapes:
/// the process that was started ends then, and with it all that can be known.
#[derive(Debug)]
pub struct Launcher {
    program: PathBuf,
    kind: Kind,
    args: Vec<OsString>,
    /// All but the arguments.
    command: Command,
    stderr_limit: usize,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Qemu,
    StorageDaemon,
    Other,
}

impl Launcher {
    /// A system emulator, such as `qemu-system-x86_64`, by its path or by its name on the search path. It gets a
    /// character device named `qmp-client`, and a monitor on it, in front of other arguments.
    #[must_use]
    pub fn qemu(program: impl AsRef<OsStr>) -> Self {
        Self::new(program.as_ref(), Kind::Qemu)
    }

    /// A `qemu-storage-daemon`, otherwise as [`qemu`](Self::qemu).
    #[must_use]
    pub fn storage_daemon(program: impl AsRef<OsStr>) -> Self {
        Self::new(program.as_ref(), Kind::StorageDaemon)
    }

    /// Any program that takes an open descriptor for its monitor: its number is put in the place of `{fd}`
    /// ([`PLACEHOLDER`]) wherever that is in its arguments.
    #[must_use]
    pub fn program(program: impl AsRef<OsStr>) -> Self {
        Self::new(program.as_ref(), Kind::Other)
    }

    fn new(program: &OsStr, kind: Kind) -> Self {
        let mut command = Command::new(program);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        Self { program: program.into(), kind, args: Vec::new(), command, stderr_limit: 64 << 10 }
    }

    /// One more argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// More arguments.
    #[must_use]
    pub fn args(mut self, args: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Sets a variable of the server's environment, which else is that of this process.
    #[must_use]
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Takes a variable out of the server's environment.
    #[must_use]
    pub fn env_remove(mut self, name: impl AsRef<OsStr>) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Takes all variables out of the server's environment that were not set with [`env`](Self::env) since.
    #[must_use]
    pub fn env_clear(mut self) -> Self {
        self.command.env_clear();
        self
    }

    /// The folder that the server is started in. With a relative path of the program it is not clear whether that
    /// counts from there.
    #[must_use]
    pub fn current_dir(mut self, folder: impl AsRef<Path>) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// The server's standard input; `/dev/null` by default. What is piped cannot be had: give it an end of a pipe.
    #[must_use]
    pub fn stdin(mut self, stdin: impl Into<Stdio>) -> Self {
        self.command.stdin(stdin);
        self
    }

    /// The server's standard output; `/dev/null` by default. What is piped cannot be had: give it an end of a pipe.
    #[must_use]
    pub fn stdout(mut self, stdout: impl Into<Stdio>) -> Self {
        self.command.stdout(stdout);
        self
    }

    /// How many bytes of the end of the server's standard error to keep; 64 KiB by default.
    #[must_use]
    pub fn stderr_limit(mut self, bytes: usize) -> Self {
        self.stderr_limit = bytes;
        self
    }

    /// Starts the server and waits until it greets (what it says stays to be read), at least a millisecond. The
    /// socket is for a client.
    ///
    /// # Errors
    /// [`LaunchError`]; the server is gone then.
    pub fn launch(self, timeout: Duration) -> Result<(Launched, UnixStream), LaunchError> {
        let program = self.program.clone();
        let (mut server, socket) = self.spawn()?;
        ready::wait(&program, &mut server, &socket, timeout)?;
        Ok((server, socket))
    }

    /// As [`launch`](Self::launch), on a tokio runtime.
    ///
    /// # Errors
    /// As [`launch`](Self::launch).
    ///
    /// # Panics
    /// Outside a tokio runtime that has its I/O and its clock enabled.
    #[cfg(feature = "tokio")]
    pub async fn launch_tokio(
        self,
        timeout: Duration,
    ) -> Result<(Launched, tokio::net::UnixStream), LaunchError> {
        let program = self.program.clone();
        let (mut server, socket) = self.spawn()?;
        socket.set_nonblocking(true)?;
        let socket = tokio::net::UnixStream::from_std(socket)?;
        ready::wait_tokio(&program, &mut server, &socket, timeout).await?;
        Ok((server, socket))
    }

    /// Starts the server and does not wait until it is ready. The socket is for a client, and reads as closed when the
    /// server ends early: [`Launched::stderr`] then tells why.
    ///
    /// # Errors
    /// [`LaunchError::Start`], [`LaunchError::NoPlaceholder`], [`LaunchError::Io`].
    pub fn spawn(mut self) -> Result<(Launched, UnixStream), LaunchError> {
        let (ours, theirs) = connect::pair()?;
        // Not one of the first three, which become the child's own: duplicates have higher numbers.
        let theirs: OwnedFd = theirs.try_clone()?;
        let args = self.arguments(theirs.as_raw_fd())?;
        self.command.args(args);
        // Under the same number in the child: any other might be one that starting a process takes itself.
        self.command.preserved_fds(vec![theirs]);
        let started = self.command.spawn();
        let mut child = started.map_err(|error| LaunchError::Start { program: self.program, error })?;
        // With the command goes our copy of the server's end, so that ours is at its end when the server is.
        drop(self.command);
        let stderr = child.stderr.take().map(|stderr| Tail::of(stderr, self.stderr_limit)).transpose();
        match stderr {
            Ok(Some(stderr)) => Ok((Launched::new(child, stderr), ours)),
            failed => {
                // Without it, it would not be ended by anybody.
                let _ = child.kill();
                let _ = child.wait();
                Err(failed.err().unwrap_or_else(|| std::io::ErrorKind::BrokenPipe.into()).into())
            }
        }
    }

    fn arguments(&self, fd: RawFd) -> Result<Vec<OsString>, LaunchError> {
        let chardev = format!("socket,id={CHARDEV},fd={fd}");
        let mut args: Vec<OsString> = match self.kind {
            Kind::Qemu => {
                vec![
                    "-chardev".into(),
                    chardev.into(),
                    "-mon".into(),
                    format!("chardev={CHARDEV},mode=control").into(),
                ]
            }
            Kind::StorageDaemon => {
                vec![
                    "--chardev".into(),
                    chardev.into(),
                    "--monitor".into(),
                    format!("chardev={CHARDEV}").into(),
                ]
            }
            Kind::Other => return self.filled_in(fd),
        };
        args.extend(self.args.iter().cloned());
        Ok(args)
    }

    fn filled_in(&self, fd: RawFd) -> Result<Vec<OsString>, LaunchError> {
        let args: Vec<OsString> = self.args.iter().map(|arg| replaced(arg, &fd.to_string())).collect();
        if args == self.args {
            return Err(LaunchError::NoPlaceholder { program: self.program.clone() });
        }
        Ok(args)
    }
}

/// An argument with something in place of the placeholder. It need not be UTF-8.
fn replaced(arg: &OsStr, value: &str) -> OsString {
    let mut rest = arg.as_bytes();
    let mut result = Vec::with_capacity(rest.len());
    while let Some(&first) = rest.first() {
        if let Some(behind) = rest.strip_prefix(PLACEHOLDER.as_bytes()) {
            result.extend(value.bytes());
            rest = behind;
        } else {
            result.push(first);
            rest = &rest[1..];
        }
    }
    OsString::from_vec(result)
}
