//! What the generated code says about a type: the macros that implement the traits of this crate.
//!
//! Their functions are `#[inline]`, which here is not for speed: without it this crate compiles to machine code what all
//! its types need, with it a program compiles what its own types need. ("What the bindings weigh" in `ARCHITECTURE.md`)

mod alternates;
mod enums;
mod sets;
mod shell;
mod structs;
mod unions;
