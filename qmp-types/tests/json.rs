//! Reading and writing through the macros that the generated code is made of.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use qmp_types::json::{self, FromJson, ToJson};
use qmp_types::{UnrecognizedBranch, json_alternate, json_branches, json_enum, json_struct, json_union};

#[derive(Debug, Clone)]
enum Color {
    Red,
    Unrecognized(Box<str>),
}
json_enum!(Color { "red" => Red });

#[derive(Debug, Clone, PartialEq)]
struct Disk {
    path: String,
    sectors: Option<u64>,
}
json_struct!(Disk { required "path" => path, optional "sector-count" => sectors });

#[derive(Debug, Clone, PartialEq)]
struct Layer {
    color: Option<Color>,
    below: Option<Below>,
}
json_struct!(Layer { optional "color" => color, optional "below" => below });

/// A union with members besides the tag.
#[derive(Debug, Clone, PartialEq)]
struct Node {
    kind: NodeKind,
    name: String,
    read_only: Option<bool>,
}

#[derive(Debug, Clone, PartialEq)]
enum NodeKind {
    Disk(Disk),
    Layer(Layer),
    Null,
    Inner(Box<Socket>),
    Unrecognized(UnrecognizedBranch),
}
json_union!(Node { tag "kind" => kind, required "name" => name, optional "read-only" => read_only });
json_branches!(NodeKind {
    "disk" => Disk(_),
    "layer" => Layer(_),
    "null" => Null,
    "inner" => Inner(_),
});

/// A union that is an enum.
#[derive(Debug, Clone, PartialEq)]
enum Socket {
    Disk(Disk),
    None,
    Unrecognized(UnrecognizedBranch),
}
json_union!(Socket, "type");
json_branches!(Socket { "disk" => Disk(_), "none" => None });

#[derive(Debug, Clone, PartialEq)]
enum Below {
    Definition(Box<Node>),
    Reference(String),
    Null,
}
json_alternate!(Below, "an object, a string or null" {
    Object => Definition(_),
    String => Reference(_),
    Null => Null,
});

#[track_caller]
fn round_trip<T: FromJson + ToJson + PartialEq + std::fmt::Debug>(value: &T, text: &str) {
    assert_eq!(json::to_string(value), text);
    assert_eq!(&json::from_str::<T>(text).unwrap(), value);
}

#[track_caller]
fn fails<T: FromJson + std::fmt::Debug>(text: &str, message: &str) {
    assert_eq!(json::from_str::<T>(text).unwrap_err().to_string(), message);
}

