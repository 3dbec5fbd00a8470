//! `cargo xtask check` and `cargo xtask diff` with servers, as a user runs them.

use std::fs;
use std::path::Path;
use std::process::Output;

use integration_tests::server::{Kind, Server};
use integration_tests::{required, shared};
use qmp_client::{Address, CallOptions};
use serde_json::Value;

use crate::xtask::{fails, stderr, xtask};

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn trees_are_checked_against_the_snapshot() {
    let Some(newest) = required(shared::path("qemu/10.2.2")) else { return };
    let output = xtask(["check", "--qemu", newest.to_str().unwrap()]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(stdout(&output).lines().count(), 3, "all three schemas are compared");

    let Some(older) = required(shared::path("qemu/7.2.0")) else { return };
    let output = xtask(["check", "--qemu", older.to_str().unwrap(), "--format", "json"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let reports: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert!(reports.iter().all(|report| report["failed"] == true));
    let output = xtask(["check", "--qemu", older.to_str().unwrap(), "--format", "junit"]);
    assert!(stdout(&output).trim_end().ends_with("</testsuites>"));
    fails(&xtask(["check", "--qemu", "/nowhere"]), 2, "is not a QEMU source tree");
}

#[test]
fn what_cannot_be_asked_is_no_comparison() {
    fails(&xtask(["check", "--live", "unix:/nowhere/vm.qmp"]), 2, "cannot connect to unix:/nowhere/vm.qmp");
    fails(&xtask(["diff", "10.2.2", "live:nowhere"]), 2, "address 'nowhere': expected unix:PATH");
    let agent = ["diff", "10.2.2", "live:unix:/nowhere/vm.qga", "--schema", "qga"];
    fails(&xtask(agent), 2, "a guest agent does not tell its schema");
    let folder = tempfile::tempdir().unwrap();
    let file = |text: &str| {
        let path = folder.path().join("saved.json");
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    fails(
        &xtask(["diff", &file(r#"{"return": {}}"#), "10.2.2"]),
        2,
        "there is no reply to query-qmp-schema in it",
    );
    fails(
        &xtask(["diff", &file("[{}]"), "10.2.2"]),
        2,
        "saved.json is not what a server tells of its schema: [0]: 'name' is missing",
    );
    fails(&xtask(["diff", &file("[{\"name\": \"\u{1b}[2J"), "10.2.2"]), 2, "not JSON");
}

/// The address of a storage daemon that listens, and keeps on for as long as the value lives.
fn storage_daemon(program: &Path) -> (Server, qmp_client::blocking::Client, String) {
    let mut address = String::new();
    let (server, client) = Server::listening(program, |folder| {
        let path = folder.join("qsd.qmp");
        address = format!("unix:{}", path.display());
        Address::Unix(path)
    });
    (server, client, address)
}

#[test]
fn a_running_server_is_compared() {
    let Some(program) = required(Kind::StorageDaemon.installed()) else { return };
    let (server, client, address) = storage_daemon(&program);
    let reply = client.execute_raw("query-qmp-schema", None, &CallOptions::new()).unwrap();
    // The monitor serves one client, and this one has not left.
    fails(&xtask(["check", "--live", &address]), 2, "in use by another client");
    client.close();

    let saved = server.folder().join("saved.json");
    fs::write(&saved, format!("{{\"return\": {reply}, \"id\": 1}}")).unwrap();
    let (saved, live) = (saved.display().to_string(), format!("live:{address}"));
    let output = xtask(["diff", &saved, &live, "--fail-on", "any"]);
    assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
    let output = xtask(["check", "--live", &address, "--schema", "storage-daemon", "--format", "json"]);
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", stderr(&output));
    let reports: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(reports.len(), 1);
    assert_eq!(reports[0]["failed"] == true, output.status.code() == Some(1));
    let output = xtask(["check", "--live", &address]);
    assert!(stderr(&output).contains("runs no machine"), "{}", stderr(&output));
}

#[test]
fn a_recorded_server_is_compared_with_its_tree() {
    let Some(tree) = required(shared::path("qemu/7.2.0")) else { return };
    let Some(recording) = required(shared::path("replies/caps_7.2.0_ppc.replies")) else { return };
    let (tree, recording) = (tree.to_str().unwrap(), recording.to_str().unwrap());
    for sides in [[tree, recording], [recording, "7.2.0"], [recording, recording]] {
        let output = xtask(["diff", sides[0], sides[1], "--fail-on", "any"]);
        assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
    }
    let output = xtask(["diff", recording, "10.2.2", "--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(report["not-compared"]["CONFIG_COCOA"].is_u64());
    let gone =
        report["changes"].as_array().unwrap().iter().find(|it| it["path"] == "command/x-query-rdma").unwrap();
    assert_eq!((&gone["code"], &gone["api"]), (&"command-removed".into(), &Value::Null));
}
