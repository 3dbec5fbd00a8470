//! What the generated code says about a type: the macros that implement the traits of this crate.

mod alternates;
mod enums;
mod sets;
mod shell;
mod structs;
mod unions;
