//! `qmp qom`.

use assert_cmd::Command;
use qmp_client::mock::Request;
use serde_json::{Value, json};

use crate::support::{Mock, qmp};
use crate::terminal::shown;

/// The objects of a machine: their paths, and the names, types and values of their properties. What has no value cannot be
/// read.
fn objects() -> Value {
    json!({
        "/": [["type", "string", "container"], ["machine", "child<pc>", null]],
        "/machine": [
            ["type", "string", "pc"],
            ["name", "string", "\u{1b}[31m"],
            ["smm", "OnOffAuto", "auto"],
            ["ram", "size", 1024],
            ["usb", "bool", false],
            ["odd", "busnr", 3],
            ["ratio", "fraction", 1.5],
            ["limits", "SMPConfiguration", {"cpus": 1}],
            ["secret", "string", null],
            ["hidden", "mystery", null],
            ["bus", "link<bus>", "/machine/irq[2]"],
            ["irq[10]", "child<irq>", null],
            ["irq[2]", "child<irq>", null],
            ["gone", "child<irq>", null],
        ],
        "/machine/irq[10]": [["type", "string", "irq"]],
        "/machine/irq[2]": [["type", "string", "irq"]],
    })
}

/// A machine; `whole` if it reads objects whole.
fn machine(whole: bool) -> Mock {
    Mock::new(move |request| answer(request, whole))
}

fn answer(request: &Request, whole: bool) -> Option<String> {
    let arguments: Value =
        request.arguments.as_deref().map_or(Value::Null, |text| serde_json::from_str(text.get()).unwrap());
    let objects = objects();
    let object = |path: &Value| objects.get(path.as_str().unwrap()).and_then(Value::as_array).cloned();
    let property = |property: &Value, with_value: bool| {
        let mut members = json!({"name": property[0], "type": property[1]});
        if with_value && !property[2].is_null() {
            members["value"] = property[2].clone();
        }
        members
    };
    let answer = match &*request.name {
        "qom-list-get" if whole => {
            let list: Option<Vec<_>> = arguments["paths"].as_array().unwrap().iter().map(object).collect();
            let list = list?.into_iter().map(|object| {
                let properties: Vec<_> = object.iter().map(|one| property(one, true)).collect();
                json!({"properties": properties})
            });
            list.collect()
        }
        "qom-list" => object(&arguments["path"])?.iter().map(|one| property(one, false)).collect(),
        "qom-get" => {
            let object = object(&arguments["path"])?;
            object.iter().find(|property| property[0] == arguments["property"])?[2].clone()
        }
        "qom-set" => json!({}),
        "qom-list-types" => json!([
            {"name": "b", "parent": "device"}, {"name": "a\u{9b}"}, {"name": "device", "abstract": true}
        ]),
        "qom-list-properties" => json!([
            {"name": "x", "type": "bool", "description": "on/off", "default-value": true}, {"name": "a", "type": "str"}
        ]),
        _ => Value::Null,
    };
    Some(answer.to_string()).filter(|text| text != "null")
}

fn ran(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    format!("{}{}=> {}", text(output.stdout), text(output.stderr), output.status.code().unwrap())
}

#[test]
fn objects_are_listed() {
    let mock = machine(false);
    insta::assert_snapshot!(ran(&mut mock.qmp(["qom", "list", "/machine"])));
    insta::assert_snapshot!(ran(&mut mock.qmp(["qom", "list", "/machine", "--values"])));
    insta::assert_snapshot!(ran(&mut mock.qmp(["qom", "list", "/", "--json"])));
    insta::assert_snapshot!(ran(&mut mock.qmp(["qom", "list", "/nowhere"])));
}

#[test]
fn a_tree_is_the_same_however_it_is_read() {
    let (old, new) = (machine(false), machine(true));
    for words in [&["qom", "tree"][..], &["qom", "tree", "-v"], &["qom", "tree", "-v", "--json", "/machine"]]
    {
        // What an old server says of a property that cannot be read, a new one does not.
        let plain = |mock: &Mock| {
            let text = ran(&mut mock.qmp(words.iter().copied()));
            let error = "(The command qom-get has not been found)";
            text.replace(error, "")
                .replace(&format!("\"error\": \"{}\", ", &error[1..error.len() - 1]), "")
                .replace("(unreadable)", "")
        };
        assert_eq!(plain(&old), plain(&new));
        insta::assert_snapshot!(ran(&mut new.qmp(words.iter().copied())));
    }
    // One of the objects is gone when it is asked for: only its level is read in pieces.
    let asked = new.requests();
    assert!(asked.iter().any(|line| line.starts_with("qom-list ")));
    assert_eq!(
        ran(&mut new.qmp(["qom", "tree", "/nowhere"])),
        ran(&mut old.qmp(["qom", "tree", "/nowhere"]))
    );
}

