//! Generates `hello-world.rs` from the schema, into cargo's `OUT_DIR`.

fn main() -> Result<(), qapi_codegen::CompileError> {
    qapi_codegen::Builder::new().compile("schema/hello-world.json")?;
    Ok(())
}
