//! One schema of a range of releases: what clients need that speak to servers of any of them.
//!
//! ```
//! use std::path::Path;
//! use qapi_schema::merge::{Rules, merge};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let schema = |release, text| -> Result<_, Box<dyn std::error::Error>> {
//!     let ast = qapi_parser::parse_text(Path::new("point.json"), text, &Default::default())?;
//!     Ok(qapi_schema::from_ast(ast, Some(release))?)
//! };
//! let old = schema("8.0", "{ 'command': 'go', 'data': { 'x': 'int' } } { 'command': 'stop' }")?;
//! let new = schema("9.0", "{ 'command': 'go', 'data': { '*x': 'int', 'y': 'int' } }")?;
//! let merged = merge(&[old, new], &Rules::default())?;
//! assert_eq!((merged.releases(), merged.release()), (&["8.0".into(), "9.0".into()][..], Some("9.0")));
//! let [go, stop] = merged.commands() else { unreachable!() };
//! let members = merged.members(go.arguments.ok_or("no arguments")?);
//! assert!(members.iter().all(|member| member.optional));
//! assert_eq!(stop.entity.releases.runs().collect::<Vec<_>>(), [(0, 0)]);
//! # Ok(())
//! # }
//! ```
//!
//! The result is a [`Schema`] like any other, of which each entity and part also knows the releases that have it
//! ([`Entity::releases`](crate::Entity), [`Schema::releases`]). The rules:
//!
//! - Commands, events, types, members, values, branches and alternatives of every release are there.
//! - What is in several releases is as in the newest of them: its module, its flags, features and conditions, the dates in its
//!   documentation. Comments are in none: they describe one release.
//! - A type that is gone where a new one has taken its places is one with that type, and has its name.
//! - A member is mandatory if it is mandatory in each of the releases that have its type or command. So a client that receives it
//!   can rely on it, and one that sends it is not asked for what some release does not know. A condition that another release
//!   did not have, or had differently, makes it optional too.
//! - A member takes the newest type, but for numbers, which take the widest, and values that could be of more JSON types than
//!   now. An enum and text are read alike, for enums are open.
//! - Where a type took the place of another that stays, it is made to read what the other had: what the other lacks becomes
//!   optional. What it lacks of the other would be lost, which takes a rule ([`Rules::replacements`]).
//! - A struct that became a union has its members beside the branches, unless branches have them. If it had no tag, a rule says
//!   which branch it was ([`Rules::default_branches`]).
//! - Arguments, data and results that come and go are objects without mandatory members.
//!
//! What cannot be had so, such as a number that became text, is a [`Conflict`], which names both places.

mod conflict;
mod entry;
mod finish;
mod members;
mod objects;
mod pairs;
mod rename;
mod step;
mod types;

use qapi_parser::Report;
use qapi_parser::source::Sources;
use smol_str::SmolStr;

use crate::release::numbers;
use crate::{ReleaseSet, Schema};

use conflict::Conflicts;
pub use conflict::{Conflict, Place};
use entry::Files;

/// What is decided about changes that cannot be merged by themselves. Each rule has a reason, and one that resolves nothing
/// is a mistake ([`MergeError::UnusedRules`]).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rules<'a> {
    /// Unions that were structs without the tag.
    pub default_branches: &'a [DefaultBranch<'a>],
    /// Types that took the place of others and read less than these had.
    pub replacements: &'a [Replacement<'a>],
}

/// A struct became a union, and had no member that says which branch it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DefaultBranch<'a> {
    /// The union.
    pub union: &'a str,
    /// The branch that is meant where the tag is absent.
    pub branch: &'a str,
    /// Why that is so.
    pub reason: &'a str,
}

/// A type took the place of another one and does not have all of its members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replacement<'a> {
    /// The type that was there.
    pub old: &'a str,
    /// The type that is there now.
    pub new: &'a str,
    /// Why nothing is lost that matters.
    pub reason: &'a str,
}

/// Why schemas could not be merged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MergeError {
    /// There is no schema.
    #[error("there is no schema to merge")]
    Nothing,
    /// A schema does not say of which release it is.
    #[error("a schema that is merged must be of a known release")]
    NoRelease,
    /// A release is not newer than the one in front of it.
    #[error("releases are merged from the oldest to the newest, and {second} comes behind {first}")]
    Order {
        /// The one in front.
        first: SmolStr,
        /// The other one.
        second: SmolStr,
    },
    /// There are more releases than can be told apart.
    #[error("{0} releases cannot be merged, {max} can", max = ReleaseSet::MAX_RELEASES)]
    TooMany(usize),
    /// Releases differ in what cannot be merged.
    #[error("{}", lines(.0))]
    Conflicts(Vec<Conflict>),
    /// There is nothing that these rules are about.
    #[error("rules that resolve nothing: {}", .0.join(", "))]
    UnusedRules(Vec<String>),
    /// All that is in the releases breaks a rule of schemas if it is taken together.
    #[error(transparent)]
    Refused(#[from] Box<Report>),
}

fn lines(conflicts: &[Conflict]) -> String {
    conflicts.iter().map(Conflict::to_string).collect::<Vec<_>>().join("\n")
}

/// Merges schemas of different releases, the oldest first.
///
/// # Errors
/// When they are not in order, when they differ in what cannot be merged, or when a rule is about nothing.
pub fn merge(schemas: &[Schema], rules: &Rules<'_>) -> Result<Schema, MergeError> {
    let releases = releases(schemas)?;
    let mut sources = Sources::default();
    let mut conflicts = Conflicts::new(&releases, rules);
    let mut merged = None;
    for (number, schema) in schemas.iter().enumerate() {
        let newer = Files::add(schema, number, &mut sources).entries();
        conflicts.files_until(number, sources.iter().count());
        merged = Some(match merged {
            None => newer,
            Some(older) => step::step(older, newer, rules, &mut conflicts),
        });
    }
    conflicts.finish(&sources)?;
    let schemas_rules = schemas.iter().map(|schema| schema.rules);
    Ok(finish::finish(merged.unwrap_or_default(), sources, releases, schemas_rules)?)
}

/// The releases of schemas, which must be in order.
fn releases(schemas: &[Schema]) -> Result<Vec<SmolStr>, MergeError> {
    let releases: Option<Vec<SmolStr>> =
        schemas.iter().map(|schema| schema.release().map(SmolStr::from)).collect();
    let releases = releases.ok_or(MergeError::NoRelease)?;
    if releases.is_empty() {
        return Err(MergeError::Nothing);
    }
    if releases.len() > ReleaseSet::MAX_RELEASES {
        return Err(MergeError::TooMany(releases.len()));
    }
    match releases.windows(2).find(|pair| numbers(&pair[0]) >= numbers(&pair[1])) {
        Some(pair) => Err(MergeError::Order { first: pair[0].clone(), second: pair[1].clone() }),
        None => Ok(releases),
    }
}
