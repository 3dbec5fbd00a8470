//! The bindings with which the generator's snapshot tests are made, for them to be compiled.

use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use crate::builders::builders;

/// Compiles each schema of a folder, one for each construct of the language, and writes a file that declares them all.
pub(crate) fn compile(folder: &Path, out: &Path) -> Result<(), Box<dyn Error>> {
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
    fs::write(out.join("constructs.rs"), modules)?;
    Ok(())
}

/// Compiles a schema with each of the builders with choices, and writes a file that declares them all.
pub(crate) fn compile_choices(schema: &Path, out: &Path) -> Result<(), Box<dyn Error>> {
    let mut modules = String::new();
    for (name, builder) in builders() {
        let bindings = builder.compile(schema)?;
        writeln!(modules, "/// `{name}`.\npub mod {name} {{ include!({bindings:?}); }}")?;
    }
    fs::write(out.join("choices.rs"), modules)?;
    Ok(())
}
