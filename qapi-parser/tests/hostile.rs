//! Input that nobody writes: it may be refused, but never costs a panic, the stack, or more than linear time. No test looks
//! at a clock: with quadratic time they would not come to an end.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test that fails panics")]

use std::fmt::Write as _;
use std::path::Path;

use qapi_parser::ast::Ast;
use qapi_parser::{
    Dialect, MAX_INCLUDE_DEPTH, MAX_MISTAKES, MAX_NESTING, Memory, Options, ParseError, parse_files,
    parse_text,
};

const DIALECTS: [Dialect; 2] = [Dialect::Modern, Dialect::Legacy];

fn parse(text: impl Into<String>) -> Result<Ast, ParseError> {
    parse_text(Path::new("hostile.json"), text, &Options::default())
}

fn codes(result: Result<Ast, ParseError>) -> Vec<&'static str> {
    match result {
        Ok(_) => Vec::new(),
        Err(ParseError::Refused(report)) => {
            report.diagnostics.iter().map(|diagnostic| diagnostic.code).collect()
        }
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| format!("{{ 'a': {}{} }}", "[".repeat(depth - 1), "]".repeat(depth - 1));
    assert!(parse(nested(MAX_NESTING)).is_ok());
    assert_eq!(codes(parse(nested(MAX_NESTING + 1))), ["nesting-too-deep"]);
    assert_eq!(codes(parse(nested(100_000))), ["nesting-too-deep"]);
    assert_eq!(codes(parse("{'a':".repeat(100_000))), ["nesting-too-deep"]);
    assert_eq!(codes(parse("[".repeat(100_000))), ["nesting-too-deep"]);
}

#[test]
fn the_deepest_tree_can_be_cloned_and_dropped() {
    let text = format!("{{ 'a': {}{} }}", "[".repeat(MAX_NESTING - 1), "]".repeat(MAX_NESTING - 1));
    let ast = parse(text).unwrap();
    let small_stack = std::thread::Builder::new().stack_size(1024 * 1024);
    small_stack.spawn(move || drop(ast.clone())).unwrap().join().unwrap();
}

#[test]
fn long_texts_take_linear_time() {
    assert!(parse("# comment\n".repeat(200_000)).unwrap().items.is_empty());
    assert_eq!(parse("{ 'a': 'b' }\n".repeat(100_000)).unwrap().items.len(), 100_000);
    assert_eq!(parse(format!("##\n{}##\n", "# text\n".repeat(200_000))).unwrap().items.len(), 1);
    assert_eq!(codes(parse("x".repeat(1_000_000))), ["stray-text"]);
    assert_eq!(codes(parse(format!("'{}", r"\\".repeat(500_000)))), ["unterminated-string"]);
    assert_eq!(codes(parse("{ 'a' }\n".repeat(100_000))).len(), MAX_MISTAKES);
    parse(format!("{{ 'a': [ {} ] }}", "'x', ".repeat(300_000))).unwrap_err().to_string();
}

#[test]
fn many_keys_take_linear_time() {
    let mut text = "{ ".to_owned();
    for key in 0..100_000 {
        write!(text, "'key-{key}': true, ").unwrap();
    }
    assert!(parse(format!("{text} 'last': true }}")).is_ok());
    assert_eq!(codes(parse(format!("{text} 'key-99999': true }}"))), ["duplicate-key"]);
    assert_eq!(codes(parse(format!("{text} 'key-15': true }}"))), ["duplicate-key"]);
}

#[test]
fn many_described_members_take_linear_time() {
    let mut text = "##\n# @symbol:\n".to_owned();
    for name in 0..50_000 {
        write!(text, "#\n# @name-{name}: text\n").unwrap();
    }
    text.push_str("##\n{ 'a': 'b' }\n");
    for dialect in DIALECTS {
        assert!(
            parse_text(Path::new("docs.json"), text.as_str(), &Options { dialect, ..Options::default() })
                .is_ok()
        );
    }
}

#[test]
fn includes_are_bounded() {
    let chain = |length: usize| {
        let last = Memory::new().with(format!("{length}.json"), "");
        (0..length).fold(last, |files, at| {
            files.with(format!("{at}.json"), format!("{{ 'include': '{}.json' }}", at + 1))
        })
    };
    let parse = |length| parse_files(&chain(length), Path::new("0.json"), &Options::default());
    assert_eq!(parse(MAX_INCLUDE_DEPTH).unwrap().sources.iter().count(), MAX_INCLUDE_DEPTH + 1);
    assert_eq!(codes(parse(MAX_INCLUDE_DEPTH + 1)), ["include-too-deep"]);
    assert_eq!(codes(parse(10_000)), ["include-too-deep"]);
}

const SAMPLE: &str = "# A comment\n{ 'pragma': { 'doc-required': true } }\n\n##\n# = Lamps\n##\n\n##\n# @lamp-on:\n#\n# Turns it on.\n#\n\
    # @level: how\n#     bright\n#\n# Features:\n#\n# @dim: a feature\n#\n# Returns: a \u{2018}Lamp\u{2019}\n#\n# More.\n#\n# Since: 1.0\n##\n\
    { 'command': 'lamp-on',\t'data': { '*level': [ 'int', 'a\\\\b' ], 'x': false },\r\n  'returns': 'Lamp' }\n";

#[test]
fn every_beginning_of_a_schema_is_read_or_refused() {
    for dialect in DIALECTS {
        assert!(
            parse_text(Path::new("sample.json"), SAMPLE, &Options { dialect, ..Options::default() }).is_ok()
        );
        for end in 0..SAMPLE.len() {
            let bytes = &SAMPLE.as_bytes()[..end];
            show(parse_files(
                &Memory::new().with("sample.json", bytes),
                Path::new("sample.json"),
                &Options { dialect, ..Options::default() },
            ));
        }
    }
}

#[test]
fn random_texts_are_read_or_refused() {
    const PIECES: [&str; 24] = [
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "'a'",
        "'",
        "\\",
        "true",
        "false",
        "\n",
        "##\n",
        "# ",
        "@a:",
        "\t",
        " ",
        "Since:",
        "Features:\n",
        "# @a: b\n",
        "# =",
        "\u{feff}",
        "\u{85}\u{1c}",
        "\0\x1b\u{9b}",
    ];
    let mut random = XorShift(0x9e37_79b9_7f4a_7c15);
    for round in 0..4_000 {
        let mut bytes = Vec::new();
        for _ in 0..random.next() % 40 {
            match round % 3 {
                0 => bytes.push(random.next().to_le_bytes()[0]),
                1 => bytes.push(random.next().to_le_bytes()[0] & 0x7f),
                _ => bytes.extend_from_slice(
                    PIECES[usize::from(random.next().to_le_bytes()[0]) % PIECES.len()].as_bytes(),
                ),
            }
        }
        for dialect in DIALECTS {
            show(parse_files(
                &Memory::new().with("random.json", bytes.clone()),
                Path::new("random.json"),
                &Options { dialect, ..Options::default() },
            ));
        }
    }
}

/// Shows the errors, if any: they too must cope with the text.
fn show(result: Result<Ast, ParseError>) {
    if let Err(error) = result {
        let text = error.to_string();
        assert!(!text.chars().any(|character| character.is_control() && character != '\n'), "{text:?}");
    }
}

/// A generator of its own keeps the rounds the same everywhere.
struct XorShift(u64);

impl XorShift {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}
