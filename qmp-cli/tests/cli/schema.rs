//! `qmp schema`.

use crate::support::{Mock, failure, output, qmp};

#[test]
fn definitions_of_the_bindings() {
    insta::assert_snapshot!(output(&mut qmp(["schema", "query-jobs", "--depth", "1"])));
    insta::assert_snapshot!(output(&mut qmp(["schema", "BlockdevOptionsNbd", "--depth", "1"])));
    insta::assert_snapshot!(output(&mut qmp(["schema", "device_add"])));
    assert!(output(&mut qmp(["schema", "--agent", "guest-shutdown"])).contains("not answered on success"));
    assert!(output(&mut qmp(["schema"])).lines().any(|name| name == "query-status"));
    let said = failure(&mut qmp(["schema", "blockdev-ad"]), 2);
    assert_eq!(said, "the schema has no 'blockdev-ad'\nhint: did you mean 'blockdev-add'?");
}

#[test]
fn definitions_of_a_server() {
    let mock = Mock::new(|_| {
        Some(
            r#"[{"name": "x", "meta-type": "command", "arg-type": "0", "ret-type": "1", "allow-oob": true, "features": ["unstable"]},
                {"name": "0", "meta-type": "object", "members": [{"name": "mode", "type": "2", "default": null}, {"name": "all", "type": "[0]"}]},
                {"name": "1", "meta-type": "object", "members": []},
                {"name": "2", "meta-type": "enum", "members": [{"name": "on"}, {"name": "off"}], "values": ["on", "off"]},
                {"name": "[0]", "meta-type": "array", "element-type": "0"}]"#
                .to_owned(),
        )
    });
    insta::assert_snapshot!(output(&mut mock.qmp(["schema", "x", "--depth", "3"])));
    assert_eq!(output(&mut mock.qmp(["schema"])), "x\n");
    assert!(output(&mut mock.qmp(["schema", "--bindings", "stop"])).starts_with("command stop"));
    failure(&mut mock.qmp(["schema", "stop"]), 2);
}

#[test]
fn types_of_a_server_have_the_names_of_the_bindings() {
    // What query-version returns is of another kind there, and has no member of this name.
    let mock = Mock::new(|_| {
        Some(
            r#"[{"name": "query-jobs", "meta-type": "command", "arg-type": "0", "ret-type": "[1]"},
                {"name": "query-version", "meta-type": "command", "arg-type": "0", "ret-type": "3"},
                {"name": "0", "meta-type": "object", "members": []},
                {"name": "1", "meta-type": "object", "members": [
                    {"name": "id", "type": "str"}, {"name": "status", "type": "2"}, {"name": "type", "type": "str"},
                    {"name": "new", "type": "2"}]},
                {"name": "2", "meta-type": "enum", "members": [{"name": "done"}], "values": ["done"]},
                {"name": "3", "meta-type": "alternate", "members": [{"type": "str"}, {"type": "1"}]},
                {"name": "[1]", "meta-type": "array", "element-type": "1"},
                {"name": "str", "meta-type": "builtin", "json-type": "string"}]"#
                .to_owned(),
        )
    });
    insta::assert_snapshot!(output(&mut mock.qmp(["schema", "query-jobs"])));
    insta::assert_snapshot!(output(&mut mock.qmp(["schema", "query-version"])));
    assert_eq!(output(&mut mock.qmp(["schema", "JobStatus"])), "enum JobStatus\n  one of done\n");
    let said = failure(&mut mock.qmp(["schema", "JobStatu"]), 2);
    assert!(said.ends_with("hint: did you mean 'JobStatus'?"), "{said}");
    let said = failure(&mut mock.qmp(["schema", "RunState"]), 2);
    assert!(said.ends_with("hint: the bindings have it: --bindings shows that"), "{said}");
}

#[test]
fn what_xtask_does_too() {
    let done = qmp(["schema", "diff", "7.2.0", "10.2.2"]).assert().code(1);
    assert!(String::from_utf8_lossy(&done.get_output().stdout).contains("mandatory-member-removed"));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.json");
    std::fs::write(&file, "{ 'struct': 'Ab', 'data': { 'x': 'int' } }\n").unwrap();
    output(&mut qmp(["schema", "lint", file.to_str().unwrap()]));
    assert!(output(&mut qmp(["schema", "dump", file.to_str().unwrap()])).contains("\"Ab\""));
    std::fs::write(&file, "{ 'struct': 'Ab', 'data': { 'x': 'Nix' } }\n").unwrap();
    failure(&mut qmp(["schema", "lint", file.to_str().unwrap()]), 1);
}
