//! What the program costs beside bare loops over the socket, with its start and its end, against real servers.
//!
//! ```sh
//! cargo bench --package qmp-cli --bench beside
//! ```
//!
//! The loops know the answers' layout and check nothing. Program and loop take turns; the figure of each is the median of its
//! turns, and a ratio is the median of the ratios within the turns. What is not installed is passed over.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a program to be looked at")]

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

const SIZE: usize = 10 << 20;
const TURNS: usize = 11;

/// What the agent may do on this machine.
const ALLOWED: &str = "guest-sync-delimited,guest-file-open,guest-file-close,guest-file-read";

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("socket");
    println!(
        "median of {TURNS} turns\n\n{:<28}{:>10}{:>10}{:>8}{:>8}",
        "", "bare, ms", "qmp, ms", "ratio", "limit"
    );
    let mut agent = Command::new("qemu-ga");
    agent.args(["--method", "unix-listen", "--allow-rpcs", ALLOWED, "--path"]).arg(&socket);
    agent.arg("--statedir").arg(folder.path()).arg("--pidfile").arg(folder.path().join("pid"));
    if let Some(_agent) = Server::start(&mut agent, &socket) {
        let file = folder.path().join("file");
        let contents: Vec<u8> =
            (0..SIZE).map(|number| (number.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        std::fs::write(&file, &contents).unwrap();
        let file = file.to_str().unwrap();
        assert!(cat(&socket, file) == contents && qmp(&socket, &["ga", "cat", file]) == contents);
        compare("ga cat, 10 MiB", "1.2", || drop(cat(&socket, file)), || run(&socket, &["ga", "cat", file]));
    }
    std::fs::remove_file(&socket).unwrap_or_default();
    let mut machine = Command::new("qemu-system-x86_64");
    machine.args([
        "-machine",
        "q35",
        "-accel",
        "tcg",
        "-S",
        "-m",
        "64",
        "-nodefaults",
        "-display",
        "none",
        "-qmp",
    ]);
    machine.arg(format!("unix:{},server=on,wait=off", socket.display()));
    if let Some(_machine) = Server::start(&mut machine, &socket) {
        compare("qom tree, q35", "", || tree(&socket, false), || run(&socket, &["qom", "tree"]));
        compare(
            "qom tree --values, q35",
            "",
            || tree(&socket, true),
            || run(&socket, &["qom", "tree", "-v"]),
        );
    }
}

/// A server that is killed when it is dropped.
struct Server(Child);

impl Server {
    fn start(command: &mut Command, socket: &Path) -> Option<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let Ok(child) = command.spawn() else {
            println!("{}: not installed", command.get_program().display());
            return None;
        };
        while UnixStream::connect(socket).is_err() {
            thread::sleep(Duration::from_millis(5));
        }
        Some(Self(child))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

fn compare(name: &str, limit: &str, bare: impl Fn(), program: impl Fn()) {
    let time = |act: &dyn Fn()| {
        let start = Instant::now();
        act();
        start.elapsed().as_secs_f64() * 1e3
    };
    let turns: Vec<_> = (0..TURNS).map(|_| (time(&bare), time(&program))).collect();
    let median = |of: fn(&(f64, f64)) -> f64| {
        let mut values: Vec<_> = turns.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values[TURNS / 2]
    };
    let (bare, program, ratio) =
        (median(|turn| turn.0), median(|turn| turn.1), median(|turn| turn.1 / turn.0));
    println!("{name:<28}{bare:>10.1}{program:>10.1}{ratio:>8.2}{limit:>8}");
}

/// Runs the program, which prints to a file.
fn run(socket: &Path, words: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qmp"));
    command.arg("--socket").arg(socket).args(words).stdout(File::create(printed(socket)).unwrap());
    assert!(command.status().unwrap().success());
}

fn qmp(socket: &Path, words: &[&str]) -> Vec<u8> {
    run(socket, words);
    std::fs::read(printed(socket)).unwrap()
}

fn printed(socket: &Path) -> PathBuf {
    socket.with_file_name("printed")
}

/// A connection on which a command is written, and a line read.
struct Bare {
    stream: UnixStream,
    reader: BufReader<UnixStream>,
    line: String,
}

impl Bare {
    fn connect(socket: &Path) -> Self {
        let stream = UnixStream::connect(socket).unwrap();
        let reader = BufReader::with_capacity(64 << 10, stream.try_clone().unwrap());
        Self { stream, reader, line: String::new() }
    }

    fn read(&mut self) -> &str {
        self.line.clear();
        self.reader.read_line(&mut self.line).unwrap();
        &self.line
    }

    fn execute(&mut self, request: &str) -> &str {
        self.stream.write_all(request.as_bytes()).unwrap();
        self.read()
    }
}

fn cat(socket: &Path, path: &str) -> Vec<u8> {
    let mut bare = Bare::connect(socket);
    let open = json!({"execute": "guest-file-open", "arguments": {"path": path, "mode": "rb"}}).to_string();
    let opened: Value = serde_json::from_str(bare.execute(&open)).unwrap();
    let handle = opened["return"].as_i64().unwrap();
    let read = format!(r#"{{"execute":"guest-file-read","arguments":{{"handle":{handle},"count":65536}}}}"#);
    let mut contents = Vec::with_capacity(SIZE);
    loop {
        let reply = bare.execute(&read);
        let (_, text) = reply.split_once(r#""buf-b64": ""#).unwrap();
        let (text, _) = text.split_once('"').unwrap();
        STANDARD.decode_vec(text, &mut contents).unwrap();
        if reply.contains(r#""eof": true"#) {
            bare.execute(&format!(r#"{{"execute":"guest-file-close","arguments":{{"handle":{handle}}}}}"#));
            return contents;
        }
    }
}

fn tree(socket: &Path, with_values: bool) {
    let mut bare = Bare::connect(socket);
    bare.read();
    bare.execute(r#"{"execute":"qmp_capabilities"}"#);
    let mut rest = vec![String::new()];
    while let Some(path) = rest.pop() {
        let shown = if path.is_empty() { "/" } else { &path };
        let list = json!({"execute": "qom-list", "arguments": {"path": shown}}).to_string();
        let listed: Value = serde_json::from_str(bare.execute(&list)).unwrap();
        for property in listed["return"].as_array().unwrap() {
            let name = property["name"].as_str().unwrap();
            if property["type"].as_str().unwrap().starts_with("child<") {
                rest.push(format!("{path}/{name}"));
            } else if with_values {
                let get =
                    json!({"execute": "qom-get", "arguments": {"path": shown, "property": name}}).to_string();
                bare.execute(&get);
            }
        }
    }
}
