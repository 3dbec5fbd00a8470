//! `cargo xtask lint` and `cargo xtask dump`, as a user runs them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::xtask::{fails, stderr, xtask};

const POINT: &str = "{ 'struct': 'Point',\n  'data': { 'x': 'int', '*label': 'str' } }\n";

/// A folder with a file in it.
fn file(name: &str, text: impl AsRef<[u8]>) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, text).unwrap();
    (folder, path)
}

fn run(arguments: &[&str], path: &Path) -> Output {
    xtask(arguments.iter().map(AsRef::as_ref).chain([path.as_os_str()]))
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn json_lines(output: &Output) -> Vec<Value> {
    stdout(output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn an_accepted_schema_is_summed_up() {
    let (_folder, path) = file("point.json", format!("{POINT}{{ 'event': 'MOVED' }}\n"));
    let output = run(&["lint"], &path);
    assert!(output.status.success());
    assert!(stderr(&output).contains("point.json: accepted: 1 file with 0 commands, 1 event and 1 type"));
    assert_eq!(stdout(&output), "");

    let output = run(&["lint", "--json"], &path);
    assert!(output.status.success());
    let [line] = &json_lines(&output)[..] else { panic!("{output:?}") };
    let summary = json!({ "files": 1, "commands": 0, "events": 1, "types": 1 });
    assert_eq!(line, &json!({ "schema": path.to_str(), "verdict": "accepted", "summary": summary }));
}

#[test]
fn a_refused_schema_is_explained() {
    let (_folder, path) = file("point.json", POINT.replace("'str'", "'Srt'"));
    let output = run(&["lint"], &path);
    fails(&output, 1, "point.json:1:1: error: unknown type 'Srt'");
    assert!(
        stderr(&output).contains("did you mean 'str'?") && stderr(&output).contains("refused: 1 mistake")
    );

    let output = run(&["lint", "--json"], &path);
    assert_eq!(output.status.code(), Some(1));
    let [line] = &json_lines(&output)[..] else { panic!("{output:?}") };
    assert_eq!(line["verdict"], "refused");
    let path = path.to_str();
    let span =
        json!({ "file": path, "start": { "line": 2, "column": 35 }, "end": { "line": 2, "column": 40 } });
    let diagnostic = json!({
        "code": "unknown-type", "message": "unknown type 'Srt'", "file": path, "line": 1, "column": 1, "span": span,
        "hint": "did you mean 'str'?", "definition": "struct 'Point'", "notes": [], "included-from": [],
    });
    assert_eq!(line["diagnostics"], json!([diagnostic]));
}

#[test]
fn the_worst_of_several_schemas_decides() {
    let (folder, good) = file("good.json", POINT);
    let bad = folder.path().join("bad.json");
    fs::write(&bad, "{ 'struct' }\n").unwrap();
    let missing = folder.path().join("missing.json");
    fails(
        &xtask(["lint".as_ref(), good.as_os_str(), bad.as_os_str()]),
        1,
        "bad.json:1:12: error: expected ':'",
    );
    let all = ["lint".as_ref(), "--json".as_ref(), missing.as_os_str(), bad.as_os_str(), good.as_os_str()];
    let output = xtask(all);
    assert_eq!(output.status.code(), Some(2));
    let verdicts: Vec<Value> = json_lines(&output).iter().map(|line| line["verdict"].clone()).collect();
    assert_eq!(verdicts, ["unreadable", "refused", "accepted"]);
    fails(&run(&["lint"], folder.path()), 2, "is a directory");
    fails(&xtask(["lint"]), 2, "required");
}

#[test]
fn style_is_checked_where_asked_for() {
    let (_folder, path) =
        file("style.json", format!("##\n# One sentence. Another.\n##\n{{ 'pragma': {{ }} }}\n{POINT}"));
    assert!(run(&["lint"], &path).status.success());
    fails(&run(&["lint", "--style"], &path), 1, "style.json:2:16: error: one space between sentences");
}

#[test]
fn the_dialect_follows_the_version_of_the_tree() {
    let text = "##\n# @go:\n#\n# Note: it goes.\n##\n{ 'command': 'go' }\n";
    let (folder, path) = file("qapi/go.json", text);
    fails(&run(&["lint"], &path), 1, "QEMU 9.1 and later have no such section");
    assert!(run(&["lint", "--dialect", "legacy"], &path).status.success());
    fs::write(folder.path().join("VERSION"), "8.2.0\n").unwrap();
    assert!(run(&["lint"], &path).status.success());
    fails(&run(&["lint", "--dialect", "modern"], &path), 1, "no such section");
}

#[test]
fn a_schema_is_printed_as_json() {
    let (folder, path) = file("qapi/point.json", POINT);
    fs::write(folder.path().join("VERSION"), "10.0.1\n").unwrap();
    let output = run(&["dump"], &path);
    assert!(output.status.success(), "{}", stderr(&output));
    let schema: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&schema["qemu"], &schema["root"]), (&json!("10.0.1"), &json!("qapi/point.json")));
    let point =
        schema["entities"].as_array().unwrap().iter().find(|entity| entity["name"] == "Point").unwrap();
    assert_eq!(point["loc"], json!({ "file": "qapi/point.json", "line": 1 }));
    assert_eq!(point["all-members"][1]["optional"], true);

    fs::write(&path, "{ 'struct': 'Point' }\n").unwrap();
    let output = run(&["dump"], &path);
    fails(&output, 1, "misses key 'data'");
    assert_eq!(stdout(&output), "");
    fails(&run(&["dump"], &folder.path().join("missing.json")), 2, "no such file");
}

#[test]
fn what_a_schema_says_can_not_command_a_terminal() {
    let text = "##\n# @go:\n#\n# \u{1b}[2J \u{9b}2J \u{202e}\n##\n{ 'command': 'go' }\n\u{9b}\n";
    let (_folder, path) = file("\u{9b}31mgo.json", text);
    let refused = [run(&["lint"], &path), run(&["lint", "--json"], &path), run(&["dump"], &path)];
    fs::write(&path, text.replace("\n\u{9b}\n", "\n")).unwrap();
    let accepted = [run(&["lint"], &path), run(&["lint", "--json"], &path), run(&["dump"], &path)];
    for output in refused.iter().chain(&accepted) {
        let shown = stdout(output) + &stderr(output);
        let commands =
            |character: char| (character.is_control() && character != '\n') || character == '\u{202e}';
        assert!(!shown.contains(commands), "{shown:?}");
    }
}
