//! What each construct of the language becomes: `constructs/NAME.json` to `snapshots/constructs__NAME.snap`.
//!
//! The crate of the workspace's integration tests compiles the same output, with warnings denied.

use std::path::Path;

#[test]
fn constructs() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/constructs");
    let out = tempfile::tempdir().expect("a temporary folder");
    let mut schemas: Vec<_> =
        std::fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path()).collect();
    schemas.sort();
    for schema in schemas {
        let compiled = qapi_codegen::Builder::new().out_dir(out.path()).compile(&schema);
        let compiled = compiled.unwrap_or_else(|error| panic!("{error}"));
        let name = schema.file_stem().expect("a name").to_string_lossy().into_owned();
        insta::assert_snapshot!(name, std::fs::read_to_string(compiled).expect("the output"));
    }
}
