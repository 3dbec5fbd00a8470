//! A mock to talk to, and the program that talks to it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use assert_cmd::Command;
use assert_cmd::cargo::cargo_bin_cmd;
use qmp_client::mock::{Builder, Emitter, Profile, Request, Server};
use qmp_types::{Served, ServerError};
use serde_json::value::RawValue;

/// A mock at a socket, which remembers what it was asked.
pub(crate) struct Mock {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) events: Emitter,
    requests: Arc<Mutex<Vec<String>>>,
    _server: Server,
}

impl Mock {
    /// A mock that answers by `answer`: JSON text, `refused` for an error, or `None` for commands that it does not have.
    pub(crate) fn new(answer: impl Fn(&Request) -> Option<String> + Clone + Send + Sync + 'static) -> Self {
        Self::with(Emitter::new(), answer)
    }

    /// One whose answers may emit events.
    pub(crate) fn with(
        events: Emitter,
        answer: impl Fn(&Request) -> Option<String> + Clone + Send + Sync + 'static,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let requests: Arc<Mutex<Vec<String>>> = Arc::default();
        let asked = Arc::clone(&requests);
        let profile = Profile::monitor().out_of_band(["query-yank"]);
        let builder = Builder::service(move || {
            let (answer, asked) = (answer.clone(), Arc::clone(&asked));
            move |request: &Request| -> Served {
                let arguments = request.arguments.as_deref().map_or("", RawValue::get);
                let oob = if request.out_of_band { "out-of-band " } else { "" };
                asked
                    .lock()
                    .unwrap()
                    .push(format!("{oob}{} {arguments}", request.name).trim_end().to_owned());
                let answer = answer(request).ok_or_else(|| ServerError::command_not_found(&request.name))?;
                if answer == "refused" {
                    return Err(ServerError::generic("no"));
                }
                Ok(Some(RawValue::from_string(answer).unwrap()))
            }
        });
        let builder = builder.profile(profile).emitter(events.clone());
        let server = builder.listen(folder.path().join("vm.qmp")).unwrap();
        Self { folder, events, requests, _server: server }
    }

    /// One that answers everything with an empty object, but does not say what it has.
    pub(crate) fn agreeable() -> Self {
        Self::new(|request| (request.name != "query-qmp-schema").then(|| "{}".to_owned()))
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.folder.path().join("vm.qmp")
    }

    /// The program, with this mock's address in its environment.
    pub(crate) fn qmp<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = qmp(words);
        command.env("QMP_SOCKET", self.socket());
        command
    }

    /// What it was asked so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// The program, without anything of this user's in its environment.
pub(crate) fn qmp<'a>(words: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = cargo_bin_cmd!("qmp");
    command.env_clear().env("HOME", "/nonexistent").args(words);
    command
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// What it printed, when it succeeded.
#[track_caller]
pub(crate) fn output(command: &mut Command) -> String {
    String::from_utf8(command.assert().success().get_output().stdout.clone()).unwrap()
}

/// What it said of a failure, without the word in front.
#[track_caller]
pub(crate) fn failure(command: &mut Command, code: i32) -> String {
    let said = String::from_utf8(command.assert().code(code).get_output().stderr.clone()).unwrap();
    assert!(!said.contains("panicked"), "{said}");
    said.strip_prefix("error: ").unwrap_or(&said).trim_end().to_owned()
}
