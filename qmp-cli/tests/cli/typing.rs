//! The types of arguments.

use serde_json::value::RawValue;

use crate::support::{Mock, failure, text};

/// What the server is asked for these words.
#[track_caller]
fn asks(words: &[&str], request: &str) {
    let mock = Mock::agreeable();
    mock.qmp(["exec"].into_iter().chain(words.iter().copied())).assert().success();
    assert_eq!(mock.requests().last().unwrap(), request);
}

#[track_caller]
fn refused(words: &[&str], message: &str) {
    let mock = Mock::agreeable();
    let said = failure(&mut mock.qmp(["exec"].into_iter().chain(words.iter().copied())), 2);
    assert!(said.contains(message), "{said}");
    let asked = mock.requests();
    assert!(asked.iter().all(|request| request == "query-qmp-schema"), "{asked:?}");
}

#[test]
fn arguments_have_the_types_of_the_schema() {
    asks(&["query-status"], "query-status");
    asks(
        &["blockdev-add", "driver=raw", "node-name=10", "size=4G", "read-only=on", "file=0"],
        r#"blockdev-add {"driver":"raw","file":"0","node-name":"10","read-only":true,"size":4294967296}"#,
    );
    asks(&["query_status"], "query-status");
    asks(&["balloon", "value=0x10"], r#"balloon {"value":16}"#);
    asks(
        &["netdev-add", "type=user", "id=true", "restrict=off"],
        r#"netdev_add {"id":"true","restrict":false,"type":"user"}"#,
    );
    asks(
        &[
            "object-add",
            "qom-type=memory-backend-ram",
            "id=0",
            "size=1.5M",
            "host-nodes.1=2",
            "host-nodes.0=1",
        ],
        r#"object-add {"host-nodes":[1,2],"id":"0","qom-type":"memory-backend-ram","size":1572864}"#,
    );
}

#[test]
fn members_of_others_have_dots() {
    asks(
        &[
            "blockdev-add",
            "driver=qcow2",
            "file.driver=nbd",
            "file.server.type=inet",
            "file.server.host=h",
            "file.server.port=1",
        ],
        r#"blockdev-add {"driver":"qcow2","file":{"driver":"nbd","server":{"host":"h","port":"1","type":"inet"}}}"#,
    );
    asks(
        &["netdev_add", "type=user", "id=n", "hostfwd.0.str=tcp::22-:22"],
        r#"netdev_add {"hostfwd":[{"str":"tcp::22-:22"}],"id":"n","type":"user"}"#,
    );
}

#[test]
fn json_is_json() {
    asks(&["x", r#"{"b": 18446744073709551616, "a": 1.0}"#], r#"x {"b": 18446744073709551616, "a": 1.0}"#);
    asks(&["x", r#"{"b": 1}"#, "a:=[null,1.5]", "c=text"], r#"x {"a":[null,1.5],"b":1,"c":"text"}"#);
    asks(&["migrate-set-parameters", "tls-creds:=null"], r#"migrate-set-parameters {"tls-creds":null}"#);
    asks(&["migrate-set-parameters", "tls-creds=null"], r#"migrate-set-parameters {"tls-creds":"null"}"#);
    asks(
        &["blockdev-add", "driver=raw", r#"file={"driver":"null-co"}"#],
        r#"blockdev-add {"driver":"raw","file":{"driver":"null-co"}}"#,
    );
    refused(&["x", "{"], "the arguments are not JSON");
    refused(&["x", "a:=b"], "argument a: it is not JSON");
    refused(&["x", "{}", "{}"], "there are two JSON objects");
    refused(&["x", r#"{"a": 1}"#, "a=1"], "argument a: it is given twice");
}

#[test]
fn what_nobody_knows_is_guessed() {
    asks(
        &["x-new", "a=1", "b=on", "c=1.5", "d=[1]", "e.0.f=true"],
        r#"x-new {"a":1,"b":"on","c":1.5,"d":[1],"e":[{"f":true}]}"#,
    );
}

#[test]
fn values_that_are_not_of_their_type() {
    refused(
        &["balloon", "value=x"],
        "balloon: argument value: expected a whole number, such as 4096, 0x1000 or 4K, found 'x'",
    );
    refused(&["balloon", "value=1.5"], "expected a whole number");
    refused(
        &["set_link", "name=a", "up=maybe"],
        "argument up: expected true or false (on, off), found 'maybe'",
    );
    refused(
        &["balloon", "value.a=1"],
        "argument value: it is a whole number, such as 4096, 0x1000 or 4K, which has no members",
    );
    refused(
        &["object-add", "qom-type=memory-backend-ram", "host-nodes=1"],
        "its elements are host-nodes.0=…",
    );
    refused(&["object-add", "qom-type=memory-backend-ram", "host-nodes.1=1"], "");
    refused(&["x", "a=1", "a=2"], "argument a: it is given twice");
    refused(&["x", "a=1", "a.b=2"], "argument a.b: it is given as a whole and in parts");
    refused(&["x", "=1"], "a name is missing");
    refused(&["x", "a..b=1"], "a name is missing");
    refused(&["x", &format!("{}=1", "a.".repeat(60_000))], "there are too many dots");
}

#[test]
fn secrets_are_elsewhere() {
    let mock = Mock::agreeable();
    let file = mock.folder.path().join("secret");
    std::fs::write(&file, "geheim\n").unwrap();
    let password = format!("password=@{}", text(&file));
    let set = ["exec", "set_password", "protocol=vnc"];
    mock.qmp(set.into_iter().chain([password.as_str()])).assert().success();
    mock.qmp(set.into_iter().chain(["password=@env:PW"])).env("PW", "1234").assert().success();
    mock.qmp(set.into_iter().chain(["password=@-"])).write_stdin("a b\r\n").assert().success();
    mock.qmp(set.into_iter().chain(["password=@@home"])).assert().success();
    let passwords = ["geheim", "1234", "a b", "@home"];
    assert_eq!(
        mock.requests(),
        passwords.map(|it| format!("set_password {{\"password\":\"{it}\",\"protocol\":\"vnc\"}}"))
    );
    refused(&["set_password", "password=@/nonexistent"], "argument password: file /nonexistent: ");
    refused(&["set_password", "password=@env:NOT_SET"], "argument password: variable NOT_SET: ");
}

#[test]
fn all_arguments_in_a_file() {
    let mock = Mock::agreeable();
    let file = mock.folder.path().join("arguments");
    std::fs::write(&file, "{\"a\": 1}\n").unwrap();
    mock.qmp(["exec", "x", &format!("@{}", text(&file))]).assert().success();
    mock.qmp(["exec", "x", "-", "b=2"]).write_stdin(" {\"a\": 1}").assert().success();
    let mut requests = mock.requests();
    requests.retain(|request| request != "query-qmp-schema");
    assert_eq!(requests, [r#"x {"a": 1}"#, r#"x {"a":1,"b":2}"#]);
    refused(&["x", "@/nonexistent"], "file /nonexistent: ");
}

/// A schema in which `balloon` takes a string, and a command that the bindings do not know takes one.
const SCHEMA: &str = r#"[
    {"name": "balloon", "meta-type": "command", "arg-type": "0", "ret-type": "1"},
    {"name": "new-command", "meta-type": "command", "arg-type": "0", "ret-type": "1"},
    {"name": "0", "meta-type": "object", "members": [{"name": "value", "type": "str"}]},
    {"name": "1", "meta-type": "object", "members": []},
    {"name": "str", "meta-type": "builtin", "json-type": "string"}
]"#;

#[test]
fn what_the_server_says_counts_more_than_the_bindings() {
    let mock =
        Mock::new(|request| match (request.name.as_str(), request.arguments.as_deref().map(RawValue::get)) {
            ("query-qmp-schema", _) => Some(SCHEMA.to_owned()),
            ("balloon", Some(r#"{"value":10}"#)) => Some("refused".to_owned()),
            _ => Some("{}".to_owned()),
        });
    mock.qmp(["exec", "balloon", "value=11"]).assert().success();
    assert_eq!(mock.requests(), [r#"balloon {"value":11}"#]);
    // It is asked where something is refused, and the other type is sent.
    mock.qmp(["exec", "balloon", "value=10"]).assert().success();
    assert_eq!(
        mock.requests()[1..],
        [r#"balloon {"value":10}"#, "query-qmp-schema", r#"balloon {"value":"10"}"#]
    );
    // And where the bindings do not know something, or say that a value is wrong.
    mock.qmp(["exec", "new-command", "value=10"]).assert().success();
    mock.qmp(["exec", "balloon", "value=x"]).assert().success();
    let asked =
        ["query-qmp-schema", r#"new-command {"value":"10"}"#, "query-qmp-schema", r#"balloon {"value":"x"}"#];
    assert_eq!(mock.requests()[4..], asked);
}

#[test]
fn what_is_refused_for_another_reason_is_not_sent_again() {
    let mock = Mock::new(|request| match request.name.as_str() {
        "query-qmp-schema" => None,
        _ => Some("refused".to_owned()),
    });
    assert_eq!(failure(&mut mock.qmp(["exec", "balloon", "value=1"]), 1), "balloon: GenericError: no");
    failure(&mut mock.qmp(["exec", "stop"]), 1);
    assert_eq!(mock.requests(), [r#"balloon {"value":1}"#, "query-qmp-schema", "stop"]);
}

#[test]
fn properties_of_devices_have_the_types_that_the_server_says() {
    let mock = Mock::new(|request| {
        match request.name.as_str() {
        "query-qmp-schema" => None,
        "device-list-properties" => Some(
            r#"[{"name": "queues", "type": "uint16"}, {"name": "serial", "type": "str"}, {"name": "addr", "type": "int32"},
                {"name": "mode", "type": "OnOffAuto"}, {"name": "size", "type": "size"}]"#
                .to_owned(),
        ),
        _ => Some("{}".to_owned()),
    }
    });
    let words =
        ["exec", "device-add", "driver=x", "id=1", "queues=4", "serial=5", "addr=05.0", "mode=on", "size=1K"];
    mock.qmp(words).assert().success();
    let sent =
        r#"device_add {"addr":"05.0","driver":"x","id":"1","mode":"on","queues":4,"serial":"5","size":1024}"#;
    assert_eq!(mock.requests().last().unwrap(), sent);
    let said = failure(&mut mock.qmp(["exec", "device_add", "driver=x", "queues=many"]), 2);
    assert!(said.starts_with("device_add: argument queues: expected a whole number"), "{said}");
}
