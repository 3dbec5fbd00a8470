//! What unions have in common.

use serde_json::{Map, Value};

/// A union's branch that the bindings do not know: kept as it came, and written as it came.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UnrecognizedBranch {
    /// The value of the member that selects the branch.
    pub tag: Box<str>,
    /// The branch's members.
    pub members: Map<String, Value>,
}
