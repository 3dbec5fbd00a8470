//! What the reader takes for JSON is what `serde_json` takes for JSON.
//!
//! The texts are the same in each run. `PROPTEST_RNG_SEED=n` has others made, `PROPTEST_CASES=n` more or fewer of them.

#![allow(clippy::unwrap_used, reason = "a test that fails panics")]

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::RngSeed;
use qmp_types::json::{self, FromJson, Kind};
use qmp_types::{UnrecognizedBranch, json_branches, json_struct, json_union};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

proptest! {
    #![proptest_config(config())]

    #[test]
    fn json_is_read(text in value()) {
        check(&text);
        prop_assert!(serde_json::from_str::<IgnoredAny>(&text).is_ok(), "{text}");
    }

    #[test]
    fn what_may_not_be_json_is_read_alike(text in value(), changes in vec(change(), 1..4)) {
        check(&changes.iter().fold(text, |text, change| change.apply(&text)));
    }
}

fn config() -> ProptestConfig {
    let config = ProptestConfig::default();
    let rng_seed = match config.rng_seed {
        RngSeed::Random => RngSeed::Fixed(0x9e37_79b9_7f4a_7c15),
        given @ RngSeed::Fixed(_) => given,
    };
    // A failure worth keeping becomes a test of its own.
    ProptestConfig { rng_seed, failure_persistence: None, ..config }
}

#[test]
fn corners_are_read_alike() {
    let numbers = [
        "-0", "0", "-", "01", "-01", "1.", ".1", "1e3", "1E+3", "1e", "1.0", "0.0e-0", "1e308", "1e309", "+1",
    ];
    let large =
        ["9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616"];
    let escapes = [
        r#""\u00e9\"\\\/\b\f\n\r\t""#,
        r#""\ud834\udd1e""#,
        r#""\ud834""#,
        r#""\udd1e\ud834""#,
        r#""\ud834\n""#,
    ];
    let broken = [
        r#""\x""#,
        r#""\u12""#,
        r#""\u12g4""#,
        "\"\u{0}\"",
        "\"\u{1f}\"",
        "\"\u{7f}é\u{10ffff}\"",
        "\"",
        r#""\"#,
    ];
    let words = [
        "true",
        "false",
        "null",
        "tru",
        "truee",
        "nul",
        "nullnull",
        "True",
        "true false",
        "true1",
        "true\"\"",
    ];
    let blanks = [
        "",
        " ",
        "\u{a0}1",
        "\u{b}1",
        "\u{feff}1",
        " \t\r\n1\n",
        "1 1",
        "1,",
        "[1]]",
        "{}{}",
        "[1}",
        "[[]}",
        r#"{"b":1]"#,
        "[1,]",
        "[1 2]",
        "[,]",
    ];
    for text in numbers.iter().chain(&large).chain(&escapes).chain(&broken).chain(&words).chain(&blanks) {
        check(text);
        check(&format!("[{text}]"));
        check(&format!("[{text},{text}]"));
        check(&format!("{{\"a\":{text} , \"name\":{text}}}"));
        check(&format!("{{\"kind\":\"leaf\",\"size\":{text}}}"));
    }
}

#[test]
fn nesting_is_read_alike() {
    for levels in [1, 63, 64, 65, 100] {
        for (open, value, close) in
            [("[", "1", "]"), ("[", "", "]"), ("{\"a\":", "{}", "}"), ("[{\"a\":", "[]", "}]")]
        {
            let times = levels / close.len();
            let text = open.repeat(times) + value + &close.repeat(times);
            check(&text);
            check(&text[..text.len() - 1]);
            check(&(text + "]"));
        }
    }
}

#[test]
fn text_that_ends_too_early_is_refused() {
    let text = r#"{"size": 10, "new": [-1.5e3, "\u00e9\\", {"": [true, false, null, {}, []]}],
        "inner": {"kind": "leaf", "size": 7}, "names": ["a", "\ud834\udd1e"], "kind": "node", "more": {"b": 0.1}}"#;
    json::from_str::<Tree>(text).unwrap();
    for (end, _) in text.char_indices() {
        check(&text[..end]);
        json::from_str::<Tree>(&text[..end]).unwrap_err();
        json::from_str::<Rest>(&text[..end]).unwrap_err();
        json::from_str::<Any>(&text[..end]).unwrap_err();
        json::from_str::<Box<RawValue>>(&text[..end]).unwrap_err();
    }
}

/// Reads a text in all the ways there are.
fn check(text: &str) {
    let is_json = serde_json::from_str::<IgnoredAny>(text).is_ok();

    let passed_over = json::from_str::<Box<RawValue>>(text);
    assert_eq!(passed_over.is_ok(), is_json, "{text}: {passed_over:?}");
    if let Ok(raw) = passed_over {
        assert_eq!(raw.get(), text.trim_matches([' ', '\t', '\r', '\n']));
    }

    let value = serde_json::from_str::<Value>(text).ok();
    assert_eq!(json::from_str::<Value>(text).ok(), value, "{text}");
    assert_eq!(json::from_str::<Any>(text).ok().map(|any| any.0), value, "{text}");
    // Whether it is a number that has to be read again is `serde_json`'s to say.
    assert_eq!(
        json::from_str::<Rest>(text).ok().map(|rest| Value::Object(rest.rest)),
        value.filter(Value::is_object)
    );

    scalar::<String>(text);
    scalar::<bool>(text);
    scalar::<f64>(text);
    // To us it is an integer, to `serde_json` a fraction.
    if text.trim() != "-0" {
        scalar::<u8>(text);
        scalar::<i64>(text);
        scalar::<u64>(text);
    }

    // Whatever is read, the rest of the text was JSON.
    assert!(is_json || json::from_str::<Tree>(text).is_err(), "{text}");
    assert!(is_json || json::from_str::<Vec<Tree>>(text).is_err(), "{text}");
    assert!(is_json || json::from_str::<()>(text).is_err(), "{text}");
}

