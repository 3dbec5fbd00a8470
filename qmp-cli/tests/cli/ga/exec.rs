//! `qmp ga exec`.

use rustix::process::Signal;
use serde_json::json;

use super::guest::{Guest, run, signal, until};
use crate::terminal::shown;

#[test]
fn a_program_gets_what_it_is_given() {
    let guest = Guest::new();
    let _agent = guest.listen();
    guest.state.lock().unwrap().ended = Some(json!({"exited": true, "exitcode": 0}));
    guest.qmp(["exec", "-e", "A=b=c", "x", "-l", "--", "-n"]).write_stdin("in").assert().success().stdout("");
    guest.qmp(["exec", "-n", "x"]).write_stdin("in").assert().success();
    guest.qmp(["exec", "--no-wait", "x"]).assert().success().stdout("99\n");
    let asked = guest.state.lock().unwrap().asked.clone();
    insta::assert_snapshot!(asked.join("\n"));
}

#[test]
fn the_exit_code_is_the_programs() {
    let guest = Guest::new();
    let _agent = guest.listen();
    for (ended, code, stderr) in [
        (json!({"exitcode": 3, "out-data": "YQ==", "err-data": "YgA="}), 3, "b\0"),
        (json!({"signal": 9}), 137, ""),
        (json!({"exitcode": 3_221_225_477_u32}), 255, "warning: the program's exit code is 3221225477\n"),
        (json!({}), 255, "error: the agent does not say how the program ended\n"),
        (
            json!({"exitcode": 0, "out-truncated": true}),
            0,
            "warning: the program may have written more to standard output than the agent kept\n",
        ),
    ] {
        let mut ended = ended;
        ended["exited"] = json!(true);
        guest.state.lock().unwrap().ended = Some(ended);
        let ran = run(&mut guest.qmp(["exec", "x"]));
        assert_eq!((ran.code, &*ran.stderr), (Some(code), stderr));
    }
}

#[test]
fn a_terminal_gets_no_commands() {
    let guest = Guest::new();
    let _agent = guest.listen();
    let ended = json!({"exited": true, "exitcode": 0, "out-data": "G1sxbQo=", "err-data": "G1sybQo="});
    guest.state.lock().unwrap().ended = Some(ended);
    assert_eq!(shown(&mut guest.command(["exec", "x"])), "\\u{1b}[1m\n\\u{1b}[2m\n");
    assert_eq!(shown(&mut guest.command(["exec", "--raw", "x"])), "\u{1b}[1m\n\u{1b}[2m\n");
}

#[test]
fn who_does_not_wait_is_told_that_the_program_runs_on() {
    let guest = Guest::new();
    let _agent = guest.listen();
    let ran = run(&mut guest.qmp(["exec", "-t", "0.1", "x"]));
    let runs_on = "the program runs on in the guest, as process 99\n";
    assert_eq!((ran.code, ran.stderr), (Some(255), format!("error: the time is over: {runs_on}")));
    let mut child = guest.spawn(["exec", "x"]);
    drop(child.stdin.take());
    let asked = || guest.state.lock().unwrap().asked.iter().filter(|line| line.contains("status")).count();
    let before = asked();
    until(|| asked() > before);
    signal(&child, Signal::TERM);
    let ran = child.wait_with_output().unwrap();
    assert_eq!(ran.status.code(), Some(143));
    assert_eq!(String::from_utf8(ran.stderr).unwrap(), format!("error: interrupted: {runs_on}"));
}

#[test]
fn failures_of_our_own_are_255_but_for_wrong_usage() {
    let guest = Guest::new();
    for (words, code) in [
        (&["exec", "x"][..], 255),
        (&["exec", "-s", "nowhere", "x"], 255),
        (&["exec"], 2),
        (&["exec", "-e", "A", "x"], 2),
        (&["exec", "-e", "=A", "x"], 2),
    ] {
        let ran = run(&mut guest.qmp(words.iter().copied()));
        assert_eq!(ran.code, Some(code), "{ran:?}");
        assert!(ran.stderr.starts_with("error: "), "{ran:?}");
    }
}