#[test]
fn absent_null_and_value_are_three_states() {
    let layer = |below| Layer { color: None, below };
    round_trip(&layer(None), "{}");
    round_trip(&layer(Some(Below::Null)), r#"{"below":null}"#);
    round_trip(&layer(Some(Below::Reference("a".into()))), r#"{"below":"a"}"#);
}

#[test]
fn what_is_unknown_survives_or_is_passed_over() {
    round_trip(&Color::Unrecognized("mauve".into()), r#""mauve""#);
    let disk: Disk = json::from_str(r#" { "new" : [ {"a\"]": 1e3} ] , "path":"p" } "#).unwrap();
    assert_eq!(disk, Disk { path: "p".into(), sectors: None });
    let members = serde_json::from_str(r#"{"speed":9}"#).unwrap();
    let kind = NodeKind::Unrecognized(UnrecognizedBranch { tag: "warp".into(), members });
    round_trip(
        &Node { kind, name: "n".into(), read_only: Some(true) },
        r#"{"kind":"warp","name":"n","read-only":true,"speed":9}"#,
    );
}

#[test]
fn a_union_reads_base_and_branch_in_any_order() {
    let node = Node {
        kind: NodeKind::Disk(Disk { path: "p".into(), sectors: Some(7) }),
        name: "n".into(),
        read_only: None,
    };
    round_trip(&node, r#"{"kind":"disk","name":"n","path":"p","sector-count":7}"#);
    let shuffled = r#"{"sector-count":7,"x":{"kind":"null"},"name":"n","path":"p","kind":"disk"}"#;
    assert_eq!(json::from_str::<Node>(shuffled).unwrap(), node);
    let empty = Node { kind: NodeKind::Null, name: "n".into(), read_only: None };
    round_trip(&empty, r#"{"kind":"null","name":"n"}"#);
}

#[test]
fn a_union_may_be_the_branch_of_a_union() {
    let inner = Socket::Disk(Disk { path: "p".into(), sectors: None });
    let node = Node { kind: NodeKind::Inner(Box::new(inner)), name: "n".into(), read_only: None };
    round_trip(&node, r#"{"kind":"inner","name":"n","type":"disk","path":"p"}"#);
    round_trip(&Socket::None, r#"{"type":"none"}"#);
}

#[test]
fn errors_say_where_and_what() {
    fails::<Disk>("{}", "member 'path' is missing");
    fails::<Disk>(r#"{"path":3}"#, "path: expected a string, found a number");
    fails::<Node>(
        r#"{"kind":"layer","name":"n","below":{"kind":"disk","name":"m","path":[]}}"#,
        "below.path: expected a string, found an array",
    );
    fails::<Vec<Node>>(r#"[{"name":"n"}]"#, "[0]: member 'kind' is missing");
    fails::<Below>("3", "expected an object, a string or null, found a number");
    fails::<Vec<i8>>("[1, 128]", "[1]: number out of range, expected an integer from -128 to 127");
    fails::<u64>("-1", "number out of range, expected an integer from 0 to 18446744073709551615");
    fails::<i64>("1e3", "expected an integer, found a number with fraction or exponent");
    fails::<i64>("01", "not JSON: invalid number");
    fails::<f64>("1e999", "number out of range, expected a number that 64 bits can hold");
    fails::<Disk>(r#"{"path":"a","path":"b"}"#, "member 'path' is there twice");
    fails::<Socket>(r#"{"type":"none","type":"disk"}"#, "member 'type' is there twice");
    fails::<Node>(r#"{"kind":"null","name":"n","kind":"disk"}"#, "member 'kind' is there twice");
}

#[test]
fn malformed_text_is_refused_wherever_it_is_cut() {
    let text = r#"{"kind":"layer","name":"\u00e9\n","color":"red","below":{"kind":"disk","name":"m","path":"p","x":[{},null]}}"#;
    json::from_str::<Node>(text).unwrap();
    for end in 0..text.len() {
        json::from_str::<Node>(&text[..end]).unwrap_err();
    }
    for bad in ["{} {}", "[1,]", "[,1]", "[1 2]", "{\"a\" 1}", "{1:2}", "[\"\u{1}\"]", "nul", "tru"] {
        json::from_str::<serde_json::Value>(bad).unwrap_err();
        json::from_str::<Vec<Below>>(bad).unwrap_err();
    }
}

#[test]
fn depth_is_bounded() {
    let deep = "[".repeat(100_000);
    json::from_str::<()>(&deep).unwrap_err();
    let text = r#"{"kind":"layer","name":"n","below":"#.repeat(1_000) + "null" + &"}".repeat(1_000);
    let error = json::from_str::<Node>(&text).unwrap_err();
    assert!(error.to_string().ends_with("nested deeper than 128 levels"), "{error}");
}

#[test]
fn serde_formats_see_plain_types() {
    let text = r#"{"kind":"disk","name":"n","path":"p","sector-count":18446744073709551615}"#;
    let node: Node = json::from_str(text).unwrap();
    assert_eq!(serde_json::from_str::<Node>(text).unwrap(), node);
    assert_eq!(serde_json::from_reader::<_, Node>(text.as_bytes()).unwrap(), node);
    let value = serde_json::to_value(&node).unwrap();
    assert_eq!(serde_json::from_value::<Node>(value).unwrap(), node);
    assert_eq!(serde_json::to_string(&node).unwrap(), text);
    // A format that is not serde_json, and does not know its tricks.
    let entries = [("path", "p")];
    let other = serde::de::value::MapDeserializer::<_, serde::de::value::Error>::new(entries.into_iter());
    let disk: Disk = serde::Deserialize::deserialize(other).unwrap();
    assert_eq!(disk, Disk { path: "p".into(), sectors: None });
}

#[test]
fn numbers_come_back_as_they_went() {
    for number in [6.464_469_871_759_015e-257, 0.1, 1e23, f64::MAX, f64::MIN_POSITIVE, -0.0] {
        round_trip(&number, &serde_json::to_string(&number).unwrap());
        let value = serde_json::Value::from(number);
        round_trip(&value, &value.to_string());
    }
    assert_eq!(json::from_str::<u64>("-0").unwrap(), 0);
    assert_eq!(json::from_str::<i64>("-9223372036854775808").unwrap(), i64::MIN);
    assert_eq!(json::to_string(&f64::NAN), "null");
}

#[derive(Debug, Clone, PartialEq)]
struct Open {
    id: Option<String>,
    extra: serde_json::Map<String, serde_json::Value>,
}
json_struct!(Open { optional "id" => id, ..extra });

#[test]
fn what_is_beyond_the_schema_is_kept() {
    let open: Open = json::from_str(r#"{"x":[1.5,null],"id":"a","y":{"z":true}}"#).unwrap();
    assert_eq!(open.extra.len(), 2);
    round_trip(&open, r#"{"id":"a","x":[1.5,null],"y":{"z":true}}"#);
    let mut twice = open;
    twice.extra.insert("id".to_owned(), "b".into());
    assert_eq!(json::to_string(&twice), r#"{"id":"a","x":[1.5,null],"y":{"z":true}}"#);
    assert_eq!(
        serde_json::to_string_pretty(&Open { id: None, extra: serde_json::Map::new() }).unwrap(),
        "{}"
    );
}
