//! Mistakes and what is said about them: `refused/NAME.json` gives `snapshots/refused__NAME.snap`.
//!
//! A new case is a new file there, and a run with `INSTA_UPDATE=always`. Cases whose name begins with `legacy-` are read in
//! the legacy dialect, and style is checked in those whose name begins with `style-`.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test that fails panics")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use qapi_parser::{Dialect, Options, ParseError, parse_file};

fn cases() -> Vec<PathBuf> {
    let files = std::fs::read_dir("tests/refused").unwrap().map(|entry| entry.unwrap().path());
    let mut cases: Vec<_> = files.filter(|path| path.is_file()).collect();
    cases.sort();
    cases
}

#[test]
fn every_mistake_is_explained() {
    for case in cases() {
        let name = case.file_stem().unwrap().to_str().unwrap();
        let dialect = if name.starts_with("legacy-") { Dialect::Legacy } else { Dialect::Modern };
        let check_style = name.starts_with("style-");
        if check_style {
            let without = parse_file(&case, &Options { dialect, check_style: false });
            assert!(without.is_ok() || name == "style-and-more", "{name} breaks more than style");
        }
        let Err(error @ ParseError::Refused(_)) = parse_file(&case, &Options { dialect, check_style }) else {
            panic!("{name} is not refused");
        };
        insta::assert_snapshot!(name, error.to_string());
    }
}

#[test]
fn every_snapshot_has_its_case() {
    let cases: BTreeSet<_> =
        cases().iter().map(|case| case.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    for snapshot in std::fs::read_dir("tests/snapshots").unwrap() {
        let path = snapshot.unwrap().path();
        if let Some(name) = stem(&path).strip_prefix("refused__") {
            assert!(cases.contains(name), "{} has no case", path.display());
        }
    }
}

fn stem(path: &Path) -> &str {
    path.file_stem().unwrap().to_str().unwrap()
}
