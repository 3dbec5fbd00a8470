//! An agent that does what a script says, on a thread of its own.

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::thread::JoinHandle;

use qmp_client::Address;
use serde_json::Value;
use tempfile::TempDir;

use crate::LONG;

/// The script's end of a connection.
pub(crate) struct Peer {
    stream: UnixStream,
    read: Vec<u8>,
}

/// A request, as it came.
pub(crate) struct Request {
    pub(crate) name: String,
    /// Whether a delimiter stood before it.
    pub(crate) is_delimited: bool,
    message: Value,
}

impl Peer {
    pub(crate) fn new(stream: UnixStream) -> Self {
        stream.set_read_timeout(Some(LONG)).unwrap();
        stream.set_write_timeout(Some(LONG)).unwrap();
        Self { stream, read: Vec::new() }
    }

    pub(crate) fn pair() -> (Self, UnixStream) {
        let (ours, theirs) = UnixStream::pair().unwrap();
        (Self::new(ours), theirs)
    }

    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).unwrap();
    }

    /// Reads the next request; one that is unfinished before a delimiter is dropped. `None` at the end.
    pub(crate) fn next(&mut self) -> Option<Request> {
        let mut is_delimited = false;
        loop {
            let delimiter = self.read.iter().position(|&byte| byte == 0xff);
            let before = &self.read[..delimiter.unwrap_or(self.read.len())];
            let mut values = serde_json::Deserializer::from_slice(before).into_iter::<Value>();
            if let Some(Ok(message)) = values.next() {
                let end = values.byte_offset();
                self.read.drain(..end);
                let name = message["execute"].as_str().unwrap().to_owned();
                return Some(Request { name, is_delimited, message });
            }
            if let Some(delimiter) = delimiter {
                self.read.drain(..=delimiter);
                is_delimited = true;
                continue;
            }
            let mut buffer = [0; 4096];
            match self.stream.read(&mut buffer).unwrap() {
                0 => return None,
                length => self.read.extend_from_slice(&buffer[..length]),
            }
        }
    }

    pub(crate) fn expect(&mut self, name: &str) -> Request {
        let request = self.next().unwrap();
        assert_eq!(request.name, name);
        request
    }

    /// Answers a command.
    pub(crate) fn answer(&mut self, request: &Request, result: &str) {
        self.send(format!("{{\"return\": {result}, \"id\": {}}}\n", request.message["id"]));
    }

    /// Answers a command with an error.
    pub(crate) fn refuse(&mut self, request: &Request, desc: &str) {
        let error = format!("{{\"class\": \"GenericError\", \"desc\": \"{desc}\"}}");
        self.send(format!("{{\"error\": {error}, \"id\": {}}}\n", request.message["id"]));
    }

    /// Answers a sync, as agents do it.
    pub(crate) fn answer_sync(&mut self, request: &Request) {
        if request.is_delimited {
            self.send("{\"error\": {\"class\": \"GenericError\", \"desc\": \"JSON parse error\"}}\n");
        }
        self.send(b"\xff");
        self.answer(request, &request.message["arguments"]["id"].to_string());
    }

    pub(crate) fn sync(&mut self) {
        let request = self.expect("guest-sync-delimited");
        self.answer_sync(&request);
    }

    /// Answers syncs with their number and all else with an empty result, until the client is gone. Says how much else
    /// there was.
    pub(crate) fn serve(&mut self) -> usize {
        let mut count = 0;
        while let Some(request) = self.next() {
            match request.name.as_str() {
                "guest-sync-delimited" => self.answer_sync(&request),
                _ => {
                    count += 1;
                    self.answer(&request, "{}");
                }
            }
        }
        count
    }
}

/// A running script. Join it: its assertions are part of the test.
pub(crate) struct Agent {
    pub(crate) address: Address,
    thread: JoinHandle<()>,
    _folder: TempDir,
}

impl Agent {
    pub(crate) fn start(script: impl FnOnce(UnixListener) + Send + 'static) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("agent");
        let listener = UnixListener::bind(&path).unwrap();
        let thread = std::thread::spawn(move || script(listener));
        Self { address: Address::Unix(path), thread, _folder: folder }
    }

    pub(crate) fn join(self) {
        self.thread.join().unwrap();
    }
}

/// Runs a script against the stream that the client is given.
pub(crate) fn converse(script: impl FnOnce(Peer) + Send + 'static) -> (UnixStream, JoinHandle<()>) {
    let (peer, stream) = Peer::pair();
    (stream, std::thread::spawn(move || script(peer)))
}

/// Serves one client after the other, until one has asked for something.
pub(crate) fn serve_one(listener: &UnixListener) {
    while accept(listener).serve() == 0 {}
}

pub(crate) fn accept(listener: &UnixListener) -> Peer {
    Peer::new(listener.accept().unwrap().0)
}
