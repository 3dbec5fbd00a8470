//! Lists the snapshots for embedding: every `snapshots/RELEASE/SCHEMA.json`.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("snapshots");
    println!("cargo::rerun-if-changed={}", root.display());
    let mut list = String::from("const EMBEDDED: &[Embedded] = &[\n");
    for release in entries(&root)?.into_iter().filter(|path| path.is_dir()) {
        let is_snapshot = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "json");
        for snapshot in entries(&release)?.into_iter().filter(is_snapshot) {
            let (release, schema) = (release.file_name(), snapshot.file_stem());
            let _ = writeln!(
                list,
                "    Embedded {{ release: {:?}, schema: {:?}, text: include_str!({:?}) }},",
                release.unwrap_or_default(),
                schema.unwrap_or_default(),
                snapshot,
            );
        }
    }
    list.push_str("];\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("embedded.rs"), list)
}

/// What a folder holds, sorted; nothing if there is no folder.
fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let listing = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        listing => listing?,
    };
    let mut paths = listing.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}
