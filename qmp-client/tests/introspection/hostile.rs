//! Descriptions that no QEMU gives.

use proptest::prelude::*;
use qmp_client::introspection::{Kind, Query, SchemaError, ServerSchema};

const EMPTY: &str = r#"{"name": "0", "meta-type": "object", "members": []}"#;

fn schema(definitions: &[&str]) -> Result<ServerSchema, SchemaError> {
    ServerSchema::from_json(&format!("[{}]", definitions.join(",")))
}

#[test]
fn what_does_not_go_together_is_an_error() {
    let command = r#"{"name": "c", "meta-type": "command", "arg-type": "0", "ret-type": "0"}"#;
    let fails = |definitions: &[&str]| schema(definitions).unwrap_err().to_string();
    assert_eq!(fails(&[command]), "the server's schema has no type 0, which c refers to");
    assert_eq!(fails(&[command, EMPTY, EMPTY]), "the server's schema has two definitions of 0");
    assert_eq!(fails(&[command, EMPTY, &command.replace("command", "event")]), {
        "the server's schema has two definitions of c"
    });
    let cases = [
        (r#"{"name": "e", "meta-type": "event", "arg-type": "c"}"#, "has no type c, which e refers to"),
        (r#"{"name": "a", "meta-type": "array", "element-type": "b"}"#, "has no type b, which a refers to"),
        (
            r#"{"name": "a", "meta-type": "alternate", "members": [{"type": "b"}]}"#,
            "has no type b, which a refers to",
        ),
        (
            r#"{"name": "o", "meta-type": "object", "members": [{"name": "m", "type": "b"}]}"#,
            "has no type b, which o refers to",
        ),
        (
            r#"{"name": "a", "meta-type": "array", "element-type": "0"},
                {"name": "e", "meta-type": "event", "arg-type": "a"}"#,
            "has no object type a, which e refers to as one",
        ),
        (
            r#"{"name": "u", "meta-type": "object", "members": [{"name": "t", "type": "0"}], "tag": "t",
                "variants": [{"case": "x", "type": "s"}]}, {"name": "s", "meta-type": "builtin", "json-type": "string"}"#,
            "has no object type s, which u refers to as one",
        ),
        (
            r#"{"name": "u", "meta-type": "object", "members": [], "tag": "t", "variants": []}"#,
            "does not say which member selects the branches of u",
        ),
        (
            r#"{"name": "u", "meta-type": "object", "members": [], "variants": [{"case": "x", "type": "0"}]}"#,
            "does not say which member selects the branches of u",
        ),
    ];
    for (definition, message) in cases {
        assert_eq!(fails(&[command, EMPTY, definition]), format!("the server's schema {message}"));
    }
    assert_eq!(
        fails(&[r#"{"name": "c", "meta-type": "command"}"#]),
        "the server's schema cannot be read: [0]: member 'arg-type' is missing",
    );
}

#[test]
fn types_may_contain_themselves() {
    let schema = schema(&[
        EMPTY,
        r#"{"name": "e", "meta-type": "event", "arg-type": "o"}"#,
        r#"{"name": "o", "meta-type": "object", "members": [
            {"name": "list", "type": "l"}, {"name": "either", "type": "a"}, {"name": "o", "type": "o", "default": null}]}"#,
        r#"{"name": "l", "meta-type": "array", "element-type": "l"}"#,
        r#"{"name": "a", "meta-type": "alternate", "members": [{"type": "b"}, {"type": "l"}, {"type": "o"}]}"#,
        r#"{"name": "b", "meta-type": "alternate", "members": [{"type": "a"}, {"type": "b"}, {"type": "s"}]}"#,
        r#"{"name": "s", "meta-type": "builtin", "json-type": "string"}"#,
    ])
    .unwrap();
    let has = |path: &str| schema.query(path).unwrap();
    assert!(has("e/arg-type/either/!string") && has("e/arg-type/either/either/*o/either/!string"));
    assert!(!has("e/arg-type/list/!string") && !has("e/arg-type/either/!int") && !has("e/arg-type/list/o"));
    let deep = format!("e/arg-type{}", "/either".repeat(100_000));
    assert!(has(&deep) && !has(&format!("{deep}/!int")));
    assert!(format!("{:?}", schema.event("e").unwrap().data().members().collect::<Vec<_>>()).len() < 100);
}

#[test]
fn what_is_new_is_passed_on() {
    let schema = schema(&[
        r#"{"name": "e", "meta-type": "event", "arg-type": "o", "new": 1}"#,
        r#"{"name": "o", "meta-type": "object", "members": [
            {"name": "new", "type": "n"}, {"name": "odd", "type": "j", "default": 7}]}"#,
        r#"{"name": "n", "meta-type": "map", "key": "o"}"#,
        r#"{"name": "j", "meta-type": "builtin", "json-type": "bignum"}"#,
    ])
    .unwrap();
    let member = |name| schema.event("e").unwrap().data().member(name).unwrap();
    assert!(matches!(member("new").member_type().kind(), Kind::Unrecognized("map")));
    assert!(matches!(member("odd").member_type().kind(), Kind::Builtin(json) if json.as_str() == "bignum"));
    assert!(member("odd").is_optional());
    assert_eq!(schema.query("e/arg-type/new/further"), Ok(false));
}

proptest! {
    /// Whatever is made of names that may or may not be there is an index or an error, and answers.
    #[test]
    fn nothing_panics(seeds in prop::collection::vec((0..6_u8, 0..8_u8, 0..8_u8), 0..12), path in "[a/+^!$@*e-]{0,20}") {
        let definition = |(kind, name, other): &(u8, u8, u8)| match kind {
            0 => format!(r#"{{"name": "{name}", "meta-type": "array", "element-type": "{other}"}}"#),
            1 => format!(r#"{{"name": "{name}", "meta-type": "alternate", "members": [{{"type": "{other}"}}, {{"type": "{name}"}}]}}"#),
            2 => format!(r#"{{"name": "{name}", "meta-type": "object", "members": [{{"name": "a", "type": "{other}"}}],
                "tag": "a", "variants": [{{"case": "a", "type": "{name}"}}]}}"#),
            3 => format!(r#"{{"name": "e", "meta-type": "event", "arg-type": "{other}"}}"#),
            4 => format!(r#"{{"name": "{name}", "meta-type": "enum", "members": [{{"name": "a"}}], "values": []}}"#),
            _ => format!(r#"{{"name": "{name}", "meta-type": "object", "members": []}}"#),
        };
        let definitions: Vec<String> = seeds.iter().map(definition).collect();
        let definitions: Vec<&str> = definitions.iter().map(String::as_str).collect();
        if let Ok(schema) = schema(&definitions) {
            for path in [path, format!("e/arg-type/a/{}", "a/".repeat(9)), "e/arg-type/+a/a/^a".to_owned()] {
                let _ = Query::parse(&path).map(|query| (schema.has(query), schema.type_at(query).map(|it| it.kind())));
            }
        }
    }
}
