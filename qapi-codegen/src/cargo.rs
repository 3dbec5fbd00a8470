//! What cargo is told, if it is cargo who runs this.

use std::env;
use std::io::{self, Write};
use std::path::Path;

use qapi_parser::source::Sources;

/// Makes cargo run the build script again when one of the files changes. Does nothing anywhere else.
pub(crate) fn rerun_if_any_changes(sources: &Sources) {
    // What a snapshot was read from may be nowhere, and cargo takes what is missing for changed.
    sources.iter().map(|(_, source)| source.path()).filter(|path| path.exists()).for_each(rerun_if_changed);
}

/// Makes cargo run the build script again when the file changes. Does nothing anywhere else.
pub(crate) fn rerun_if_changed(path: &Path) {
    let shown = path.display().to_string();
    // Cargo reads lines: a path of several would be taken for orders.
    if is_build_script() && !shown.contains(['\n', '\r']) {
        // A build script whose output nobody reads has nobody to tell.
        let _ = writeln!(io::stdout(), "cargo::rerun-if-changed={shown}");
    }
}

/// Whether cargo runs this to build something. `OUT_DIR` alone does not say so: `cargo run` and `cargo test` set it too.
fn is_build_script() -> bool {
    ["OUT_DIR", "CARGO_CFG_TARGET_ARCH"].iter().all(|name| env::var_os(name).is_some())
}
