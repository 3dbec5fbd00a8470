//! The bindings of an older release, without documentation.

#![allow(missing_docs, deprecated, unused_imports, dead_code, reason = "nobody reads or uses all of them")]
#![allow(
    clippy::large_enum_variant,
    clippy::should_implement_trait,
    clippy::too_many_arguments,
    clippy::wrong_self_convention,
    reason = "the schema decides"
)]

include!(concat!(env!("OUT_DIR"), "/older.rs"));
