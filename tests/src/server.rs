//! Real servers, started for a test and gone with it.

use std::ffi::{OsStr, OsString};
use std::fmt::Display;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use qmp_client::blocking::Client;
use qmp_client::launch::{Launched, Launcher};
use qmp_client::{Address, CallOptions};

use crate::Requirement;

/// Folders with further releases of QEMU's programs, to be tested too; separated as in `PATH`.
const FURTHER_RELEASES: &str = "QMP_TEST_FURTHER_QEMU";

/// How long a server may take to open its monitor. It takes 25 ms; a loaded machine may need more.
pub const START_DEADLINE: Duration = Duration::from_secs(30);

/// A kind of server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `qemu-storage-daemon`.
    StorageDaemon,
    /// `qemu-system-x86_64` without a machine.
    System,
}

impl Kind {
    fn program(self) -> &'static str {
        match self {
            Self::StorageDaemon => "qemu-storage-daemon",
            Self::System => "qemu-system-x86_64",
        }
    }

    /// The program, to be launched.
    #[must_use]
    pub fn launcher(self, program: &Path) -> Launcher {
        match self {
            Self::StorageDaemon => Launcher::storage_daemon(program),
            Self::System => {
                Launcher::qemu(program).args(["-machine", "none", "-nodefaults", "-display", "none"])
            }
        }
    }

    /// The program on the search path.
    #[must_use]
    pub fn installed(self) -> Requirement<PathBuf> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        Requirement { found: self.found_in(&path).next(), name: self.program().to_owned() }
    }

    /// The program in further releases.
    pub fn further_releases(self) -> impl Iterator<Item = PathBuf> {
        self.found_in(&further_folders()).collect::<Vec<_>>().into_iter()
    }

    fn found_in(self, path: &OsStr) -> impl Iterator<Item = PathBuf> {
        std::env::split_paths(path)
            .map(move |folder| folder.join(self.program()))
            .filter(|file| file.is_file())
    }
}

/// A running server. It is killed when dropped.
#[derive(Debug)]
pub struct Server {
    process: Launched,
    folder: tempfile::TempDir,
}

impl Server {
    /// Launches a program, with a client on its monitor.
    ///
    /// # Panics
    /// When it does not start.
    #[must_use]
    pub fn start(kind: Kind, program: &Path) -> (Self, Client) {
        Self::launch(kind.launcher(program), temporary_folder())
    }

    /// As [`start`](Self::start), for those who read the greeting themselves.
    ///
    /// # Panics
    /// When it does not start.
    #[must_use]
    pub fn start_unread(kind: Kind, program: &Path) -> (Self, UnixStream) {
        Self::launch_unread(kind.launcher(program), temporary_folder())
    }

    /// As [`start_unread`](Self::start_unread), for a program with arguments of the test's own.
    ///
    /// # Panics
    /// When it does not start.
    #[must_use]
    pub fn of(launcher: Launcher) -> (Self, UnixStream) {
        Self::launch_unread(launcher, temporary_folder())
    }

    /// Launches a storage daemon that also listens at an address, and connects to that.
    ///
    /// # Panics
    /// When it does not start, or does not accept a connection.
    #[must_use]
    pub fn listening(program: &Path, address: impl FnOnce(&Path) -> Address) -> (Self, Client) {
        let folder = temporary_folder();
        let address = address(folder.path());
        let socket = match &address {
            Address::Unix(path) => format!("path={}", path.display()),
            Address::Tcp { host, port } => format!("host={host},port={port}"),
            other => panic!("no server for {other}"),
        };
        let chardev = format!("socket,id=m,{socket},server=on,wait=off");
        let launcher = Kind::StorageDaemon.launcher(program);
        let launcher = launcher.args(["--chardev", &chardev, "--monitor", "chardev=m"]);
        let (server, client) = Self::launch(launcher, folder);
        // It carries out commands when it has carried out its options. A client that is faster than the making of its
        // monitor may be greeted twice by QEMU 10.0, never be answered, or have the storage daemon crash.
        client
            .execute_raw("query-version", None, &CallOptions::new())
            .unwrap_or_else(|error| server.fail(&error));
        let client = Client::connect(&address).unwrap_or_else(|error| server.fail(&error));
        (server, client)
    }

    fn launch(launcher: Launcher, folder: tempfile::TempDir) -> (Self, Client) {
        let (server, socket) = Self::launch_unread(launcher, folder);
        let client = Client::over(socket).unwrap_or_else(|error| server.fail(&error));
        (server, client)
    }

    fn launch_unread(launcher: Launcher, folder: tempfile::TempDir) -> (Self, UnixStream) {
        let (process, socket) = launcher.launch(START_DEADLINE).unwrap_or_else(|error| panic!("{error}"));
        (Self { process, folder }, socket)
    }

    fn fail(&self, what: &dyn Display) -> ! {
        panic!("the server failed: {what}; it says: {}", self.process.stderr());
    }

    /// A folder for the test's files.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Ends the process at once, wherever it is in its work.
    ///
    /// # Panics
    /// When it cannot be ended.
    pub fn kill(&mut self) {
        self.process.kill().expect("the server can be killed");
    }

    /// Waits for the end of the process.
    ///
    /// # Panics
    /// When it cannot be waited for.
    pub fn wait(&mut self) -> ExitStatus {
        self.process.wait().expect("the server can be waited for")
    }
}

/// The folders with further releases.
pub(crate) fn further_folders() -> OsString {
    std::env::var_os(FURTHER_RELEASES).unwrap_or_default()
}

fn temporary_folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}
