//! A guest whose agent is a mock: files are made up, filesystems freeze, and nothing of it is this machine's.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use assert_cmd::Command;
use qmp_client::mock::{Builder, Profile, Request, Server};
use qmp_types::{Served, ServerError};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::support::qmp;

/// A wait that is not meant to pass.
pub(crate) const LONG: Duration = Duration::from_secs(60);

/// What a guest has, and what was done to it.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) frozen: u64,
    pub(crate) thaws: u64,
    /// How many thaws fail.
    pub(crate) stuck: u64,
    /// What is read of a file at a time; without it, a byte for ever.
    pub(crate) pieces: Option<Vec<Vec<u8>>>,
    pub(crate) open: u64,
    /// How many pieces were read or written.
    pub(crate) moved: u64,
    /// What `guest-exec-status` answers; without it, programs run for ever.
    pub(crate) ended: Option<Value>,
    /// What other commands answer.
    pub(crate) answers: Vec<(&'static str, Value)>,
    pub(crate) asked: Vec<String>,
}

/// A guest, and a folder with the socket of its agent.
pub(crate) struct Guest {
    pub(crate) state: Arc<Mutex<State>>,
    pub(crate) folder: tempfile::TempDir,
}

impl Guest {
    pub(crate) fn new() -> Self {
        Self { state: Arc::default(), folder: tempfile::tempdir().unwrap() }
    }

    /// One that answers a command of the agent.
    pub(crate) fn answering(command: &'static str, answer: Value) -> (Self, Server) {
        let guest = Self::new();
        guest.state.lock().unwrap().answers.push((command, answer));
        let server = guest.listen();
        (guest, server)
    }

    pub(crate) fn builder(&self) -> Builder {
        let state = Arc::clone(&self.state);
        let make = move || {
            let state = Arc::clone(&state);
            move |request: &Request| -> Served {
                let answer = state.lock().unwrap().serve(request)?;
                Ok(Some(RawValue::from_string(answer.to_string()).unwrap()))
            }
        };
        Builder::service(make).profile(Profile::agent())
    }

    /// Starts the agent.
    pub(crate) fn listen(&self) -> Server {
        self.builder().listen(self.socket()).unwrap()
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.folder.path().join("agent")
    }

    /// The program, in the guest's folder, with the agent's address in its environment.
    pub(crate) fn qmp<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = qmp(["ga"].into_iter().chain(words));
        command
            .env("QGA_CLIENT_ADDRESS", self.socket())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.current_dir(self.folder.path());
        command
    }

    /// The same, to be given other inputs and outputs.
    pub(crate) fn command<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> std::process::Command {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_qmp"));
        command.arg("ga").args(words).env_clear().env("TERM", "xterm");
        command
            .env("QGA_CLIENT_ADDRESS", self.socket())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.current_dir(self.folder.path());
        command
    }

    /// The same, started, to run while the test does something else.
    pub(crate) fn spawn<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> std::process::Child {
        let mut command = self.command(words);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// How many filesystems are frozen, and how many thaws there were.
    pub(crate) fn frozen(&self) -> (u64, u64) {
        let state = self.state.lock().unwrap();
        (state.frozen, state.thaws)
    }
}

impl State {
    fn serve(&mut self, request: &Request) -> Result<Value, ServerError> {
        let arguments = request.arguments.as_deref().map_or("", RawValue::get);
        self.asked.push(format!("{} {arguments}", request.name).trim_end().to_owned());
        if let Some((_, answer)) = self.answers.iter().find(|(name, _)| *name == &*request.name) {
            return Ok(answer.clone());
        }
        Ok(match &*request.name {
            "guest-fsfreeze-status" => json!(if self.frozen > 0 { "frozen" } else { "thawed" }),
            "guest-fsfreeze-freeze" | "guest-fsfreeze-freeze-list" if self.frozen > 0 => {
                return Err(ServerError::generic("frozen already"));
            }
            "guest-fsfreeze-freeze" => self.freeze(3),
            "guest-fsfreeze-freeze-list" => self.freeze(1),
            "guest-fsfreeze-thaw" => {
                self.thaws += 1;
                if self.stuck > 0 {
                    self.stuck -= 1;
                    return Err(ServerError::generic("stuck"));
                }
                json!(std::mem::take(&mut self.frozen))
            }
            "guest-file-open" => {
                self.open += 1;
                json!(7)
            }
            "guest-file-close" => {
                self.open -= 1;
                json!({})
            }
            "guest-file-flush"
            | "guest-shutdown"
            | "guest-suspend-disk"
            | "guest-suspend-ram"
            | "guest-suspend-hybrid"
            | "guest-ping" => json!({}),
            "guest-file-read" => self.read(),
            "guest-file-write" => {
                self.moved += 1;
                let written: Value = serde_json::from_str(arguments).unwrap();
                let text = written["buf-b64"].as_str().unwrap();
                let padding = text.bytes().filter(|&byte| byte == b'=').count();
                json!({"count": text.len() / 4 * 3 - padding, "eof": false})
            }
            "guest-exec" => json!({"pid": 99}),
            "guest-exec-status" => self.ended.clone().unwrap_or(json!({"exited": false})),
            name => return Err(ServerError::command_not_found(name)),
        })
    }

    fn freeze(&mut self, count: u64) -> Value {
        self.frozen = count;
        json!(count)
    }

    fn read(&mut self) -> Value {
        use base64::Engine as _;

        self.moved += 1;
        let piece = match &mut self.pieces {
            None => vec![b'x'],
            Some(pieces) if pieces.is_empty() => Vec::new(),
            Some(pieces) => pieces.remove(0),
        };
        let text = base64::engine::general_purpose::STANDARD.encode(&piece);
        json!({"count": piece.len(), "buf-b64": text, "eof": piece.is_empty()})
    }
}

/// What came of a run of the program.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<std::process::Output> for Ran {
    fn from(output: std::process::Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

/// Runs the program to its end.
pub(crate) fn run(command: &mut Command) -> Ran {
    command.timeout(LONG).output().unwrap().into()
}

/// Waits until something is so.
#[track_caller]
pub(crate) fn until(mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < LONG, "it does not happen");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Sends a signal to a program.
pub(crate) fn signal(child: &std::process::Child, signal: rustix::process::Signal) {
    let pid = rustix::process::Pid::from_raw(child.id().try_into().unwrap()).unwrap();
    rustix::process::kill_process(pid, signal).unwrap();
}
