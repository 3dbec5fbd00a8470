//! The bindings of the schemas with which the generator's snapshot tests are made: what is committed as a
//! snapshot compiles too, without a warning.

#![deny(warnings, reason = "generated code gives its user no warnings")]

include!(concat!(env!("OUT_DIR"), "/constructs.rs"));
