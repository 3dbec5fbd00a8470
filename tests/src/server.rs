//! Real servers, started for a test and gone with it.

use std::fmt::Display;
use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use qmp_client::Address;
use qmp_client::blocking::Client;

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

    /// Arguments for a monitor on a character device of type `socket`.
    fn arguments(self, socket: &str) -> Vec<String> {
        let chardev = format!("socket,id=m,{socket}");
        let arguments: &[&str] = match self {
            Self::StorageDaemon => &["--chardev", &chardev, "--monitor", "chardev=m"],
            Self::System => {
                let monitor = "chardev=m,mode=control";
                &[
                    "-machine",
                    "none",
                    "-nodefaults",
                    "-display",
                    "none",
                    "-chardev",
                    &chardev,
                    "-mon",
                    monitor,
                ]
            }
        };
        arguments.iter().map(|&argument| argument.to_owned()).collect()
    }

    /// The program on the search path.
    #[must_use]
    pub fn installed(self) -> Requirement<PathBuf> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        Requirement { found: self.found_in(&path).next(), name: self.program().to_owned() }
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
    /// Starts a program that connects its monitor to a socket which is open already, and takes that connection.
    ///
    /// It is the way without a race. To a client that is faster than the making of the monitor, QEMU 10.0 may greet
    /// twice or never answer, and its storage daemon may crash.
    ///
    /// # Panics
    /// When it cannot be started, or does not connect.
    #[must_use]
    pub fn start(kind: Kind, program: &Path) -> (Self, Client) {
        let (server, stream) = Self::start_unread(kind, program);
        let client = Client::over(stream).unwrap_or_else(|error| server.fail(&error));
        (server, client)
    }

    /// As [`start`](Self::start), for those who read the greeting themselves.
    ///
    /// # Panics
    /// When it cannot be started, or does not connect.
    #[must_use]
    pub fn start_unread(kind: Kind, program: &Path) -> (Self, UnixStream) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("monitor");
        let listener = UnixListener::bind(&path).expect("a socket for the monitor");
        let arguments = kind.arguments(&format!("path={},server=off", path.display()));
        let mut server = Self::spawn(program, &arguments, folder);
        let stream = server.accepted(&listener);
        (server, stream)
    }

    /// Starts a storage daemon that listens at an address, and connects when it says that it is ready.
    ///
    /// # Panics
    /// When it cannot be started, or does not accept a connection.
    #[must_use]
    pub fn listening(program: &Path, address: impl FnOnce(&Path) -> Address) -> (Self, Client) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let address = address(folder.path());
        let socket = match &address {
            Address::Unix(path) => format!("path={},server=on,wait=off", path.display()),
            Address::Tcp { host, port } => format!("host={host},port={port},server=on,wait=off"),
            other => panic!("no server for {other}"),
        };
        let ready = folder.path().join("pid");
        let mut arguments = Kind::StorageDaemon.arguments(&socket);
        arguments.extend(["--pidfile".to_owned(), ready.display().to_string()]);
        let mut server = Self::spawn(program, &arguments, folder);
        server.wait_until(|| ready.exists().then_some(()));
        let client = Client::connect(&address).unwrap_or_else(|error| server.fail(&error));
        (server, client)
    }

    fn spawn(program: &Path, arguments: &[String], folder: tempfile::TempDir) -> Self {
        let errors = File::create(folder.path().join("stderr")).expect("a file for the server's errors");
        let process = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(errors)
            .spawn()
            .unwrap_or_else(|error| panic!("can't start {}: {error}", program.display()));
        Self { process, folder }
    }

    fn accepted(&mut self, listener: &UnixListener) -> UnixStream {
        listener.set_nonblocking(true).expect("a socket that does not block");
        let stream = self.wait_until(|| match listener.accept() {
            Ok((stream, _)) => Some(stream),
            Err(error) if error.kind() == ErrorKind::WouldBlock => None,
            Err(error) => panic!("{error}"),
        });
        stream.set_nonblocking(false).expect("a connection that blocks");
        stream
    }

    /// Waits for something that the server does.
    fn wait_until<T>(&mut self, mut happened: impl FnMut() -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            if let Some(result) = happened() {
                return result;
            }
            if let Ok(Some(status)) = self.process.try_wait() {
                self.fail(&format!("it ended, {status}"));
            }
            if start.elapsed() > START_DEADLINE {
                self.fail(&format!("it is not ready after {START_DEADLINE:?}"));
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn fail(&self, what: &dyn Display) -> ! {
        let errors = std::fs::read_to_string(self.folder.path().join("stderr")).unwrap_or_default();
        panic!("the server failed: {what}; it says: {errors}");
    }

    /// A folder for the test's files.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Waits for the end of the process.
    ///
    /// # Panics
    /// When it cannot be waited for.
    pub fn wait(&mut self) -> ExitStatus {
        self.process.wait().expect("the server can be waited for")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
