//! What the agent tells of the guest, and what it is told to do.

use std::time::Duration;

use serde_json::{Value, json};

use super::guest::{Guest, run};

/// What is printed of an answer.
fn told(command: &'static str, answer: Value, words: &[&str]) -> String {
    let (guest, _agent) = Guest::answering(command, answer);
    let ran = run(&mut guest.qmp(words.iter().copied()));
    format!("{}{}=> {}", ran.stdout, ran.stderr, ran.code.unwrap())
}

#[test]
fn ping() {
    insta::assert_snapshot!(told("guest-ping", json!({}), &["ping"]));
}

#[test]
fn info() {
    let answer = json!({"version": "9\u{1b}", "supported_commands": [
        {"name": "guest-ping", "enabled": true, "success-response": true},
        {"name": "guest-info", "enabled": true, "success-response": true},
    ]});
    insta::assert_snapshot!(told("guest-info", answer.clone(), &["info"]));
    insta::assert_snapshot!(told("guest-info", answer, &["info", "--json"]));
}

#[test]
fn interfaces() {
    let answer = json!([
        {"name": "lo", "hardware-address": "00:00:00:00:00:00", "ip-addresses": [
            {"ip-address": "127.0.0.1", "ip-address-type": "ipv4", "prefix": 8},
            {"ip-address": "::1", "ip-address-type": "ipv6", "prefix": 128},
        ]},
        {"name": "e\n0", "hardware-address": "52:54:00:12:34:56"},
        {"name": "tun0"},
    ]);
    insta::assert_snapshot!(told("guest-network-get-interfaces", answer, &["ifconfig"]));
    insta::assert_snapshot!(told("guest-network-get-interfaces", json!([]), &["ifconfig"]));
}

#[test]
fn users() {
    let answer = json!([
        {"user": "root", "login-time": 1_700_000_000.25},
        {"user": "\u{9b}2J", "login-time": 1e300, "domain": "D"},
    ]);
    insta::assert_snapshot!(told("guest-get-users", answer, &["users"]));
}

#[test]
fn disks() {
    let address = json!({
        "pci-controller": {"domain": 0, "bus": 0, "slot": 3, "function": 0},
        "bus-type": "virtio", "bus": 0, "target": 0, "unit": 0, "serial": "abc",
    });
    let answer = json!([
        {"name": "/dev/vda", "partition": false, "address": address},
        {"name": "/dev/vda1", "partition": true, "dependencies": ["/dev/vda"], "alias": "root"},
    ]);
    insta::assert_snapshot!(told("guest-get-disks", answer, &["disks"]));
}

#[test]
fn time() {
    insta::assert_snapshot!(told("guest-get-time", json!(1_700_000_000_123_000_000_i64), &["time"]));
    insta::assert_snapshot!(told("guest-get-time", json!(1), &["time", "--json"]));
}

#[test]
fn trimmed_blocks() {
    let answer =
        json!({"paths": [{"path": "/", "trimmed": 4096, "minimum": 0}, {"path": "/mnt", "error": "no"}]});
    insta::assert_snapshot!(told("guest-fstrim", answer.clone(), &["fstrim", "1K"]));
    insta::assert_snapshot!(told("guest-fstrim", answer, &["fstrim", "-1"]));
}

#[test]
fn what_is_not_answered_is_done() {
    for (words, request) in [
        (&["shutdown"][..], r#"guest-shutdown {"mode":"powerdown"}"#),
        (&["powerdown"], r#"guest-shutdown {"mode":"powerdown"}"#),
        (&["halt"], r#"guest-shutdown {"mode":"halt"}"#),
        (&["reboot"], r#"guest-shutdown {"mode":"reboot"}"#),
        (&["suspend", "disk"], "guest-suspend-disk"),
        (&["suspend", "ram"], "guest-suspend-ram"),
        (&["suspend", "hybrid"], "guest-suspend-hybrid"),
    ] {
        let guest = Guest::new();
        let _agent = guest.builder().withhold_reply(1).listen(guest.socket()).unwrap();
        guest.qmp(words.iter().copied()).assert().success().stdout("").stderr("");
        assert_eq!(guest.state.lock().unwrap().asked, [request]);
    }
    let guest = Guest::new();
    let _agent = guest.listen();
    assert_eq!(run(&mut guest.qmp(["suspend", "x"])).code, Some(2));
}

#[test]
fn any_command_can_be_called() {
    let guest = Guest::new();
    let _agent = guest.listen();
    guest.qmp(["call", "guest-file-open", "path=1", "mode=rb", "-r"]).assert().success().stdout("7\n");
    guest.qmp(["call", "guest-file-close", "handle=7"]).assert().success().stdout("{\"return\": {}}\n");
    guest.qmp(["call", "guest-exec", r#"{"path": "x", "y": 1e2}"#]).assert().success();
    let asked = guest.state.lock().unwrap().asked.join("\n");
    insta::assert_snapshot!(asked);
    for (words, code, part) in [
        (&["call", "guest-pin"][..], 1, "hint: did you mean 'guest-ping'?"),
        (&["call", "guest-file-close", "handle=x"], 2, "expected a whole number"),
        (&["call", "guest-ping", "x"], 2, "expected KEY=VALUE"),
        (&["call"], 2, "COMMAND"),
    ] {
        let ran = run(&mut guest.qmp(words.iter().copied()));
        assert!(ran.code == Some(code) && ran.stderr.contains(part), "{ran:?}");
    }
}

#[test]
fn exit_codes() {
    let guest = Guest::new();
    let code = |words: &[&str]| run(&mut guest.qmp(words.iter().copied())).code;
    // Nobody listens, then somebody who never answers, then one who loses the connection.
    assert_eq!(code(&["ping"]), Some(3));
    let listener = std::os::unix::net::UnixListener::bind(guest.socket()).unwrap();
    assert_eq!(code(&["--connect-timeout", "0.1", "ping"]), Some(3));
    drop(listener);
    std::fs::remove_file(guest.socket()).unwrap();
    let agent = guest.builder().cut_reply(1).listen(guest.socket()).unwrap();
    assert_eq!(code(&["ping"]), Some(3));
    drop(agent);
    let agent = guest.builder().withhold_reply(1).listen(guest.socket()).unwrap();
    assert_eq!(code(&["-t", "0.1", "ping"]), Some(4));
    drop(agent);
    let _agent = guest.listen();
    assert_eq!(code(&["ping"]), Some(0));
    assert_eq!(code(&["-t", &Duration::MAX.as_secs().to_string(), "ping"]), Some(2));
    assert_eq!(code(&["time"]), Some(1));
    assert_eq!(code(&["-s", "a", "-s", "b", "ping"]), Some(2));
    let ran = run(crate::support::qmp(["ga", "ping"]).env("QMP_SOCKET", guest.socket()));
    assert_eq!(
        (ran.code, &*ran.stderr),
        (Some(2), "error: no server is given: say --socket ADDRESS, or set QGA_CLIENT_ADDRESS\n")
    );
}
