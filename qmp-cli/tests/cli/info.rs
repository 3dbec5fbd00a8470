//! `qmp info`.

use crate::support::{Mock, output};

fn answer(command: &str) -> Option<&'static str> {
    Some(match command {
        "query-status" => r#"{"running": true, "status": "running"}"#,
        "query-name" => r#"{"name": "we\u001bb"}"#,
        "query-kvm" => r#"{"enabled": true, "present": true}"#,
        "qom-get" => r#""pc-q35-10.0-machine""#,
        "query-cpus-fast" => "[{}, {}]",
        "query-memory-size-summary" => r#"{"base-memory": 4294967296, "plugged-memory": 536870912}"#,
        "query-jobs" => {
            r#"[{"id": "j", "type": "mirror", "status": "running", "current-progress": 1, "total-progress": 4}]"#
        }
        "query-migrate" => r#"{"status": "failed", "error-desc": "no\nroute"}"#,
        // Not of its type: the rest is shown.
        "query-block" => "17",
        _ => return None,
    })
}

#[test]
fn what_the_server_tells() {
    let mock = Mock::new(|request| answer(&request.name).map(str::to_owned));
    insta::assert_snapshot!(output(&mut mock.qmp(["info"])));
    let json: serde_json::Value = serde_json::from_str(&output(&mut mock.qmp(["info", "--json"]))).unwrap();
    assert_eq!(json["memory"]["base-memory"], 4_294_967_296_u64);
    assert_eq!(json["block"], 17);
    assert!(json.get("accelerators").is_none());
}

#[test]
fn a_server_that_tells_nothing() {
    let mock = Mock::new(|_| None);
    assert_eq!(output(&mut mock.qmp(["info"])), "version      QEMU 10.2.2 (mock)\n");
}
