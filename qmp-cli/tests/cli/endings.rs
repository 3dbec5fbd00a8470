//! How the program ends.

use std::os::unix::net::UnixListener;

use qmp_client::mock::Builder;
use qmp_types::Served;
use serde_json::value::RawValue;

use crate::support::{Mock, failure, qmp, text};

#[test]
fn one_the_server_refuses() {
    let mock = Mock::new(|_| None);
    let said = failure(&mut mock.qmp(["exec", "query-statu"]), 1);
    let expected = "query-statu: CommandNotFound: The command query-statu has not been found\nhint: did you mean 'query-status'?";
    assert_eq!(said, expected);
    failure(&mut mock.qmp(["hmp", "info"]), 1);
}

#[test]
fn two_wrong_usage() {
    assert_eq!(
        failure(&mut qmp(["exec", "stop"]), 2),
        "no server is given: say --socket ADDRESS, or set QMP_SOCKET"
    );
    for words in [
        &["exec"][..],
        &["-s", "/a", "exec", ""],
        &["exec", "stop", "--nonsense"],
        &["nonsense"],
        &[],
        &["exec", "stop", "-t", "-1"],
        &["exec", "stop", "-t", "x"],
        &["-s", "tcp:x", "exec", "stop"],
        &["-s", "nobody", "exec", "stop"],
        &["-s", "/a", "-s", "/b", "events"],
        &["-s", "/a", "-s", "/b", "exec", "-"],
        &["-s", "/a", "exec", "-", "x=1"],
        &["exec", "--all", "a[", "stop"],
        &["events", "--regex", "("],
        &["completion", "tcsh"],
        &["man", "/nonexistent/x"],
        &["mock", "/nonexistent/x"],
    ] {
        failure(&mut qmp(words.iter().copied()), 2);
    }
}

#[test]
fn three_no_connection() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("nowhere");
    for command in [&["exec", "stop"][..], &["hmp", "x"], &["events"], &["info"]] {
        let words = ["-s", text(&nowhere)].into_iter().chain(command.iter().copied());
        assert!(failure(&mut qmp(words), 3).starts_with("cannot connect to unix:"));
    }
    failure(&mut qmp(["exec", "--all", &format!("{}/*", text(folder.path())), "stop"]), 3);
}

#[test]
fn three_the_connection_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("vm");
    let builder = Builder::service(|| {
        |_: &qmp_client::mock::Request| -> Served { Ok(Some(RawValue::NULL.to_owned())) }
    })
    .cut_reply(1);
    let _server = builder.listen(&socket).unwrap();
    failure(&mut qmp(["-s", text(&socket), "exec", "query-status"]), 3);
}

/// A monitor that serves another client accepts a connection and says nothing on it.
#[test]
fn three_a_busy_monitor() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("vm");
    let _listener = UnixListener::bind(&socket).unwrap();
    let said = failure(&mut qmp(["-s", text(&socket), "--connect-timeout", "0.2", "exec", "stop"]), 3);
    assert!(said.contains("within 200ms: the monitor is in use by another client"), "{said}");
}

#[test]
fn four_not_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("vm");
    let builder = Builder::service(|| {
        |_: &qmp_client::mock::Request| -> Served { Ok(Some(RawValue::NULL.to_owned())) }
    })
    .withhold_reply(1);
    let _server = builder.listen(&socket).unwrap();
    let said = failure(&mut qmp(["-s", text(&socket), "exec", "-t", "0.2", "stop"]), 4);
    assert_eq!(said, "no reply to stop within 200ms");
    let said = failure(&mut Mock::agreeable().qmp(["events", "-t", "0.2", "-c", "3"]), 4);
    assert_eq!(said, "0 of 3 events within 200ms");
}