fn scalar<T: FromJson + DeserializeOwned + PartialEq + std::fmt::Debug>(text: &str) {
    assert_eq!(json::from_str::<T>(text).ok(), serde_json::from_str(text).ok(), "{text}");
}

/// A union whose members may come before its tag.
#[derive(Debug)]
struct Tree {
    _kind: Kinds,
    _names: Option<Vec<String>>,
}

#[derive(Debug)]
enum Kinds {
    Node(Node),
    Leaf(Leaf),
    Unrecognized(UnrecognizedBranch),
}

#[derive(Debug)]
struct Node {
    inner: Option<Box<Tree>>,
    size: Option<i64>,
}

#[derive(Debug)]
struct Leaf {
    size: f64,
    ready: Option<bool>,
}

json_struct!(Node { optional "inner" => inner, optional "size" => size });
json_struct!(Leaf { required "size" => size, optional "ready" => ready });
json_branches!(Kinds { "node" => Node(_), "leaf" => Leaf(_) });
json_union!(Tree { tag "kind" => _kind, optional "names" => _names });

/// An object of which nothing is known.
#[derive(Debug)]
struct Rest {
    rest: Map<String, Value>,
}

json_struct!(Rest { ..rest });

/// Any value, read by the functions for each type.
#[derive(Debug)]
struct Any(Value);

impl FromJson for Any {
    fn from_json(reader: &mut json::Reader<'_>) -> Result<Self, json::Error> {
        Ok(Self(match reader.kind()? {
            Kind::Object => Value::Object(Rest::from_json(reader)?.rest),
            Kind::Array => Vec::<Self>::from_json(reader)?.into_iter().map(|any| any.0).collect(),
            Kind::String => Value::String(String::from_json(reader)?),
            Kind::Number => Value::from_json(reader)?,
            Kind::Bool => Value::Bool(bool::from_json(reader)?),
            Kind::Null => json::Reader::raw(reader).map(|_| Value::Null)?,
        }))
    }
}

/// The text of a value, with names that [`Tree`] knows among the members.
fn value() -> impl Strategy<Value = String> {
    let number = "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,4})?([eE][+-]?[0-9]{1,2})?";
    let word = select(&["true", "false", "null", "\"node\"", "\"leaf\""][..]).prop_map(str::to_owned);
    let scalar = prop_oneof![number, word, string()];
    scalar.prop_recursive(6, 60, 6, |inner| {
        let name = prop_oneof![
            select(&["kind", "size", "inner", "names", "ready"][..]).prop_map(|name| format!("\"{name}\"")),
            string(),
        ];
        let member = (name, blank(), blank(), inner.clone())
            .prop_map(|(name, a, b, value)| name + a + ":" + b + &value);
        prop_oneof![
            list(inner).prop_map(|elements| format!("[{elements}]")),
            list(member).prop_map(|members| format!("{{{members}}}")),
        ]
    })
}

/// Escapes, and characters of each length in UTF-8; surrogates in pairs only.
fn string() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        4 => "[a-z -~&&[^\"\\\\]]{1,9}",
        1 => "[\u{7f}é€𝄞]",
        1 => select(&[r"\n", r"\\", r#"\""#, r"\/", r"\u0000", r"\u00E9", r"\ud834\udd1e"][..]).prop_map(str::to_owned),
    ];
    vec(pieces, 0..4).prop_map(|pieces| format!("\"{}\"", pieces.concat()))
}

fn list(items: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    let item = (blank(), items, blank()).prop_map(|(a, item, b)| a.to_owned() + &item + b);
    vec(item, 0..6).prop_map(|items| items.join(","))
}

fn blank() -> impl Strategy<Value = &'static str> {
    prop_oneof![6 => Just(""), 1 => select(&[" ", "\t", "\r\n  "][..])]
}

/// A mistake in a text.
#[derive(Debug, Clone)]
struct Change {
    place: Index,
    removed: usize,
    added: &'static str,
}

impl Change {
    fn apply(&self, text: &str) -> String {
        let mut characters: Vec<char> = text.chars().collect();
        let start = self.place.index(characters.len() + 1);
        let end = (start + self.removed).min(characters.len());
        characters.splice(start..end, self.added.chars());
        characters.into_iter().collect()
    }
}

fn change() -> impl Strategy<Value = Change> {
    let added = select(
        &[
            "",
            "",
            "\"",
            "\\",
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            " ",
            "0",
            "-",
            ".",
            "e",
            "true",
            "\\u",
            "\\ud800",
            "\u{1}",
            "é",
            "\"kind\":\"leaf\",",
            "\u{0}",
            "\\u12",
        ][..],
    );
    (any::<Index>(), 0..3_usize, added).prop_map(|(place, removed, added)| Change { place, removed, added })
}
