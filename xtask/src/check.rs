//! `cargo xtask check`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

use qapi_codegen::File;

use crate::bindings::{BOUND, Release};
use crate::error::Error;
use crate::workspace;

/// Whether the committed bindings are what they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Same,
    Different,
}

/// How a file is not what it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    Changed,
    Missing,
    Stale,
}

/// Compares the whole set of files.
pub(crate) fn run() -> Result<Verdict, Error> {
    let expected = Release::all_snapshots()?.own_bindings()?;
    let differences = differences(&workspace::bindings(), &expected)?;
    if differences.is_empty() {
        anstream::eprintln!("{} generated files are what the snapshots give", expected.len());
        return Ok(Verdict::Same);
    }
    for (path, fault) in differences {
        let what = match fault {
            Fault::Changed => "is not what the snapshots give",
            Fault::Missing => "is missing",
            Fault::Stale => "should not be there",
        };
        anstream::eprintln!("{} {what}", workspace::shown(&path));
    }
    anstream::eprintln!("to mend it, run: cargo xtask regen");
    Ok(Verdict::Different)
}

/// The files below `root` that are not as expected: changed, missing and stale ones.
fn differences(root: &Path, expected: &[File]) -> Result<Vec<(PathBuf, Fault)>, Error> {
    let mut differences = Vec::new();
    for file in expected {
        let path = root.join(&file.path);
        match fs::read(&path) {
            Ok(bytes) if bytes == file.contents.as_bytes() => {}
            Ok(_) => differences.push((path, Fault::Changed)),
            Err(_) if path.is_dir() => differences.push((path, Fault::Changed)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => differences.push((path, Fault::Missing)),
            Err(source) => return Err(Error::Io { action: "read", path, source }),
        }
    }
    differences.extend(stale(root, expected)?.into_iter().map(|path| (path, Fault::Stale)));
    Ok(differences)
}

/// The files in the folders of the bindings, below `root`, that are none of those expected.
pub(crate) fn stale(root: &Path, expected: &[File]) -> Result<Vec<PathBuf>, Error> {
    let expected: BTreeSet<PathBuf> = expected.iter().map(|file| root.join(&file.path)).collect();
    let mut stale = Vec::new();
    let mut folders: Vec<PathBuf> = BOUND.iter().map(|name| root.join(name.as_str())).collect();
    while let Some(folder) = folders.pop() {
        let list_error = |source| Error::Io { action: "list", path: folder.clone(), source };
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entries => entries.map_err(list_error)?,
        };
        for entry in entries {
            let entry = entry.map_err(list_error)?;
            if entry.file_type().map_err(list_error)?.is_dir() {
                folders.push(entry.path());
            } else if !expected.contains(&entry.path()) {
                stale.push(entry.path());
            }
        }
    }
    stale.sort();
    Ok(stale)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str) -> File {
        File { path: path.into(), contents: format!("// {path}\n") }
    }

    #[test]
    fn changed_missing_and_stale_files_are_differences() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let expected = [file("qmp/mod.rs"), file("qmp/types/a.rs"), file("qga/mod.rs")];
        qapi_codegen::write(root, &expected).unwrap();
        assert_eq!(differences(root, &expected).unwrap(), []);

        fs::write(root.join("qmp/mod.rs"), "// something else").unwrap();
        fs::remove_file(root.join("qga/mod.rs")).unwrap();
        fs::write(root.join("qmp/types/b.rs"), "").unwrap();
        fs::write(root.join("lib.rs"), "// no folder of the bindings").unwrap();
        let found = differences(root, &expected).unwrap();
        let expected = [
            (root.join("qmp/mod.rs"), Fault::Changed),
            (root.join("qga/mod.rs"), Fault::Missing),
            (root.join("qmp/types/b.rs"), Fault::Stale),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn bindings_that_were_never_written_are_missing() {
        let folder = tempfile::tempdir().unwrap();
        let found = differences(folder.path(), &[file("qmp/mod.rs")]).unwrap();
        assert_eq!(found, [(folder.path().join("qmp/mod.rs"), Fault::Missing)]);
    }
}
