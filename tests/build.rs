//! Generates what the tests are compiled with: the bindings with which the generator's snapshot tests are made, of every
//! construct of the language and of builders with choices; those of an older release; and the tables that find a type
//! of the bindings by its name in the schema.

#[path = "../qapi-codegen/tests/choices/builders.rs"]
mod builders;
#[path = "build/constructs.rs"]
mod constructs;
#[path = "build/older.rs"]
mod older;
#[path = "build/table.rs"]
mod table;

use std::env;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let crates = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("..");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    for file in ["build.rs", "build"] {
        println!("cargo::rerun-if-changed={file}");
    }
    let of_the_generator = crates.join("qapi-codegen/tests");
    constructs::compile(&of_the_generator.join("constructs"), &out)?;
    constructs::compile_choices(&of_the_generator.join("choices/workshop.json"), &out)?;
    older::write(&out)?;
    for schema in ["qmp", "qga"] {
        let bindings = crates.join("qmp-types/src").join(schema);
        println!("cargo::rerun-if-changed={}", bindings.display());
        let module = format!("qmp_types::{schema}");
        table::write(
            &bindings,
            &["types", "commands", "events"],
            &module,
            &out.join(format!("{schema}_table.rs")),
        )?;
    }
    Ok(())
}
