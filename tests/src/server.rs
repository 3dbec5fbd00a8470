//! Real servers, started for a test and gone with it.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use qmp_client::blocking::Client;
use qmp_client::{Address, Error};

use crate::Requirement;

/// Folders with further releases of QEMU's programs, to be tested too; separated as in `PATH`.
const FURTHER_RELEASES: &str = "QMP_TEST_FURTHER_QEMU";

/// How long a server may take to open its monitor. It takes 25 ms; a loaded machine may need more.
const START_DEADLINE: Duration = Duration::from_secs(30);

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

    fn arguments(self, socket: &Path) -> Vec<String> {
        let socket = socket.display();
        let arguments: &[&str] = match self {
            Self::StorageDaemon => {
                &["--chardev", "socket,id=m,path=SOCKET,server=on,wait=off", "--monitor", "chardev=m"]
            }
            Self::System => {
                let monitor = "unix:SOCKET,server=on,wait=off";
                &["-machine", "none", "-nodefaults", "-display", "none", "-qmp", monitor]
            }
        };
        arguments.iter().map(|argument| argument.replace("SOCKET", &socket.to_string())).collect()
    }

    /// The program on the search path.
    #[must_use]
    pub fn installed(self) -> Requirement<PathBuf> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        Requirement { found: self.found_in(&path).next(), name: self.program() }
    }

    /// The program in further releases.
    pub fn further_releases(self) -> impl Iterator<Item = PathBuf> {
        let path = std::env::var_os(FURTHER_RELEASES).unwrap_or_default();
        self.found_in(&path).collect::<Vec<_>>().into_iter()
    }

    fn found_in(self, path: &std::ffi::OsStr) -> impl Iterator<Item = PathBuf> {
        std::env::split_paths(path)
            .map(move |folder| folder.join(self.program()))
            .filter(|file| file.is_file())
    }
}

/// A running server. It is killed when dropped.
#[derive(Debug)]
pub struct Server {
    process: Child,
    folder: tempfile::TempDir,
}

impl Server {
    /// Starts a program.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn start(kind: Kind, program: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let errors = File::create(folder.path().join("stderr")).expect("a file for the server's errors");
        let process = Command::new(program)
            .args(kind.arguments(&folder.path().join("monitor")))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(errors)
            .spawn()
            .unwrap_or_else(|error| panic!("can't start {}: {error}", program.display()));
        Self { process, folder }
    }

    /// A folder for the test's files.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Connects to the monitor, which the server may still have to open.
    ///
    /// # Panics
    /// When the server died, or does not open its monitor.
    #[must_use]
    pub fn connect(&mut self) -> Client {
        let address = Address::Unix(self.folder.path().join("monitor"));
        let start = Instant::now();
        loop {
            // A connection that is made while the server makes its monitor may be one that it never sees.
            match Client::connect(&address) {
                Ok(client) => return client,
                Err(Error::Connect { .. } | Error::NoGreeting { .. } | Error::ClosedEarly { .. })
                    if start.elapsed() < START_DEADLINE => {}
                Err(error) => panic!("{error:?}; the server says: {}", self.errors()),
            }
            if let Ok(Some(status)) = self.process.try_wait() {
                panic!("the server ended, {status}: {}", self.errors());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Waits for the end of the process.
    ///
    /// # Panics
    /// When it cannot be waited for.
    pub fn wait(&mut self) -> ExitStatus {
        self.process.wait().expect("the server can be waited for")
    }

    fn errors(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("stderr")).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
