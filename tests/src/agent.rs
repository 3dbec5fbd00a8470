//! A real guest agent, started for a test on this very machine and gone with it: it may do harmless things only.

use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use qmp_client::Address;
use tempfile::TempDir;

use crate::Requirement;
use crate::server::{START_DEADLINE, further_folders};

/// What the agent may do: nothing that freezes, suspends or ends the machine.
const ALLOWED: &[&str] = &[
    "guest-sync",
    "guest-sync-delimited",
    "guest-ping",
    "guest-info",
    "guest-get-osinfo",
    "guest-get-time",
    "guest-file-open",
    "guest-file-close",
    "guest-file-read",
    "guest-file-write",
    "guest-file-seek",
    "guest-file-flush",
    "guest-exec",
    "guest-exec-status",
    "guest-fsfreeze-status",
    "guest-get-disks",
    "guest-get-users",
    "guest-network-get-interfaces",
];

/// The command of all by which a list of commands is known for one.
const WORST: &str = "guest-shutdown";

/// The agent's program.
const PROGRAM: &str = "qemu-ga";

/// Where the agent is installed, which is not always on the search path.
const FOLDERS: [&str; 3] = ["/usr/sbin", "/usr/bin", "/usr/local/bin"];

/// The program `qemu-ga`.
#[must_use]
pub fn installed() -> Requirement<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(FOLDERS.map(PathBuf::from));
    let found = folders.map(|folder| folder.join(PROGRAM)).find(|file| file.is_file());
    Requirement { found, name: PROGRAM.to_owned() }
}

/// The program in further releases.
pub fn further_releases() -> impl Iterator<Item = PathBuf> {
    let folders = std::env::split_paths(&further_folders()).collect::<Vec<_>>().into_iter();
    folders.map(|folder| folder.join(PROGRAM)).filter(|file| file.is_file())
}

/// What an agent may not do: all that it says it can, but for what is allowed. Older agents (before QEMU 8.1) cannot be told
/// what they may do, only what not.
fn blocked(program: &Path) -> String {
    let listed = Command::new(program).args(["-b", "help"]).output().expect("the agent starts");
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    let blocked: Vec<_> = listed.split_whitespace().filter(|name| !ALLOWED.contains(name)).collect();
    assert!(blocked.contains(&WORST), "the agent does not say what it can do: {listed}");
    blocked.join(",")
}

/// A running agent. It is killed when dropped.
#[derive(Debug)]
pub struct Agent {
    process: Child,
    folder: TempDir,
}

impl Agent {
    /// Starts an agent that listens on a unix socket.
    ///
    /// # Panics
    /// When it does not start.
    #[must_use]
    pub fn start(program: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = |name| folder.path().join(name);
        let process = Command::new(program)
            .args(["--method", "unix-listen", "-b", &blocked(program)])
            .arg("--path")
            .arg(path("agent"))
            .arg("--statedir")
            .arg(folder.path())
            .arg("--pidfile")
            .arg(path("pid"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the agent starts");
        let agent = Self { process, folder };
        let start = Instant::now();
        // The file is there before the agent listens: only a connection says that it does. This one is over at once.
        while UnixStream::connect(agent.socket()).is_err() {
            assert!(start.elapsed() < START_DEADLINE, "the agent does not listen");
            thread::sleep(Duration::from_millis(5));
        }
        agent
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> Address {
        Address::Unix(self.socket())
    }

    /// A folder for the test's files.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The same as a path.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("agent")
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        // One that has ended already is what is wanted.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
