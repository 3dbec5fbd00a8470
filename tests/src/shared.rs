//! QEMU's schemas, and what QEMU's own front end makes of them, beside the checkout.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::Requirement;

/// A folder or file of `../shared`.
#[must_use]
pub fn path(relative: &str) -> Requirement<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let path = root.join(relative);
    Requirement { found: path.exists().then_some(path), name: relative.to_owned() }
}

/// A JSON file of `../shared`.
///
/// # Panics
/// When the file is there and does not hold JSON.
#[must_use]
pub fn json(relative: &str) -> Requirement<Value> {
    let Requirement { found, name } = path(relative);
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("the file can be read");
        serde_json::from_str(&text).expect("the file holds JSON")
    };
    Requirement { found: found.map(read), name }
}
