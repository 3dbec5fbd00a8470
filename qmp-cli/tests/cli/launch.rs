//! `qmp launch`, with programs that are no servers.

use crate::support::{failure, qmp};

#[test]
fn a_server_that_does_not_start_says_why() {
    let script = r#"printf 'line 1\n\033[31mline 2\n' >&2; exit 3 # {fd}"#;
    let said = failure(&mut qmp(["launch", "--", "/bin/sh", "-c", script]), 3);
    assert_eq!(said, "/bin/sh did not start (exit status: 3)\nline 1\n\\u{1b}[31mline 2");
    failure(&mut qmp(["launch", "--", "/nonexistent/qemu"]), 3);
    let said = failure(&mut qmp(["launch", "-t", "0.2", "--", "/bin/sh", "-c", "sleep 5 # {fd}"]), 4);
    assert_eq!(said, "no greeting from /bin/sh within 200ms");
    failure(&mut qmp(["launch"]), 2);
}
