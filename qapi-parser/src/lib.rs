//! Reads QEMU's QAPI schema language.
pub mod ast;
pub mod doc;
pub mod source;
