//! A real guest agent, started for a test on this very machine and gone with it: it may do harmless things only.

use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use qmp_client::Address;
use tempfile::TempDir;

use crate::Requirement;
use crate::server::START_DEADLINE;

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

/// The option by which an agent is told so.
const ALLOW: &str = "--allow-rpcs";

/// Where the agent is installed, which is not always on the search path.
const FOLDERS: [&str; 3] = ["/usr/sbin", "/usr/bin", "/usr/local/bin"];

/// The program `qemu-ga`, if it can be told what it may do (QEMU 8.1 and newer).
#[must_use]
pub fn installed() -> Requirement<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(FOLDERS.map(PathBuf::from));
    let mut programs = folders.map(|folder| folder.join("qemu-ga")).filter(|file| file.is_file());
    Requirement { found: programs.find(|program| has_allow_list(program)), name: "qemu-ga".to_owned() }
}

fn has_allow_list(program: &Path) -> bool {
    let help = Command::new(program).arg("--help").output();
    help.is_ok_and(|help| String::from_utf8_lossy(&help.stdout).contains(ALLOW))
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
            .args(["--method", "unix-listen", ALLOW, &ALLOWED.join(",")])
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
