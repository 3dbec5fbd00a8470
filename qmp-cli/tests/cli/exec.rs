//! `qmp exec` and `qmp transaction`.

use qmp_client::mock::Emitter;
use qmp_types::qmp::events;

use crate::support::{Mock, failure, output, text};

#[test]
fn the_answer_is_json() {
    let mock = Mock::new(|_| {
        Some(r#"{"running": true, "big": 18446744073709551616.0, "s": "a\u001bb"}"#.to_owned())
    });
    let exec = |words: &[&str]| output(&mut mock.qmp(["exec", "x"].into_iter().chain(words.iter().copied())));
    let value = r#"{"running": true, "big": 18446744073709551616.0, "s": "a\u001bb"}"#;
    assert_eq!(exec(&[]), format!("{{\"return\": {value}}}\n"));
    assert_eq!(exec(&["--return-value"]), format!("{value}\n"));
    assert_eq!(
        exec(&["-rp"]),
        "{\n  \"running\": true,\n  \"big\": 18446744073709551616.0,\n  \"s\": \"a\\u001bb\"\n}\n"
    );
}

#[test]
fn several_commands_go_over_one_connection() {
    let mock = Mock::new(|request| (request.name != "bad").then(|| format!("\"{}\"", request.name)));
    let lines = "# comment\n\n a 'x=1 2'\nbad\n{\"execute\": \"b\", \"arguments\": {\"y\": 1}, \"id\": 7}\n";
    let mut stops = mock.qmp(["exec", "-r", "-"]);
    let said = failure(stops.write_stdin(lines), 1);
    assert_eq!(said, "line 4: bad: CommandNotFound: The command bad has not been found");
    assert_eq!(mock.requests().last().unwrap(), "bad");

    let mut goes_on = mock.qmp(["exec", "-rk", "-"]);
    let done = goes_on.write_stdin(lines).assert().code(1);
    assert_eq!(done.get_output().stdout, b"\"a\"\n\"b\"\n");
    assert!(mock.requests().contains(&r#"a {"x":"1 2"}"#.to_owned()));
    assert_eq!(mock.requests().last().unwrap(), r#"b {"y":1}"#);
}

#[test]
fn a_command_may_be_given_as_json() {
    let mock = Mock::agreeable();
    mock.qmp(["exec", r#"{"execute": "x", "arguments": {"y": 1}}"#]).assert().success();
    assert_eq!(mock.requests().last().unwrap(), r#"x {"y":1}"#);
    for (words, message) in [
        (&["exec", r#"{"execute": "x""#][..], "the command is not JSON"),
        (
            &["exec", r#"{"execute": "x"}"#, "y=1"],
            "a command as JSON has its arguments in it, and none behind it",
        ),
    ] {
        let said = failure(&mut mock.qmp(words.iter().copied()), 2);
        assert!(said.starts_with(message), "{said}");
    }
}

#[test]
fn lines_that_are_no_commands() {
    let mock = Mock::agreeable();
    for (line, message) in [
        ("x 'y", "line 1: a quote is not closed"),
        ("x y", "line 1: argument 'y': expected KEY=VALUE, KEY:=JSON, a JSON object, @FILE or -"),
        ("{\"arguments\": {}}", "line 1: 'execute' is missing in a command as JSON"),
        ("{\"execute\": \"x\", \"a\": 1}", "line 1: unexpected 'a' in a command as JSON"),
        ("{\"execute\": 1}", "line 1: unexpected 'execute' in a command as JSON"),
    ] {
        assert_eq!(failure(mock.qmp(["exec", "-"]).write_stdin(line), 2), message);
    }
    assert!(
        failure(mock.qmp(["exec", "-"]).write_stdin("{"), 2).starts_with("line 1: the command is not JSON")
    );
    assert_eq!(mock.requests(), [""; 0]);
}

#[test]
fn an_event_is_waited_for() {
    let events = Emitter::new();
    let emitter = events.clone();
    let mock = Mock::with(events, move |request| {
        if request.name == "device_del" {
            emitter.emit(&events::DeviceDeleted::new("/a").device("other"));
            emitter.emit(&events::DeviceDeleted::new("/b").device("net0"));
        }
        Some("{}".to_owned())
    });
    let printed =
        output(&mut mock.qmp(["exec", "-w", "DEVICE_DELETED,device=net0", "device_del", "id=net0"]));
    let mut lines = printed.lines();
    assert_eq!(lines.next(), Some("{\"return\": {}}"));
    assert!(lines.next().unwrap().contains(r#""data": {"device": "net0", "path": "/b"}"#), "{printed}");

    let said = failure(&mut mock.qmp(["exec", "-t", "0.2", "-w", "STOP", "stop"]), 4);
    assert_eq!(said, "stop: no STOP within 200ms");
    let said = failure(&mut mock.qmp(["exec", "-t", "0.2", "-w", "STOPP", "stop"]), 4);
    assert_eq!(said.lines().next().unwrap(), "warning: event 'STOPP' is not known; did you mean 'STOP'?");
    assert!(failure(&mut mock.qmp(["exec", "-w", "STOP,x", "stop"]), 2).contains("expected KEY=VALUE"));
}

#[test]
fn out_of_band() {
    let mock = Mock::agreeable();
    output(&mut mock.qmp(["exec", "--oob", "query-yank"]));
    assert_eq!(mock.requests(), ["out-of-band query-yank"]);
    failure(&mut mock.qmp(["exec", "--oob", "stop"]), 1);
}

#[test]
fn descriptors_that_are_not_there() {
    let mock = Mock::agreeable();
    let said = failure(&mut mock.qmp(["exec", "--pass-fds", "999", "getfd", "fdname=x"]), 2);
    assert_eq!(said, "descriptor 999: it is not open");
    failure(&mut mock.qmp(["exec", "--pass-fds", "-1", "getfd"]), 2);
    failure(&mut mock.qmp(["exec", "--pass-fds", "0", "--oob", "getfd"]), 2);
}

#[test]
fn actions_of_a_transaction_are_typed_too() {
    let mock = Mock::agreeable();
    let file = mock.folder.path().join("actions");
    std::fs::write(&file, "block-dirty-bitmap-add node=1 name=2 granularity=64K persistent=on\nabort\n")
        .unwrap();
    output(&mut mock.qmp(["transaction", "--grouped", text(&file)]));
    assert_eq!(
        mock.requests(),
        [
            r#"transaction {"actions":[{"data":{"granularity":65536,"name":"2","node":"1","persistent":true},"type":"block-dirty-bitmap-add"},{"data":{},"type":"abort"}],"properties":{"completion-mode":"grouped"}}"#
        ]
    );
    let mut from_stdin = mock.qmp(["transaction"]);
    let said = failure(from_stdin.write_stdin("\nblock-dirty-bitmap-add granularity\n"), 2);
    assert!(said.starts_with("line 2: argument 'granularity'"), "{said}");
    assert!(
        failure(&mut mock.qmp(["transaction", "/nonexistent/x"]), 2).starts_with("file /nonexistent/x: ")
    );
}

#[test]
fn a_line_of_the_human_monitor_is_sent_as_it_is() {
    let mock = Mock::new(|_| Some(r#""a\r\n\u001b[31mb\tc""#.to_owned()));
    let said = output(&mut mock.qmp(["hmp", "info", "registers", "-a"]));
    assert_eq!(said, "a\n\\u{1b}[31mb\tc\n");
    assert_eq!(output(&mut mock.qmp(["hmp", "--raw", "x \"a  b\" 'c'"])), "a\r\n\u{1b}[31mb\tc");
    let line = |line: &str| format!("human-monitor-command {{\"command-line\":{line}}}");
    assert_eq!(mock.requests(), [line(r#""info registers -a""#), line(r#""x \"a  b\" 'c'""#)]);
    failure(&mut mock.qmp(["hmp"]), 2);
}
