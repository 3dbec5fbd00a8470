//! What reaches pipes and terminals.

use std::io::{Read, Write};
use std::os::unix::net::UnixListener;
use std::process::{Command, Stdio};
use std::thread;

use crate::support::{Mock, output, qmp, text};

/// A server that returns this text to one client, as no QEMU would write it: the mock escapes what is not ASCII.
fn returning(value: &'static str, words: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("vm");
    let listener = UnixListener::bind(&socket).unwrap();
    let serving = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let greeting = r#"{"QMP": {"version": {"qemu": {"major": 10, "minor": 2, "micro": 2}, "package": ""}, "capabilities": []}}"#;
        stream.write_all(greeting.as_bytes()).unwrap();
        let mut buffer = [0; 1024];
        while let Ok(length @ 1..) = stream.read(&mut buffer) {
            let request: serde_json::Value = serde_json::from_slice(&buffer[..length]).unwrap();
            let reply = format!("{{\"return\": {value}, \"id\": {}}}\r\n", request["id"]);
            stream.write_all(reply.as_bytes()).unwrap();
        }
    });
    let printed =
        output(&mut qmp(["-s", text(&socket), "exec", "x"].into_iter().chain(words.iter().copied())));
    serving.join().unwrap();
    printed
}

#[test]
fn text_is_raw_only_into_a_pipe_and_on_request() {
    // Beside what JSON escapes: a control character of one byte and one that turns the direction of text.
    let value = "\"a\u{7f}\u{202e}\\u001b\"";
    assert_eq!(returning(value, &[]), "{\"return\": \"a\\u007f\\u202e\\u001b\"}\n");
    assert_eq!(returning(value, &["--raw"]), "{\"return\":\"a\u{7f}\u{202e}\\u001b\"}\n");
    assert_eq!(returning(value, &["--raw", "-r"]), "a\u{7f}\u{202e}\u{1b}");
}

/// On a terminal of `script`'s making.
#[test]
fn a_terminal_gets_colours_and_no_commands() {
    let mock = Mock::new(|_| Some("\"a\u{9b}\\u001b\"".to_owned()));
    let program = env!("CARGO_BIN_EXE_qmp");
    let on_terminal = |variables: &[(&str, &str)]| {
        let line = format!("{program} -s {} exec x --raw -r", mock.socket().display());
        let mut script = Command::new("script");
        script.args(["-qec", &line, "/dev/null"]).env_remove("NO_COLOR").env("TERM", "xterm");
        script.envs(variables.iter().copied()).stdin(Stdio::null());
        // A system without it has nothing to be tested.
        script.output().ok().map(|output| String::from_utf8(output.stdout).unwrap())
    };
    let Some(coloured) = on_terminal(&[]) else { return };
    assert!(coloured.contains("\u{1b}[32m\"a\\u009B\\u001b\"\u{1b}[0m"), "{coloured:?}");
    assert_eq!(on_terminal(&[("NO_COLOR", "1")]).unwrap(), "\"a\\u009B\\u001b\"\r\n");
}

#[test]
fn a_reader_that_leaves_is_no_failure() {
    let mock = Mock::new(|_| Some(format!("[{}1]", "1,".repeat(200_000))));
    let mut child = Command::new(env!("CARGO_BIN_EXE_qmp"))
        .args(["exec", "x"])
        .env("QMP_SOCKET", mock.socket())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert_eq!((ended.status.code(), &*String::from_utf8_lossy(&ended.stderr)), (Some(0), ""));
}
