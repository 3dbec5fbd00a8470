//! Where things are in this repository.

use std::path::{Path, PathBuf};

/// The folder that holds the committed bindings, among other things.
pub(crate) const BINDINGS: &str = "qmp-types/src";

/// The folder of the snapshots.
pub(crate) const SNAPSHOTS: &str = "qapi-schema/snapshots";

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest)
}

/// The folder that holds the committed bindings, as a path from anywhere.
pub(crate) fn bindings() -> PathBuf {
    root().join(BINDINGS)
}

/// A path as a user would type it at the root of the repository.
pub(crate) fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}
