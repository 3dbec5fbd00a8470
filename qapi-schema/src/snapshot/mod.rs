//! Snapshots: a release's schema as facts, without its prose.
//!
//! A snapshot is a JSON document with one definition a line, sorted by name, so that the difference of two
//! reads like the difference of two interfaces. A definition looks as in the schema's own language, inline
//! members included, with its module and what its documentation says about releases added:
//!
//! ```json
//! {"qapi-snapshot":1,"release":"10.2.2","schema":"qmp","definitions":[
//! {"command":"job-cancel","module":"job.json","since":"3.0","data":{"id":"str"}},
//! {"event":"RESUME","module":"run-state.json","since":"0.12"}
//! ]}
//! ```

mod default_branches;
mod expr;
mod read;
mod replacements;
mod write;

use crate::merge::{MergeError, Rules, merge};
use crate::release::numbers;
use crate::{Schema, SchemaName};
use default_branches::DEFAULT_BRANCHES;
use replacements::REPLACEMENTS;

pub use read::SnapshotError;

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// A snapshot's text, as it stands in this crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Embedded {
    /// The QEMU release.
    pub release: &'static str,
    /// The name of the schema: that of a [`SchemaName`].
    pub schema: &'static str,
    /// The text.
    pub text: &'static str,
}

impl Embedded {
    /// Resolves it.
    ///
    /// # Errors
    /// When the text is not a snapshot, or breaks a rule of schemas.
    pub fn load(&self) -> Result<Schema, SnapshotError> {
        let path = format!("qapi-schema/snapshots/{}/{}.json", self.release, self.schema);
        read::read(path.as_ref(), self.text, Some((self.release, self.schema)))
    }
}

/// The newest release of which there are snapshots.
#[must_use]
pub fn newest_release() -> Option<&'static str> {
    EMBEDDED.iter().map(|snapshot| snapshot.release).max_by_key(|release| numbers(release))
}

/// The releases of which there are snapshots of a schema, oldest first.
#[must_use]
pub fn releases(schema: SchemaName) -> Vec<&'static str> {
    let of_schema = EMBEDDED.iter().filter(|snapshot| snapshot.schema == schema.as_str());
    let mut releases: Vec<_> = of_schema.map(|snapshot| snapshot.release).collect();
    releases.sort_by_key(|release| numbers(release));
    releases
}

/// The snapshot of a release's schema, if this crate carries it.
#[must_use]
pub fn find(release: &str, schema: SchemaName) -> Option<Embedded> {
    EMBEDDED.iter().find(|it| it.release == release && it.schema == schema.as_str()).copied()
}

/// Why there is no schema of a range of releases.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MergedError {
    /// A snapshot could not be read.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// The releases could not be merged.
    #[error(transparent)]
    Merge(#[from] MergeError),
}

/// One schema of all releases of which there are snapshots: that of the bindings.
///
/// # Errors
/// When a snapshot cannot be read, or the releases cannot be merged.
pub fn merged(schema: SchemaName) -> Result<Schema, MergedError> {
    let snapshots = releases(schema).into_iter().filter_map(|release| find(release, schema));
    let schemas = snapshots.map(|snapshot| snapshot.load()).collect::<Result<Vec<_>, _>>()?;
    Ok(merge(&schemas, &merge_rules(schema))?)
}

/// What is decided about changes of QEMU's schemas that cannot be merged by themselves.
#[must_use]
pub fn merge_rules(schema: SchemaName) -> Rules<'static> {
    match schema {
        SchemaName::Qmp => Rules { default_branches: DEFAULT_BRANCHES, replacements: REPLACEMENTS },
        SchemaName::StorageDaemon => Rules { replacements: REPLACEMENTS, ..Rules::default() },
        SchemaName::Qga => Rules::default(),
    }
}

/// Resolves the schema in a snapshot's text. `path` names it in errors.
///
/// # Errors
/// When the text is not a snapshot, or breaks a rule of schemas.
pub fn read(path: &std::path::Path, text: &str) -> Result<Schema, SnapshotError> {
    read::read(path, text, None)
}

/// The snapshot of a schema.
#[must_use]
pub fn write(schema: &Schema, name: SchemaName) -> String {
    write::write(schema, name)
}
