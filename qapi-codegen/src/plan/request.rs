//! What the bindings are to hold, as it was asked for: names are not looked up yet.

use crate::pattern::Pattern;

/// What is asked for, beside how it is worded.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request {
    /// What is kept; everything if nothing is selected.
    pub(crate) selection: Option<Selection>,
    pub(crate) replacements: Vec<Replacement>,
    pub(crate) attributes: Vec<AttributeRequest>,
}

/// The definitions that are kept, with what they need.
#[derive(Debug, Clone, Default)]
pub(crate) struct Selection {
    pub(crate) commands: Vec<Pattern>,
    pub(crate) events: Vec<Pattern>,
    pub(crate) types: Vec<Pattern>,
}

/// A type of the schema, and the Rust type that takes its place.
#[derive(Debug, Clone)]
pub(crate) struct Replacement {
    pub(crate) type_name: String,
    pub(crate) path: String,
}

/// Attributes for the items of some definitions.
#[derive(Debug, Clone)]
pub(crate) struct AttributeRequest {
    pub(crate) pattern: Pattern,
    pub(crate) attributes: String,
}
