//! `cargo xtask usage`, on a crate whose lines say what is to be found in them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::xtask::{fails, stderr, xtask};

fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("usage-sample")
}

/// What a run finds: the file's name, the line, and the problem with what has it.
fn found(path: &Path, against: &str) -> (BTreeSet<(String, u64, String)>, Value) {
    let output = xtask([
        "usage".as_ref(),
        path.as_os_str(),
        "--against".as_ref(),
        against.as_ref(),
        "--format".as_ref(),
        "json".as_ref(),
    ]);
    let report: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", stderr(&output)));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let finding = |it: &Value| {
        let doubt = if it["possibly"] == true { "?" } else { "" };
        let what = format!("{doubt}{}: {}", text(&it["problem"]), text(&it["what"]));
        let file = PathBuf::from(text(&it["file"]));
        assert!(it["column"].as_u64().unwrap() > 0);
        (file.file_name().unwrap().to_string_lossy().into_owned(), it["line"].as_u64().unwrap(), what)
    };
    let findings = report["findings"].as_array().unwrap().iter().map(finding).collect();
    assert_eq!(output.status.code(), Some(1));
    (findings, report)
}

/// What the lines of the sample say, behind a sign.
fn expected(sign: &str) -> BTreeSet<(String, u64, String)> {
    let mut expected = BTreeSet::new();
    let mut waiting = vec![sample()];
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap();
        let code = text.lines().zip(1..).filter(|(line, _)| !line.starts_with("//!"));
        for (line, number) in code {
            let said = line.split("//").skip(1).filter_map(|it| it.strip_prefix(sign));
            expected.extend(said.map(|it| (name.clone(), number, it.trim().to_owned())));
        }
    }
    expected
}

#[test]
fn each_use_is_found_in_its_line() {
    for (against, sign, least) in [("10.2.2", "~", 15), ("7.2.0", "<", 20)] {
        let (found, report) = found(&sample(), against);
        let expected = expected(sign);
        assert!(expected.len() >= least, "{}", expected.len());
        let missed: Vec<_> = expected.difference(&found).collect();
        let invented: Vec<_> = found.difference(&expected).collect();
        assert!(missed.is_empty() && invented.is_empty(), "missed {missed:#?}, invented {invented:#?}");
        assert_eq!(report["unknown"], serde_json::json!([]));
    }
}

#[test]
fn the_exit_code_says_what_came_of_it() {
    let sample = sample();
    let run = |path: &Path, options: &[&str]| {
        let mut arguments = vec!["usage", path.to_str().unwrap()];
        arguments.extend(options);
        xtask(arguments)
    };
    let code = |options: &[&str]| run(&sample.join("src/jobs/actions.rs"), options).status.code();
    // The file alone: what it imports is not known.
    assert_eq!(code(&["--against", "10.2.2"]), Some(0));
    assert_eq!(run(&sample, &["--against", "10.2.2", "--fail-on", "removed,newer"]).status.code(), Some(0));
    assert_eq!(run(&sample, &["--against", "7.2.0", "--fail-on", "newer"]).status.code(), Some(1));
    fails(&run(&sample, &["--against", "1.2.3"]), 2, "there is no snapshot of qmp of QEMU 1.2.3");
    fails(&run(&sample.join("nowhere"), &["--against", "10.2.2"]), 2, "can't read");

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lib.rs");
    for (text, code, said) in [
        ("fn f() {", 2, "lib.rs: cannot be read: 1:"),
        (&"(".repeat(100_000), 2, "nested deeper than 500"),
        (
            "fn f() -> qmp_types::qmp::types::Nosuch { f() }",
            2,
            "lib.rs:1:34: the bindings have no qmp::types::Nosuch",
        ),
        (
            "use crate::a as b; use crate::b as a; use a::*; fn f() { b::c() }",
            0,
            "1 files against 10.2.2: 0 certain, 0 possible",
        ),
        ("fn f() { m!(a b c); }", 0, "1 calls of macros were not understood"),
        ("fn f() { qmp_types::qmp::commands::Stop::new().x(self::super::super::y); }", 0, "0 certain"),
        (
            "\u{feff}fn f() { let _ = qmp_types::qmp::commands::NbdServerRemove::NAME; }",
            1,
            "command nbd-server-remove is deprecated",
        ),
    ] {
        fs::write(&file, text).unwrap();
        let output = run(folder.path(), &["--against", "10.2.2"]);
        let out = String::from_utf8(output.stdout.clone()).unwrap();
        assert_eq!(output.status.code(), Some(code), "{text:.60}: {out}{}", stderr(&output));
        assert!(out.contains(said), "{out}");
    }
}

#[test]
fn what_is_removed_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let text = "use qmp_types::qmp::{commands::*, types::StatusInfo};
        fn f(info: &StatusInfo) -> (bool, XQueryRdma) { (info.singlestep, XQueryRdma::new()) }";
    fs::write(folder.path().join("lib.rs"), text).unwrap();
    let output = xtask([
        "usage",
        folder.path().to_str().unwrap(),
        "--bindings",
        "7.2.0",
        "--against",
        "10.2.2",
        "--certain",
    ]);
    let out = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(
        out.contains("lib.rs:2:63: member singlestep of struct StatusInfo is not in 10.2.2 any more"),
        "{out}"
    );
    assert!(out.contains("lib.rs:2:43: command x-query-rdma is not in 10.2.2 any more"), "{out}");
    assert_eq!(output.status.code(), Some(1));
}