#[test]
fn a_level_is_one_command_where_the_server_has_it() {
    let mock = machine(true);
    mock.qmp(["qom", "tree", "--depth", "1"]).assert().success().stdout("/\n  /machine (pc)\n");
    assert_eq!(
        mock.requests(),
        [r#"qom-list-get {"paths":["/"]}"#, r#"qom-list-get {"paths":["/machine"]}"#]
    );
}

#[test]
fn a_tree_without_an_end_is_given_up() {
    let endless = |request: &Request| {
        (&*request.name == "qom-list").then(|| r#"[{"name": "x", "type": "child<x>"}]"#.to_owned())
    };
    let mock = Mock::new(endless);
    let ended = "error: the objects of the server have no end\n";
    mock.qmp(["qom", "tree"]).assert().code(3).stdout("").stderr(ended);
}

#[test]
fn a_value_is_printed() {
    let mock = machine(false);
    for (words, expected) in [
        (&["qom", "get", "/machine", "type"][..], "pc\n=> 0"),
        (&["qom", "get", "/machine.type"], "pc\n=> 0"),
        (&["qom", "get", "/machine.type", "--json"], "\"pc\"\n=> 0"),
        (&["qom", "get", "/machine.limits"], "{\"cpus\": 1}\n=> 0"),
        (&["qom", "get", "/machine.name"], "\\u{1b}[31m\n=> 0"),
        (&["qom", "get", "/machine.name", "--raw"], "\u{1b}[31m\n=> 0"),
        (&["qom", "get", "/machine"], "error: '/machine': expected PATH PROPERTY or PATH.PROPERTY\n=> 2"),
        (
            &["qom", "get", "/machine", "no"],
            "error: qom-get: CommandNotFound: The command qom-get has not been found\n=> 1",
        ),
    ] {
        assert_eq!(ran(&mut mock.qmp(words.iter().copied())), expected);
    }
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_qmp"));
    command.args(["qom", "get", "/machine.name", "--raw"]).env_clear().env("QMP_SOCKET", mock.socket());
    assert_eq!(shown(&mut command), "\\u{1b}[31m\n");
}

#[test]
fn a_value_is_sent_as_what_the_property_is() {
    for (name, text, value) in [
        ("type", "1", "\"1\""),
        ("smm", "on", "\"on\""),
        ("ram", "4K", "4096"),
        ("ram", "0x10", "16"),
        ("ram", "-1", "-1"),
        ("usb", "on", "true"),
        ("usb", "false", "false"),
        ("odd", "7", "7"),
        ("ratio", "2", "2"),
        ("limits", "{\"cpus\": 2}", "{\"cpus\":2}"),
        ("hidden", "true", "true"),
        ("hidden", "a b", "\"a b\""),
        ("bus", "/x", "\"/x\""),
    ] {
        let mock = machine(false);
        mock.qmp(["qom", "set", "/machine", name, text]).assert().success().stdout("").stderr("");
        let expected = format!(r#"qom-set {{"path":"/machine","property":"{name}","value":{value}}}"#);
        assert_eq!(mock.requests().last(), Some(&expected));
    }
    let mock = machine(false);
    mock.qmp(["qom", "set", "/machine.ram", "1"]).assert().success();
    mock.qmp(["qom", "set", "--json", "/machine", "ram", "\"1\""]).assert().success();
    let asked = mock.requests();
    assert_eq!(asked.last().unwrap(), r#"qom-set {"path":"/machine","property":"ram","value":"1"}"#);
    // What it is was not asked: the user said it.
    assert_eq!(asked.len(), 3);
}

#[test]
fn a_value_that_is_none_is_not_sent() {
    let mock = machine(false);
    let words = [
        ["/machine", "ram", "much"],
        ["/machine", "usb", "maybe"],
        ["/machine", "odd", "x"],
        ["/machine", "limits", "1"],
        ["/machine", "irq[2]", "x"],
        ["/machine", "usc", "on"],
        ["/nowhere", "x", "y"],
        ["--json", "/machine.usb", "{"],
    ];
    let told = words.map(|words| ran(&mut mock.qmp(["qom", "set"].into_iter().chain(words))));
    insta::assert_snapshot!(told.join("\n"));
    assert!(!mock.requests().iter().any(|line| line.starts_with("qom-set")));
    qmp(["qom", "set", "/machine.usb"]).assert().code(2);
    qmp(["qom", "set", "usb", "on"]).assert().code(2);
}

#[test]
fn types_and_their_properties_are_listed() {
    let mock = machine(false);
    insta::assert_snapshot!(ran(&mut mock.qmp(["qom", "types"])));
    insta::assert_snapshot!(ran(&mut mock.qmp([
        "qom",
        "types",
        "--implements",
        "device",
        "--abstract",
        "--json"
    ])));
    insta::assert_snapshot!(ran(&mut mock.qmp(["qom", "properties", "b"])));
    insta::assert_snapshot!(ran(&mut mock.qmp(["qom", "properties", "/machine", "--json"])));
    insta::assert_snapshot!(mock.requests().join("\n"));
}
