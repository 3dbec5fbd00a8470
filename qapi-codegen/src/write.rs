//! Files onto the disk: only where bytes differ, and all of them or none.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::{File, WriteError};

/// What [`write()`] did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// The files that were new or changed.
    pub changed: Vec<PathBuf>,
    /// How many files were as they should be.
    pub unchanged: usize,
}

/// Writes files into a folder, which is made if it does not exist.
///
/// A file that has the right bytes is left alone, so that its time does not change. All others are written
/// beside their places first and renamed when every one of them is complete: what can go wrong, a full disk
/// or a folder in the place of a file, goes wrong before anything has changed. Files that are not in the list
/// are left alone.
///
/// # Errors
/// When a file cannot be written.
pub fn write(folder: &Path, files: &[File]) -> Result<Written, WriteError> {
    let mut written = Written::default();
    let mut staged = Staged::default();
    for file in files {
        let path = folder.join(&file.path);
        if fs::read(&path).is_ok_and(|bytes| bytes == file.contents.as_bytes()) {
            written.unchanged += 1;
        } else {
            staged.add(&path, &file.contents).map_err(|source| WriteError { path, source })?;
        }
    }
    written.changed = staged.put_in_place()?;
    Ok(written)
}

/// Files that are complete, and not yet in their places. Dropped, they are gone, and so are the folders that
/// were made for them.
#[derive(Debug, Default)]
struct Staged {
    files: Vec<(NamedTempFile, PathBuf)>,
    new_folders: Vec<PathBuf>,
}

impl Staged {
    fn add(&mut self, path: &Path, contents: &str) -> io::Result<()> {
        if path.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        let folder = path.parent().unwrap_or(Path::new("."));
        self.make_folder(folder)?;
        // `make_in` because a plain temporary file would be readable by its owner alone.
        let mut beside = tempfile::Builder::new();
        let beside = beside.prefix(".generated").make_in(folder, |path| fs::File::create_new(path));
        let mut beside = beside.map_err(without_path)?;
        beside.as_file_mut().write_all(contents.as_bytes())?;
        self.files.push((beside, path.to_owned()));
        Ok(())
    }

    fn make_folder(&mut self, folder: &Path) -> io::Result<()> {
        let missing: Vec<_> = folder
            .ancestors()
            .take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists())
            .collect();
        for folder in missing.into_iter().rev() {
            fs::create_dir(folder)?;
            self.new_folders.push(folder.to_owned());
        }
        Ok(())
    }

    fn put_in_place(mut self) -> Result<Vec<PathBuf>, WriteError> {
        let mut paths = Vec::new();
        for (file, path) in self.files.drain(..) {
            file.persist(&path).map_err(|error| WriteError { path: path.clone(), source: error.error })?;
            paths.push(path);
        }
        self.new_folders.clear();
        Ok(paths)
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        self.files.clear();
        for folder in self.new_folders.drain(..).rev() {
            // One that is not empty is somebody's.
            let _ = fs::remove_dir(folder);
        }
    }
}

/// tempfile's errors name a file that nobody knows.
fn without_path(error: io::Error) -> io::Error {
    error.raw_os_error().map_or(error, io::Error::from_raw_os_error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, contents: &str) -> File {
        File { path: path.into(), contents: contents.to_owned() }
    }

    #[test]
    fn only_what_differs_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let files = [file("a/b.rs", "b"), file("c.rs", "c")];
        assert_eq!(write(folder.path(), &files).unwrap().changed.len(), 2);
        assert_eq!(write(folder.path(), &files).unwrap(), Written { changed: Vec::new(), unchanged: 2 });
        let changed = write(folder.path(), &[file("a/b.rs", "B"), file("c.rs", "c")]).unwrap().changed;
        assert_eq!(changed, [folder.path().join("a/b.rs")]);
        assert_eq!(fs::read_to_string(folder.path().join("a/b.rs")).unwrap(), "B");
    }

    #[test]
    fn a_failure_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.rs"), "old").unwrap();
        fs::create_dir(folder.path().join("z.rs")).unwrap();
        let files = [file("a.rs", "new"), file("deep/new/b.rs", "b"), file("z.rs", "z")];
        let error = write(folder.path(), &files).unwrap_err();
        assert_eq!(error.path, folder.path().join("z.rs"));
        assert_eq!(fs::read_to_string(folder.path().join("a.rs")).unwrap(), "old");
        let mut left: Vec<_> =
            fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["a.rs", "z.rs"]);
    }
}
