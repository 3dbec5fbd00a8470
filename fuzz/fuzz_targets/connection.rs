//! A client's side of a connection, with a server that says anything at any time: see `Session`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use qapi_fuzz::Session;

fuzz_target!(|bytes: &[u8]| Session::run(bytes));
