//! Bytes as a schema, in both dialects: they are read or refused, and a refusal can be shown.

#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use qapi_fuzz::{Files, ROOT, assert_printable};
use qapi_parser::{Dialect, Options, parse_files};

fuzz_target!(|bytes: &[u8]| {
    let files = Files::cut(bytes).memory();
    for (dialect, check_style) in
        [(Dialect::Modern, false), (Dialect::Modern, true), (Dialect::Legacy, false)]
    {
        if let Err(error) = parse_files(&files, Path::new(ROOT), &Options { dialect, check_style }) {
            assert_printable(&error);
        }
    }
});
