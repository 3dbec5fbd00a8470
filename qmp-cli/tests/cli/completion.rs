//! What shells are answered.

use crate::support::{Mock, output, qmp};

/// What bash is offered for a line.
fn offered(mock: &Mock, line: &str) -> Vec<String> {
    let words: Vec<&str> = line.split(' ').collect();
    let last = words.last().and_then(|word| word.rsplit(['=', ':']).next()).unwrap_or_default();
    let mut passed = words.clone();
    passed.pop();
    passed.push(last);
    let mut command = mock.qmp(["--"].into_iter().chain(passed.iter().copied()));
    command.env("_QMP_COMPLETE", "bash").env("_QMP_COMPLETE_LINE", line);
    command.env("_CLAP_IFS", "\n").env("_CLAP_COMPLETE_INDEX", (passed.len() - 1).to_string());
    let offered = output(&mut command);
    offered.lines().map(|line| line.trim().to_owned()).filter(|word| !word.starts_with('-')).collect()
}

const SCHEMA: &str = r#"[
    {"name": "blockdev-add", "meta-type": "command", "arg-type": "0", "ret-type": "1"},
    {"name": "block-new", "meta-type": "command", "arg-type": "1", "ret-type": "1"},
    {"name": "0", "meta-type": "object", "members": [{"name": "driver", "type": "2"}, {"name": "ro", "type": "bool"}],
     "tag": "driver", "variants": [{"case": "raw", "type": "3"}, {"case": "nbd", "type": "1"}]},
    {"name": "1", "meta-type": "object", "members": []},
    {"name": "2", "meta-type": "enum", "members": [{"name": "raw"}, {"name": "nbd"}], "values": ["raw", "nbd"]},
    {"name": "3", "meta-type": "object", "members": [{"name": "file", "type": "0"}]},
    {"name": "bool", "meta-type": "builtin", "json-type": "boolean"}
]"#;

#[test]
fn commands_and_arguments_of_the_server() {
    let mock = Mock::new(|request| (request.name == "query-qmp-schema").then(|| SCHEMA.to_owned()));
    assert_eq!(offered(&mock, "qmp exec block"), ["block-new", "blockdev-add"]);
    assert_eq!(offered(&mock, "qmp exec blockdev-add "), ["driver=", "ro="]);
    assert_eq!(offered(&mock, "qmp exec blockdev-add driver="), ["raw", "nbd"]);
    assert_eq!(offered(&mock, "qmp exec blockdev-add driver=raw file.driver=n"), ["nbd"]);
    assert_eq!(offered(&mock, "qmp exec blockdev-add driver=raw f"), ["file."]);
    assert_eq!(offered(&mock, "qmp exec -t 3 blockdev-add ro=o"), ["on", "off"]);
}

#[test]
fn without_a_server_the_bindings_know() {
    let mock = Mock::new(|_| None);
    assert_eq!(offered(&mock, "qmp exec query-kv"), ["query-kvm"]);
    assert_eq!(offered(&mock, "qmp exec balloon "), ["value="]);
    assert_eq!(offered(&mock, "qmp events -e SHUT"), ["SHUTDOWN"]);
    assert_eq!(offered(&mock, "qmp schema RunSt"), ["RunState"]);
}

#[test]
fn scripts_for_shells() {
    for shell in ["bash", "zsh", "fish"] {
        assert!(output(&mut qmp(["completion", shell])).contains("COMPLETE"));
    }
    assert!(output(&mut qmp(["completion", "bash"])).contains("_clap_complete_qmp()"));
}
