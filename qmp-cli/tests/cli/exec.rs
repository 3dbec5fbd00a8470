//! `qmp exec`.

use crate::support::{Mock, qmp};

/// What the server is asked for these words.
#[track_caller]
fn asks(words: &[&str], request: &str) {
    let mock = Mock::agreeable();
    mock.qmp(["exec"].into_iter().chain(words.iter().copied())).assert().success();
    assert_eq!(mock.requests(), [request]);
}

#[test]
fn arguments_have_the_types_of_the_schema() {
    asks(&["query-status"], "query-status");
    asks(
        &["blockdev-add", "driver=raw", "node-name=10", "size=4G", "read-only=on", "file=0"],
        r#"blockdev-add {"driver":"raw","file":"0","node-name":"10","read-only":true,"size":4294967296}"#,
    );
}

#[test]
fn a_json_object_is_sent_as_it_is() {
    asks(&["x", r#"{"b": 18446744073709551616, "a": 1.0}"#], r#"x {"b": 18446744073709551616, "a": 1.0}"#);
}

#[test]
fn without_a_server_nothing_is_done() {
    qmp(["exec", "stop"])
        .assert()
        .code(2)
        .stderr("error: no server is given: say --socket ADDRESS, or set QMP_SOCKET\n");
    qmp(["-s", "/nowhere", "exec", "stop"]).assert().code(3);
}
