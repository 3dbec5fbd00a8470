//! Files onto the disk: only where bytes differ, and never by halves.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::File;

/// What [`write()`] did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// The files that were new or changed.
    pub changed: Vec<PathBuf>,
    /// How many files were as they should be.
    pub unchanged: usize,
}

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
#[error("can't write '{}': {source}", path.display())]
pub struct WriteError {
    /// The file.
    pub path: PathBuf,
    /// What prevented it.
    pub source: io::Error,
}

/// Writes files into a folder, which is made if it does not exist.
///
/// A file that has the right bytes is left alone, so that its time does not change. Each of the others is
/// written beside its place and then renamed: there is never half a file. Files that are not in the list
/// are left alone.
///
/// # Errors
/// When a file cannot be written. The ones in front of it may have been.
pub fn write(folder: &Path, files: &[File]) -> Result<Written, WriteError> {
    let mut written = Written::default();
    let parents: BTreeSet<PathBuf> =
        files.iter().filter_map(|file| folder.join(&file.path).parent().map(Path::to_owned)).collect();
    for parent in parents {
        fs::create_dir_all(&parent).map_err(|source| WriteError { path: parent.clone(), source })?;
    }
    for file in files {
        let path = folder.join(&file.path);
        if fs::read(&path).is_ok_and(|bytes| bytes == file.contents.as_bytes()) {
            written.unchanged += 1;
            continue;
        }
        replace(&path, &file.contents).map_err(|source| WriteError { path: path.clone(), source })?;
        written.changed.push(path);
    }
    Ok(written)
}

fn replace(path: &Path, contents: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    // `make_in` because a plain temporary file would be readable by its owner alone.
    let mut beside =
        tempfile::Builder::new().prefix(".generated").make_in(folder, |path| fs::File::create_new(path))?;
    beside.write_all(contents.as_bytes())?;
    beside.persist(path)?;
    Ok(())
}
