//! A mock to talk to, and the program that talks to it.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use assert_cmd::Command;
use qmp_client::mock::{Builder, Request, Server};
use qmp_types::{Served, ServerError};
use serde_json::value::RawValue;

/// A mock at a socket, which remembers what it was asked.
pub(crate) struct Mock {
    pub(crate) folder: tempfile::TempDir,
    requests: Arc<Mutex<Vec<String>>>,
    _server: Server,
}

impl Mock {
    /// A mock that answers by `answer`: JSON text, or `None` for commands that it does not have.
    pub(crate) fn new(answer: impl Fn(&Request) -> Option<String> + Clone + Send + Sync + 'static) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let requests: Arc<Mutex<Vec<String>>> = Arc::default();
        let asked = Arc::clone(&requests);
        let builder = Builder::service(move || {
            let (answer, asked) = (answer.clone(), Arc::clone(&asked));
            move |request: &Request| -> Served {
                let arguments = request.arguments.as_deref().map_or("", RawValue::get);
                asked.lock().unwrap().push(format!("{} {arguments}", request.name).trim_end().to_owned());
                let answer = answer(request).ok_or_else(|| ServerError::command_not_found(&request.name))?;
                Ok(Some(RawValue::from_string(answer).unwrap()))
            }
        });
        let server = builder.listen(folder.path().join("qmp")).unwrap();
        Self { folder, requests, _server: server }
    }

    /// One that answers everything with an empty object.
    pub(crate) fn agreeable() -> Self {
        Self::new(|_| Some("{}".to_owned()))
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.folder.path().join("qmp")
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
    let mut command = Command::cargo_bin("qmp").unwrap();
    command.args(words).env_clear();
    command
}
