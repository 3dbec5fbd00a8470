//! `qmp ga fsfreeze`: what is frozen is thawed.

use std::time::Instant;

use rustix::process::Signal;

use super::guest::{Guest, LONG, Ran, run, signal, until};

/// A script that says that it runs, and goes on until it is told to end.
const WAITS: &str = "touch started; while [ ! -e go ]; do sleep 0.01; done";

/// A script that says that it runs, and does not end by itself.
const STAYS: &str = "touch started; exec sleep 600";

/// One that does not want to end either, and says when it has.
const CLINGS: &str = "trap 'touch asked; exit 0' TERM; touch started; while :; do sleep 0.01; done";

/// Runs a script while filesystems are frozen.
fn freeze_for<'a>(seconds: &'a str, script: &'a str) -> [&'a str; 8] {
    ["fsfreeze", "freeze", "--for", seconds, "--", "sh", "-c", script]
}

#[track_caller]
fn ends(ran: &Ran, code: i32, parts: &[&str]) {
    assert_eq!(ran.code, Some(code), "{ran:?}");
    for part in parts {
        assert!(ran.stderr.contains(part), "no '{part}' in {ran:?}");
    }
}

#[test]
fn filesystems_are_frozen_until_they_are_thawed() {
    let guest = Guest::new();
    let _agent = guest.listen();
    guest.qmp(["fsfreeze", "status"]).assert().success().stdout("thawed\n");
    guest.qmp(["fsfreeze", "freeze"]).assert().success().stdout("3 filesystems frozen\n");
    assert_eq!(guest.frozen(), (3, 0));
    guest.qmp(["fsfreeze", "status"]).assert().success().stdout("frozen\n");
    ends(&run(&mut guest.qmp(["fsfreeze", "freeze"])), 1, &["frozen already"]);
    guest.qmp(["fsfreeze", "thaw"]).assert().success().stdout("3 filesystems thawed\n");
    let words = ["fsfreeze", "freeze", "-m", "/home", "-m", "/srv"];
    guest.qmp(words).assert().success().stdout("1 filesystem frozen\n");
    let asked = guest.state.lock().unwrap().asked.last().cloned();
    assert_eq!(asked.as_deref(), Some(r#"guest-fsfreeze-freeze-list {"mountpoints":["/home","/srv"]}"#));
}

#[test]
fn a_command_runs_while_they_are_frozen() {
    let guest = Guest::new();
    let _agent = guest.listen();
    let script = format!("{} ga fsfreeze status; exit 7", env!("CARGO_BIN_EXE_qmp"));
    let ran = run(&mut guest.qmp(freeze_for("600", &script)));
    ends(&ran, 7, &["note: froze 3 filesystems\nnote: thawed 3 filesystems\n"]);
    assert_eq!(ran.stdout, "frozen\n");
    assert_eq!(guest.frozen(), (0, 1));
    ends(&run(&mut guest.qmp(freeze_for("600", "kill -9 $$"))), 128 + 9, &["note: thawed"]);
    assert_eq!(guest.frozen(), (0, 2));
}

#[test]
fn they_are_thawed_when_the_time_is_over() {
    let guest = Guest::new();
    let _agent = guest.listen();
    ends(&run(&mut guest.qmp(["fsfreeze", "freeze", "--for", "0.01"])), 0, &["note: froze", "note: thawed"]);
    assert_eq!(guest.frozen(), (0, 1));
    let start = Instant::now();
    ends(
        &run(&mut guest.qmp(freeze_for("0.01", STAYS))),
        255,
        &["note: thawed", "sh had not ended within 10ms"],
    );
    assert!(start.elapsed() < LONG);
    assert_eq!(guest.frozen(), (0, 2));
}

#[test]
fn a_command_that_cannot_be_run_leaves_nothing_frozen() {
    let guest = Guest::new();
    let _agent = guest.listen();
    let ran = run(&mut guest.qmp(["fsfreeze", "freeze", "--for", "600", "--", "/nowhere/x"]));
    ends(&ran, 255, &["note: thawed", "cannot run /nowhere/x: No such file"]);
    assert_eq!(guest.frozen(), (0, 1));
}

#[test]
fn a_signal_thaws_them() {
    for (number, how) in [(1, Signal::HUP), (2, Signal::INT), (15, Signal::TERM)] {
        let guest = Guest::new();
        let _agent = guest.listen();
        let child = guest.spawn(freeze_for("600", CLINGS));
        until(|| guest.folder.path().join("started").exists());
        assert_eq!(guest.frozen(), (3, 0));
        signal(&child, how);
        // Once more, for those who lose patience: nothing is left half done for it.
        signal(&child, how);
        ends(&child.wait_with_output().unwrap().into(), 128 + number, &["note: thawed"]);
        assert_eq!(guest.frozen(), (0, 1));
        assert!(guest.folder.path().join("asked").exists());

        let child = guest.spawn(["fsfreeze", "freeze", "--for", "600"]);
        until(|| guest.frozen() == (3, 1));
        signal(&child, how);
        ends(&child.wait_with_output().unwrap().into(), 128 + number, &["note: thawed"]);
        assert_eq!(guest.frozen(), (0, 2));
    }
}

#[test]
fn a_lost_connection_is_made_again_to_thaw() {
    let guest = Guest::new();
    let agent = guest.listen();
    let child = guest.spawn(freeze_for("600", WAITS));
    until(|| guest.folder.path().join("started").exists());
    drop(agent);
    let _agent = guest.listen();
    std::fs::write(guest.folder.path().join("go"), "").unwrap();
    let ran = child.wait_with_output().unwrap().into();
    ends(&ran, 0, &["thawing failed (the connection is closed): connecting again", "thawed 3 filesystems"]);
    assert_eq!(guest.frozen(), (0, 1));
}

#[test]
fn a_thaw_that_cannot_be_is_told() {
    let guest = Guest::new();
    let agent = guest.listen();
    let words = ["--connect-timeout", "1"].into_iter().chain(freeze_for("600", WAITS));
    let child = guest.spawn(words);
    until(|| guest.folder.path().join("started").exists());
    drop(agent);
    std::fs::write(guest.folder.path().join("go"), "").unwrap();
    let ran = child.wait_with_output().unwrap().into();
    ends(
        &ran,
        255,
        &["try 11 of 12", "error: the guest's filesystems may still be frozen", "hint: thaw them by"],
    );
}

#[test]
fn a_thaw_that_fails_is_tried_again() {
    let guest = Guest::new();
    let _agent = guest.listen();
    guest.state.lock().unwrap().stuck = 3;
    let words = ["--connect-timeout", "1"].into_iter().chain(freeze_for("600", "exit 0"));
    ends(&run(&mut guest.qmp(words)), 0, &["guest-fsfreeze-thaw: GenericError: stuck", "note: thawed"]);
    assert_eq!(guest.frozen(), (0, 4));
}

#[test]
fn a_freeze_that_is_not_answered_is_thawed() {
    for words in [&freeze_for("600", "exit 0")[..], &["fsfreeze", "freeze"]] {
        let guest = Guest::new();
        let _agent = guest.builder().withhold_reply(1).listen(guest.socket()).unwrap();
        let ran = run(&mut guest.qmp(["-t", "0.5"].into_iter().chain(words.iter().copied())));
        ends(&ran, if words.len() > 2 { 255 } else { 4 }, &["no reply to guest-fsfreeze-freeze"]);
        let (frozen, thaws) = guest.frozen();
        assert!(frozen == 0 && thaws > 0);
    }
}

#[test]
fn what_somebody_else_froze_stays_so() {
    let guest = Guest::new();
    let _agent = guest.listen();
    guest.state.lock().unwrap().frozen = 2;
    ends(&run(&mut guest.qmp(freeze_for("600", "touch ran"))), 255, &["frozen already"]);
    assert_eq!(guest.frozen(), (2, 0));
    assert!(!guest.folder.path().join("ran").exists());
}

#[test]
fn a_command_needs_a_limit() {
    let guest = Guest::new();
    let _agent = guest.listen();
    ends(&run(&mut guest.qmp(["fsfreeze", "freeze", "--", "true"])), 2, &["--for <SECONDS>"]);
    ends(
        &run(&mut guest.qmp(["fsfreeze", "freeze", "--for", "x", "--", "true"])),
        2,
        &["a number of seconds"],
    );
    ends(&run(&mut guest.qmp(["fsfreeze", "melt"])), 2, &["unrecognized subcommand"]);
    assert!(guest.state.lock().unwrap().asked.is_empty());
}
