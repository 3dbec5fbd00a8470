//! Schemas, mostly right ones: they are resolved or refused, and what is resolved can be dumped and survives a snapshot.

#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use qapi_fuzz::{ROOT, Schema, assert_printable};
use qapi_parser::{Dialect, Options, parse_files};
use qapi_schema::{SchemaName, dump, from_ast, snapshot};

fuzz_target!(|schema: Schema| {
    let files = schema.files.memory();
    // With releases whose documentation is in that dialect.
    for (dialect, release) in [(Dialect::Modern, "10.2.2"), (Dialect::Legacy, "7.2.0")] {
        let options = Options { dialect, ..Options::default() };
        let ast = match parse_files(&files, Path::new(ROOT), &options) {
            Ok(ast) => ast,
            Err(error) => {
                assert_printable(&error);
                continue;
            }
        };
        match from_ast(ast, Some(release)) {
            Ok(schema) => {
                dump(&schema, "schema", Path::new(""), &mut std::io::sink()).expect("nothing to fail");
                survives_a_snapshot(&schema);
            }
            Err(report) => assert_printable(&report),
        }
    }
});

fn survives_a_snapshot(schema: &qapi_schema::Schema) {
    let text = snapshot::write(schema, SchemaName::Qmp);
    match snapshot::read(Path::new("qmp.json"), &text) {
        Ok(again) => assert_eq!(snapshot::write(&again, SchemaName::Qmp), text),
        Err(error) => panic!("{error}\n{text}"),
    }
}
