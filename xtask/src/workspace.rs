//! Where things are in this repository.

use std::path::{Path, PathBuf};

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest)
}

/// The folder that holds the committed bindings, among other things.
pub(crate) fn bindings() -> PathBuf {
    root().join("qmp-types/src")
}

/// The folder of a release's snapshots.
pub(crate) fn snapshots(release: &str) -> PathBuf {
    root().join("qapi-schema/snapshots").join(release)
}

/// A path as a user would type it at the root of the repository.
pub(crate) fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}
