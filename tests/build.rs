//! Generates the bindings of every construct of the language, for them to be compiled.

use std::fmt::Write;
use std::path::PathBuf;
use std::{env, fs};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let constructs = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../qapi-codegen/tests/constructs");
    println!("cargo::rerun-if-changed={}", constructs.display());
    let mut schemas =
        fs::read_dir(constructs)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    schemas.sort();
    let mut modules = String::new();
    for schema in schemas {
        let bindings = qapi_codegen::Builder::new().compile(&schema)?;
        let name = schema.file_stem().unwrap_or_default().to_string_lossy().replace('-', "_");
        writeln!(modules, "/// `{name}`.\npub mod {name}_construct {{ include!({bindings:?}); }}")?;
    }
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("constructs.rs"), modules)?;
    Ok(())
}
