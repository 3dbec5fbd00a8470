//! `qmp ga` with a real agent, which may do harmless things only.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use integration_tests::agent::{Agent, installed};
use integration_tests::required;
use integration_tests::tool::{ends, qmp};

fn with_agent(test: impl FnOnce(&Agent)) {
    let Some(program) = required(installed()) else { return };
    test(&Agent::start(&program));
}

/// `qmp ga …`, by the variable that QEMU's own tool reads too.
fn ga(agent: &Agent, words: &[&str]) -> Command {
    let words: Vec<_> = ["ga"].into_iter().chain(words.iter().copied()).collect();
    let mut command = qmp(Path::new("/nonexistent/monitor"), &words);
    command.env("QGA_CLIENT_ADDRESS", agent.socket()).current_dir(agent.folder());
    command
}

/// Every byte, several pieces, and no whole number of them.
fn contents() -> Vec<u8> {
    (0..300_001_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

#[test]
fn what_the_agent_tells() {
    with_agent(|agent| {
        assert_eq!(ends(&mut ga(agent, &["ping"]), 0), "the agent answers\n");
        let info = ends(&mut ga(agent, &["info"]), 0);
        assert!(info.starts_with("version: ") && info.contains("enabled:\n  guest-exec\n"), "{info}");
        let (_, disabled) = info.split_once("disabled:\n").unwrap();
        assert!(disabled.contains("  guest-shutdown\n"), "{info}");
        assert!(ends(&mut ga(agent, &["info", "--json"]), 0).contains("\"supported_commands\": ["));
        assert!(ends(&mut ga(agent, &["ifconfig"]), 0).contains("lo:\n  inet 127.0.0.1/8"));
        assert!(ends(&mut ga(agent, &["users"]), 0).starts_with("USER"));
        assert!(ends(&mut ga(agent, &["disks"]), 0).starts_with("NAME"));
        assert_eq!(ends(&mut ga(agent, &["fsfreeze", "status"]), 0), "thawed\n");
        let time = ends(&mut ga(agent, &["time"]), 0);
        assert!(time.starts_with("20") && time.ends_with("Z\n"), "{time}");
        let called = ends(&mut ga(agent, &["call", "guest-get-osinfo"]), 0);
        assert!(called.contains("\"kernel-release\": "), "{called}");
        assert_eq!(ends(&mut ga(agent, &["call", "guest-file-open", "path=/dev/null", "-r"]), 0), "1000\n");
    });
}

#[test]
fn files_of_any_bytes() {
    with_agent(|agent| {
        std::fs::write(agent.folder().join("here"), contents()).unwrap();
        let there = agent.folder().join("there");
        let there = there.to_str().unwrap();
        assert_eq!(ends(&mut ga(agent, &["put", "here", there]), 0), "");
        let output = ga(agent, &["cat", there, there]).output().unwrap();
        assert!(output.status.success() && output.stdout == [contents(), contents()].concat());

        let mut put = ga(agent, &["put", "-", there]).stdin(Stdio::piped()).spawn().unwrap();
        put.stdin.take().unwrap().write_all(b"some text").unwrap();
        assert!(put.wait().unwrap().success());
        assert_eq!(ends(&mut ga(agent, &["cat", there]), 0), "some text");

        assert!(ends(&mut ga(agent, &["cat", "/nonexistent"]), 1).contains("failed to open file"));
        assert!(ends(&mut ga(agent, &["cat", "/"]), 1).contains("directory"));
        assert!(ends(&mut ga(agent, &["put", "here", "/nonexistent/x"]), 1).contains("failed to open file"));
        assert!(ends(&mut ga(agent, &["put", "missing", there]), 2).contains("cannot read missing"));
    });
}

#[test]
fn programs() {
    with_agent(|agent| {
        let shell = |script| ga(agent, &["exec", "sh", "-c", script]);
        assert_eq!(ends(&mut shell("echo out; echo err >&2; exit 3"), 3), "out\nerr\n");
        assert_eq!(ends(&mut shell("kill -9 $$"), 128 + 9), "");
        assert_eq!(ends(&mut ga(agent, &["exec", "-e", "A=b", "sh", "-c", "echo $A$HOME"]), 0), "b\n");
        let mut cat =
            ga(agent, &["exec", "cat"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        cat.stdin.take().unwrap().write_all(&contents()).unwrap();
        let output = cat.wait_with_output().unwrap();
        assert!(output.status.success() && output.stdout == contents());
        let pid = ends(&mut ga(agent, &["exec", "--no-wait", "true"]), 0);
        assert!(pid.trim_end().parse::<u32>().is_ok(), "{pid}");

        assert!(ends(&mut ga(agent, &["exec", "/nonexistent/x"]), 255).contains("guest-exec: "));
        let over = ends(&mut ga(agent, &["exec", "-t", "0.2", "sleep", "30"]), 255);
        assert!(over.contains("the program runs on in the guest, as process "), "{over}");
    });
}

#[test]
fn what_the_agent_must_not_do() {
    with_agent(|agent| {
        for words in [
            &["shutdown"][..],
            &["halt"],
            &["reboot"],
            &["suspend", "ram"],
            &["suspend", "disk"],
            &["suspend", "hybrid"],
            &["fstrim"],
            &["fsfreeze", "freeze"],
            &["fsfreeze", "freeze", "--for", "60"],
            &["fsfreeze", "thaw"],
        ] {
            assert!(ends(&mut ga(agent, words), 1).contains("CommandNotFound"));
        }
        let words = ["fsfreeze", "freeze", "--for", "60", "--", "touch", "ran"];
        assert!(ends(&mut ga(agent, &words), 255).contains("CommandNotFound"));
        assert!(!agent.folder().join("ran").exists());
    });
}

#[test]
fn what_goes_wrong_on_the_way() {
    with_agent(|agent| {
        assert!(
            ends(ga(agent, &["ping"]).env("QGA_CLIENT_ADDRESS", "./nowhere"), 3).contains("cannot connect")
        );
        assert!(
            ends(ga(agent, &["ping"]).env_remove("QGA_CLIENT_ADDRESS"), 2).contains("QGA_CLIENT_ADDRESS")
        );
        assert!(
            ends(&mut ga(agent, &["call", "guest-file-close", "handle=x"]), 2).contains("a whole number")
        );
        assert!(ends(&mut ga(agent, &["call", "guest-file-close", "handel=1"]), 1).contains("'handle'"));
        assert!(ends(&mut ga(agent, &["call", "guest-pin"]), 1).contains("did you mean 'guest-ping'?"));
        // An agent serves one client at a time.
        let first = qmp_client::blocking::Agent::connect(&agent.address()).unwrap();
        let second = ends(&mut ga(agent, &["--connect-timeout", "0.2", "ping"]), 3);
        assert!(second.contains("in use by another client"), "{second}");
        first.close();
        let _ = ends(&mut ga(agent, &["ping"]), 0);
    });
}
