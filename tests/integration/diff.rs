//! `cargo xtask diff`, as a user runs it.

use std::fs;
use std::path::PathBuf;
use std::process::{Output, Stdio};

use integration_tests::{required, shared};
use serde_json::Value;
use tempfile::TempDir;

use crate::xtask::{cargo, fails, stderr, xtask};

const OLD: &str = "
{ 'enum': 'Color', 'data': [ 'red', 'green' ] }
{ 'struct': 'Lamp', 'data': { 'id': 'str', '*color': 'Color', 'watts': 'int' } }
{ 'command': 'query-lamps', 'returns': [ 'Lamp' ] }
{ 'command': 'set-lamp', 'data': { 'id': 'str', 'color': 'Color' } }
{ 'event': 'LAMP_BROKEN', 'data': { 'lamp': 'Lamp' } }
";

const NEW: &str = "
{ 'enum': 'Color', 'data': [ 'red', 'green', 'blue' ] }
{ 'struct': 'Lamp', 'data': { 'id': 'str', '*color': 'Color', '*room': 'str' } }
{ 'command': 'query-lamps', 'returns': [ 'Lamp' ], 'features': [ 'deprecated' ] }
{ 'command': 'set-lamp', 'data': { 'id': 'str', '*color': 'Color' } }
{ 'event': 'LAMP_BROKEN', 'data': { 'lamp': 'Lamp' } }
";

const WATTS: &str = "{\"code\": \"mandatory-member-removed\", \"path\": \"type/Lamp/member/watts\", \"reason\": \"no lamp told <it>\"";
const COLOR: &str = "{\"code\": \"member-made-optional\", \"path\": \"command/set-lamp/argument/color\", \"reason\": \"we always give it\"";

/// Two schemas in a folder.
struct Pair {
    folder: TempDir,
}

