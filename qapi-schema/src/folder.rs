//! Names of files as seen from a folder.

use std::path::{Component, Path, PathBuf};

/// A folder from which files are named.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(path: &Path) -> Self {
        Self(normalized(path))
    }

    /// The way to a file from the folder, with `/` between its parts.
    pub(crate) fn name(&self, path: &Path) -> String {
        let path = normalized(path);
        let shared = self.0.components().zip(path.components()).take_while(|(a, b)| a == b).count();
        let ups = self.0.components().count() - shared;
        std::iter::repeat_n("..".into(), ups)
            .chain(path.components().skip(shared).map(|part| part.as_os_str().to_string_lossy()))
            .collect::<Vec<_>>()
            .join("/")
    }
}

/// The absolute path without `.` and `..`: two files may be named from different places.
pub(crate) fn normalized(path: &Path) -> PathBuf {
    // The folder of a file without any is the current one.
    let path = std::path::absolute(Path::new(".").join(path)).unwrap_or_else(|_| path.to_owned());
    let mut result = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(result.components().next_back(), Some(Component::Normal(_))) => {
                result.pop();
            }
            _ => result.push(part),
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_from_a_folder() {
        let folder = Folder::new(Path::new("./tree/storage-daemon/qapi"));
        assert_eq!(folder.name(Path::new("tree/storage-daemon/qapi/root.json")), "root.json");
        assert_eq!(
            folder.name(Path::new("tree/storage-daemon/qapi/../../qapi/job.json")),
            "../../qapi/job.json"
        );
        let current = Folder::new(Path::new(""));
        assert_eq!(current.name(Path::new("sub/./a.json")), "sub/a.json");
        assert_eq!(current.name(&std::path::absolute("sub/a.json").unwrap()), "sub/a.json");
    }
}
