//! What is read, and what is said of what cannot be.

use qapi_schema::EntityId;
use qapi_schema::introspection::Introspection;

const REPLY: &str = r#"[{"name": "go", "meta-type": "command", "arg-type": "0", "ret-type": "[1]", "allow-oob": true},
    {"name": "0", "meta-type": "object", "members": []},
    {"name": "[1]", "meta-type": "array", "element-type": "1"},
    {"name": "1", "meta-type": "enum", "members": [{"name": "a", "features": ["deprecated"]}], "values": ["a"]}]"#;

fn error(text: &str) -> String {
    Introspection::read(text).unwrap_err().to_string()
}

#[test]
fn a_reply_is_found_in_whatever_it_is_wrapped_in() {
    let whole = format!(r#"{{"return": {REPLY}, "id": 7}}"#);
    let recorded = format!(
        r#"{{"QMP": {{}}}} {{"execute": "qmp_capabilities", "id": 1}}

           {{"return": {{}}, "id": 1}} {{"execute": "query-commands", "id": 2}}
           {{"event": "STOP"}} {{"return": [{{"name": "go"}}], "id": 2}}
           {{"execute": "query-qmp-schema", "id": 7}} {{"event": "STOP"}} {whole} {{"return": 1}}"#
    );
    let answers_alone = format!(r#"{{"QMP": {{}}}} {{"return": {{}}}} {whole}"#);
    for text in [REPLY, &whole, &recorded, &answers_alone] {
        let introspection = Introspection::read(text).unwrap();
        let [command] = introspection.schema().commands() else { panic!("{introspection:?}") };
        assert!(command.entity.name == "go" && command.flags.allow_oob);
        assert!(matches!(introspection.schema().lookup("1"), Some(EntityId::Type(_))));
    }
}

#[test]
fn values_alone_are_enough() {
    let older = REPLY.replace(r#""members": [{"name": "a", "features": ["deprecated"]}], "#, "");
    Introspection::read(&older).unwrap();
}

#[test]
fn what_is_no_reply_is_explained() {
    let cases = [
        "",
        "nonsense",
        r#"[{"name": "go""#,
        r#"{"QMP": {}}"#,
        r#"{"return": {}}"#,
        r#"{"error": {"class": "CommandNotFound", "desc": "The command query-qmp-schema has not been found"}}"#,
        r#"{"execute": "query-qmp-schema", "id": 1} {"return": {}, "id": 1}"#,
        r#"{"execute": "query-qmp-schema", "id": 1} {"error": {"desc": "no"}, "id": 1}"#,
        "[1]",
        r#"[{"meta-type": "command"}]"#,
        r#"[{"name": 1, "meta-type": "command"}]"#,
        r#"[{"name": "go"}]"#,
        r#"[{"name": "a", "meta-type": "enum", "values": []}, {"name": "a", "meta-type": "enum", "values": []}]"#,
        r#"[{"name": "a", "meta-type": "trait"}]"#,
        r#"[{"name": "a", "meta-type": "builtin", "json-type": "date"}]"#,
        r#"[{"name": "a", "meta-type": "enum"}]"#,
        r#"[{"name": "a", "meta-type": "enum", "members": [{"name": "x"}, {"name": "x"}]}]"#,
        r#"[{"name": "a", "meta-type": "enum", "members": [], "features": ["x", 1]}]"#,
        r#"[{"name": "a", "meta-type": "object", "members": [{"name": "x", "type": "77"}]}]"#,
        r#"[{"name": "a", "meta-type": "object", "members": {}}]"#,
        r#"[{"name": "a", "meta-type": "object", "members": [], "tag": "x", "variants": []}]"#,
        r#"[{"name": "a", "meta-type": "object", "members": [], "variants": []}]"#,
        r#"[{"name": "a", "meta-type": "array", "element-type": "a"}]"#,
        r#"[{"name": "a", "meta-type": "array", "element-type": "b"}, {"name": "b", "meta-type": "array", "element-type": "a"}]"#,
        r#"[{"name": "a", "meta-type": "alternate", "members": [{"type": "a"}]}]"#,
        r#"[{"name": "go", "meta-type": "command", "arg-type": "e", "ret-type": "e"}, {"name": "e", "meta-type": "enum", "values": []}]"#,
        r#"[{"name": "go", "meta-type": "event"}]"#,
    ];
    let told: String = cases.iter().map(|text| format!("{text}\n  {}\n", error(text))).collect();
    insta::assert_snapshot!(told);
}