impl Pair {
    fn new(old: &str, new: &str) -> Self {
        let pair = Self { folder: tempfile::tempdir().unwrap() };
        fs::write(pair.path("old.json"), old).unwrap();
        fs::write(pair.path("new.json"), new).unwrap();
        pair
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn diff(&self, options: &[&str]) -> Output {
        let [old, new] = ["old.json", "new.json"].map(|name| self.path(name).display().to_string());
        xtask(["diff", &old, &new].into_iter().chain(options.iter().copied()))
    }

    /// What was printed, with the folder taken out.
    fn stdout(&self, output: &Output) -> String {
        let text = String::from_utf8(output.stdout.clone()).unwrap();
        text.replace(&format!("{}/", self.folder.path().display()), "")
    }

    fn allow(&self, lines: &[String]) -> String {
        let path = self.path("allow.jsonl");
        fs::write(&path, lines.join("\n")).unwrap();
        path.display().to_string()
    }
}

#[test]
fn changes_are_shown_in_each_format() {
    let pair = Pair::new(OLD, NEW);
    let allow = pair.allow(&[format!("{WATTS}}}")]);
    for format in ["text", "json", "markdown", "github", "junit"] {
        let output = pair.diff(&["--format", format, "--allow", &allow]);
        assert_eq!((output.status.code(), stderr(&output)), (Some(1), String::new()), "{format}");
        insta::assert_snapshot!(format!("diff_{format}"), pair.stdout(&output));
    }
}

#[test]
fn the_exit_code_follows_the_level() {
    let code = |old: &str, new: &str, level: &str| {
        Pair::new(old, new).diff(&["--fail-on", level]).status.code().unwrap()
    };
    let more = format!("{OLD}{{ 'command': 'quit' }}");
    let deprecated = OLD.replace("[ 'Lamp' ] }", "[ 'Lamp' ], 'features': [ 'deprecated' ] }");
    let codes = |new: &str| ["breaking", "warning", "any"].map(|level| code(OLD, new, level));
    assert_eq!(codes(OLD), [0, 0, 0]);
    assert_eq!(codes(&more), [0, 0, 1]);
    assert_eq!(codes(&deprecated), [0, 1, 1]);
    assert_eq!(codes(NEW), [1, 1, 1]);
}

#[test]
fn allowed_changes_do_not_fail() {
    let pair = Pair::new(OLD, NEW);
    let run = |lines: &[String]| pair.diff(&["--allow", &pair.allow(lines)]);
    let output =
        run(&[format!("{WATTS}}}"), String::new(), format!("{COLOR}, \"expires\": \"9999-12-31\"}}")]);
    assert_eq!((output.status.code(), stderr(&output)), (Some(0), String::new()));
    assert!(pair.stdout(&output).contains("2 breaking, 2 warning, 1 additive; 2 of them allowed"));

    let expired = format!("{COLOR}, \"expires\": \"2001-01-31\"}}");
    let output = run(&[format!("{WATTS}}}"), expired]);
    fails(
        &output,
        1,
        "allow.jsonl:2: member-made-optional command/set-lamp/argument/color was allowed until 2001-01-31",
    );
    let unknown = COLOR.replace("argument", "argumnet") + "}";
    fails(
        &run(&[unknown]),
        1,
        "allow.jsonl:1: member-made-optional command/set-lamp/argumnet/color is no change",
    );
}

#[test]
fn an_allow_file_that_says_no_reason_is_refused() {
    let pair = Pair::new(OLD, OLD);
    let refused = |line: &str, message: &str| {
        let output = pair.diff(&["--allow", &pair.allow(&[String::new(), line.to_owned()])]);
        fails(&output, 2, message);
        assert!(stderr(&output).contains("allow.jsonl:2: "), "{}", stderr(&output));
    };
    refused(r#"{"code": "type-added", "path": "type/X"}"#, "missing field `reason`");
    refused(r#"{"code": "type-added", "path": "type/X", "reason": " "}"#, "the reason is empty");
    refused(
        r#"{"code": "type-added", "path": "type/X", "reason": "r", "expires": "soon"}"#,
        "'expires' is 'soon', and not a day",
    );
    refused(
        r#"{"code": "type-added", "path": "type/X", "reason": "r", "until": "x"}"#,
        "unknown field `until`",
    );
    refused("type-added", "expected");
    fails(&pair.diff(&["--allow", "/no/such/file"]), 2, "can't read '/no/such/file'");
}

#[test]
fn what_cannot_be_compared_does_not_look_the_same() {
    let pair = Pair::new(OLD, "{ 'command': ");
    let output = pair.diff(&[]);
    fails(&output, 2, "new.json:1:");
    assert_eq!(pair.stdout(&output), "");
    fails(&xtask(["diff", "7.2.0"]), 2, "required");
    fails(&xtask(["diff", "7.2.0", "1.2.3"]), 2, "there are those of 7.2.0, ");
    fails(&xtask(["diff", "7.2.0", "no/such/file"]), 2, "no such file");
    fails(&xtask(["diff", "7.2.0", pair.folder.path().to_str().unwrap()]), 2, "is not a QEMU source tree");
    fails(&xtask(["diff", "7.2.0", "10.2.2", "--fail-on", "nothing"]), 2, "invalid value");
}

#[test]
fn releases_trees_and_files_are_compared_with_each_other() {
    let diff = |old: &str, new: &str, schema: &str| -> Value {
        let output = xtask(["diff", old, new, "--schema", schema, "--format", "json"]);
        assert_eq!(stderr(&output), "");
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let drift = diff("7.2.0", "10.2.2", "qga");
    assert_eq!((&drift["old"], &drift["failed"]), (&"7.2.0".into(), &true.into()));
    let snapshot = concat!(env!("CARGO_MANIFEST_DIR"), "/../qapi-schema/snapshots/10.2.2/qga.json");
    assert_eq!(diff("10.2.2", snapshot, "qga")["changes"], Value::Array(Vec::new()));
    for release in ["7.2.0", "10.2.2"] {
        let Some(tree) = required(shared::path(&format!("qemu/{release}"))) else { return };
        for schema in ["qmp", "qga", "storage-daemon"] {
            let same = diff(release, tree.to_str().unwrap(), schema);
            assert_eq!(same["changes"], Value::Array(Vec::new()), "{release} {schema}");
        }
    }
}

#[test]
fn who_closes_the_output_has_read_enough() {
    let pair = Pair::new(OLD, NEW);
    let [old, new] = ["old.json", "new.json"].map(|name| pair.path(name).display().to_string());
    for (arguments, code) in
        [(vec!["diff", &old, &new], 1), (vec!["diff", &old, &old], 0), (vec!["dump", &old], 0)]
    {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output =
            cargo().arg("xtask").args(arguments).stdout(writer).stderr(Stdio::piped()).output().unwrap();
        assert_eq!((output.status.code(), stderr(&output)), (Some(code), String::new()));
    }
}

#[test]
fn names_can_not_command_what_shows_them() {
    let pair = Pair::new(OLD, NEW);
    let hostile = "old\u{1b}[2J\u{202e}|<b>%0A::error::`x`.json";
    fs::rename(pair.path("old.json"), pair.path(hostile)).unwrap();
    for format in ["text", "json", "markdown", "github", "junit"] {
        let old = pair.path(hostile).display().to_string();
        let new = pair.path("new.json").display().to_string();
        let output = xtask(["diff", &old, &new, "--format", format]);
        let shown = pair.stdout(&output) + &stderr(&output);
        let commands =
            |character: char| (character.is_control() && character != '\n') || character == '\u{202e}';
        assert!(!shown.contains(commands), "{shown:?}");
        assert!(!(shown.contains("<b>") && ["markdown", "junit"].contains(&format)), "{shown}");
        assert!(format != "github" || !shown.lines().any(|line| line.starts_with("::error::")), "{shown}");
    }
}
