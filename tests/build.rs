//! Generates the bindings with which the generator's snapshot tests are made, for them to be compiled: those of every
//! construct of the language, and those that builders with choices make.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[path = "../qapi-codegen/tests/choices/builders.rs"]
mod builders;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let tests = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../qapi-codegen/tests");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("constructs.rs"), constructs(&tests.join("constructs"))?)?;
    fs::write(out.join("choices.rs"), choices(&tests.join("choices/workshop.json"))?)?;
    Ok(())
}

fn constructs(folder: &Path) -> Result<String> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut schemas =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    schemas.sort();
    let mut modules = String::new();
    for schema in schemas {
        let bindings = qapi_codegen::Builder::new().compile(&schema)?;
        let name = schema.file_stem().unwrap_or_default().to_string_lossy().replace('-', "_");
        writeln!(modules, "/// `{name}`.\npub mod {name}_construct {{ include!({bindings:?}); }}")?;
    }
    Ok(modules)
}

fn choices(schema: &Path) -> Result<String> {
    let mut modules = String::new();
    for (name, builder) in builders::builders() {
        let bindings = builder.compile(schema)?;
        writeln!(modules, "/// `{name}`.\npub mod {name} {{ include!({bindings:?}); }}")?;
    }
    Ok(modules)
}
