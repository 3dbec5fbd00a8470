//! What the benchmarks have in common: a recorded reply to `query-qmp-schema`, and types for it as one writes them by
//! hand.

pub mod by_hand;
pub mod reply;
