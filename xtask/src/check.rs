//! `cargo xtask check`.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::{fs, io};

use qapi_codegen::File;

use crate::error::Error;
use crate::{bindings, regen, workspace};

/// Whether the committed bindings are what they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Same,
    Different,
}

/// Compares the whole set of files: changed, missing and stale ones.
pub(crate) fn run() -> Result<Verdict, Error> {
    let expected = regen::expected_bindings()?;
    let mut differences = Vec::new();
    for file in &expected {
        let path = workspace::bindings().join(&file.path);
        match fs::read(&path) {
            Ok(bytes) if bytes == file.contents.as_bytes() => {}
            Ok(_) => differences.push(format!("{} differs", workspace::shown(&path))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                differences.push(format!("{} is missing", workspace::shown(&path)));
            }
            Err(source) => return Err(Error::Io { action: "read", path, source }),
        }
    }
    let stale = stale(&expected)?;
    differences.extend(stale.iter().map(|path| format!("{} should not be there", workspace::shown(path))));
    if differences.is_empty() {
        anstream::eprintln!("{} generated files are what the newest snapshot gives", expected.len());
        return Ok(Verdict::Same);
    }
    for difference in &differences {
        anstream::eprintln!("{difference}");
    }
    anstream::eprintln!(
        "the committed bindings are not what the newest snapshot gives; run: cargo xtask regen"
    );
    Ok(Verdict::Different)
}

/// The files among the committed bindings that are none of those expected.
pub(crate) fn stale(expected: &[File]) -> Result<Vec<PathBuf>, Error> {
    let root = workspace::bindings();
    let expected: BTreeSet<PathBuf> = expected.iter().map(|file| root.join(&file.path)).collect();
    let mut stale = Vec::new();
    let mut folders: Vec<PathBuf> = bindings::BOUND.iter().map(|name| root.join(name.as_str())).collect();
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entries => {
                entries.map_err(|source| Error::Io { action: "list", path: folder.clone(), source })?
            }
        };
        for entry in entries {
            let path =
                entry.map_err(|source| Error::Io { action: "list", path: folder.clone(), source })?.path();
            if path.is_dir() {
                folders.push(path);
            } else if !expected.contains(&path) {
                stale.push(path);
            }
        }
    }
    stale.sort();
    Ok(stale)
}
