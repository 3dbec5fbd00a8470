//! The builder in a build script: what cargo and the user are told. The script is this program, run again.

#![allow(clippy::unwrap_used, reason = "a test fails where it stands")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use qapi_codegen::{Builder, CompileError};

/// What a build script does. Run by the other tests only, which say with which schema.
#[test]
#[ignore = "is run by the others"]
fn main_of_build_script() -> Result<(), CompileError> {
    Builder::new().commands(["add", "remove"]).compile("schema.json")?;
    Ok(())
}

/// A folder with a schema of two files, and another for what the script writes.
fn package(schema: &str, included: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("schema.json"), schema).unwrap();
    fs::write(folder.path().join("included.json"), included).unwrap();
    folder
}

const SCHEMA: &str = "{ 'include': 'included.json' }\n{ 'command': 'add', 'data': { 'to': 'Place' } }\n";
const INCLUDED: &str = "{ 'struct': 'Place', 'data': { 'x': 'int' } }\n{ 'command': 'remove' }\n";

fn run(package: &Path, environment: &[&str]) -> Output {
    let out = package.join("out");
    let mut script = Command::new(std::env::current_exe().unwrap());
    script.args(["--ignored", "--exact", "--nocapture", "main_of_build_script"]).current_dir(package);
    script.env_remove("CARGO_CFG_TARGET_ARCH").env_remove("OUT_DIR");
    script.envs(environment.iter().map(|name| (name, &out)));
    script.output().unwrap()
}

const OF_BUILD_SCRIPTS: [&str; 2] = ["OUT_DIR", "CARGO_CFG_TARGET_ARCH"];

/// What cargo is told.
fn directives(output: &Output) -> Vec<String> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    // The test's own words may stand in front on the line.
    text.lines().filter_map(|line| Some(line[line.find("cargo::")?..].to_owned())).collect()
}

fn errors(output: &Output) -> String {
    let text = String::from_utf8([&output.stdout[..], &output.stderr[..]].concat()).unwrap();
    let error = text.lines().skip_while(|line| !line.starts_with("Error: "));
    error.take_while(|line| !line.starts_with("test ")).collect::<Vec<_>>().join("\n").trim_end().to_owned()
}

const BOTH: [&str; 2] = ["cargo::rerun-if-changed=schema.json", "cargo::rerun-if-changed=included.json"];

#[test]
fn cargo_runs_it_again_when_a_file_of_the_schema_changes() {
    let package = package(SCHEMA, INCLUDED);
    let output = run(package.path(), &OF_BUILD_SCRIPTS);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(directives(&output), BOTH);
    assert!(package.path().join("out/schema.rs").exists());
}

#[test]
fn nobody_else_is_told() {
    let package = package(SCHEMA, INCLUDED);
    // `cargo run` sets it for programs that have a build script.
    let output = run(package.path(), &["OUT_DIR"]);
    assert!(output.status.success() && directives(&output).is_empty(), "{output:?}");
    let output = run(package.path(), &[]);
    assert!(!output.status.success() && errors(&output).contains("no output folder"), "{output:?}");
}

#[test]
fn failures_are_readable_and_watched() {
    let cases = [
        ("a mistake of meaning", SCHEMA, "{ 'struct': 'Place',\n  'data': { 'x': 'imt' } }\n"),
        ("a mistake of syntax", SCHEMA, "{ 'struct': 'Place'\n  'data': {} }\n"),
        ("a name that is none", SCHEMA, "{ 'struct': 'Place', 'data': {} }\n{ 'command': 'remove-all' }\n"),
    ];
    let mut shown = String::new();
    for (what, schema, included) in cases {
        let package = package(schema, included);
        let output = run(package.path(), &OF_BUILD_SCRIPTS);
        assert!(!output.status.success());
        assert_eq!(directives(&output), BOTH, "{what}");
        assert!(!package.path().join("out").exists(), "{what}");
        shown.push_str(&format!("---- {what}\n{}\n\n", errors(&output)));
    }

    let package = package("{ 'include': 'nothing.json' }\n", "");
    let output = run(package.path(), &OF_BUILD_SCRIPTS);
    assert_eq!(directives(&output), BOTH[..1]);
    shown.push_str(&format!("---- an included file that is missing\n{}\n\n", errors(&output)));

    fs::remove_file(package.path().join("schema.json")).unwrap();
    let output = run(package.path(), &OF_BUILD_SCRIPTS);
    assert_eq!(directives(&output), BOTH[..1]);
    shown.push_str(&format!("---- no schema\n{}\n", errors(&output)));
    insta::assert_snapshot!(shown);
}
