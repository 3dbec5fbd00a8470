//! What cannot be merged, and where.

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;

use qapi_parser::source::{Sources, Span};
use smol_str::SmolStr;

use super::{MergeError, Rules};

/// A difference of two releases that cannot be merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// What differs, in words.
    pub what: String,
    /// What it is in the older release.
    pub older: Place,
    /// What it is in the newer one.
    pub newer: Place,
}

/// Something in a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// What is there.
    pub what: String,
    /// The release.
    pub release: SmolStr,
    /// The file: of a QEMU tree, or a snapshot.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: u32,
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "can't merge {}: {} and {}", self.what, self.older, self.newer)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, release, path, line } = self;
        write!(f, "{what} in QEMU {release} ({}:{line})", path.display())
    }
}

/// What was found so far, and which rules helped.
pub(super) struct Conflicts<'a> {
    releases: &'a [SmolStr],
    rules: &'a Rules<'a>,
    found: Vec<(String, [(String, Span); 2])>,
    /// For each release: how many files there are up to it.
    files: Vec<usize>,
    used_defaults: BTreeSet<usize>,
    used_replacements: BTreeSet<usize>,
}

impl<'a> Conflicts<'a> {
    pub(super) fn new(releases: &'a [SmolStr], rules: &'a Rules<'a>) -> Self {
        Self {
            releases,
            rules,
            found: Vec::new(),
            files: Vec::new(),
            used_defaults: BTreeSet::new(),
            used_replacements: BTreeSet::new(),
        }
    }

    /// Says how many files there are once those of a release are added.
    pub(super) fn files_until(&mut self, release: usize, files: usize) {
        self.files.resize(release + 1, files);
    }

    pub(super) fn add(&mut self, what: impl Into<String>, older: (String, Span), newer: (String, Span)) {
        self.found.push((what.into(), [older, newer]));
    }

    /// The branch that values of a union without its tag are of, if a rule says so.
    pub(super) fn default_branch(&mut self, union: &str) -> Option<&'a str> {
        let index = self.rules.default_branches.iter().position(|rule| rule.union == union)?;
        self.used_defaults.insert(index);
        Some(self.rules.default_branches[index].branch)
    }

    /// Whether a rule says that what is lost by a replacement does not matter.
    pub(super) fn may_replace(&mut self, old: &str, new: &str) -> bool {
        let rule = self.rules.replacements.iter().position(|rule| rule.old == old && rule.new == new);
        self.used_replacements.extend(rule);
        rule.is_some()
    }

    /// All conflicts or else all unused rules as an error, if there are any.
    pub(super) fn finish(self, sources: &Sources) -> Result<(), MergeError> {
        let place = |(what, span): (String, Span)| {
            let source = sources.get(span.source);
            let file = usize::try_from(span.source.number()).unwrap_or(usize::MAX);
            let release = self.files.partition_point(|&files| files <= file);
            Place {
                what,
                release: self.releases.get(release).cloned().unwrap_or_default(),
                path: source.path().to_owned(),
                line: source.line(span.start),
            }
        };
        if !self.found.is_empty() {
            let conflict = |(what, [older, newer]): (String, [(String, Span); 2])| Conflict {
                what,
                older: place(older),
                newer: place(newer),
            };
            return Err(MergeError::Conflicts(self.found.into_iter().map(conflict).collect()));
        }
        let defaults = self.rules.default_branches.iter().enumerate();
        let defaults = defaults.filter(|(index, _)| !self.used_defaults.contains(index));
        let replacements = self.rules.replacements.iter().enumerate();
        let replacements = replacements.filter(|(index, _)| !self.used_replacements.contains(index));
        let unused: Vec<String> = defaults
            .map(|(_, rule)| format!("default branch {} of {}", rule.branch, rule.union))
            .chain(replacements.map(|(_, rule)| format!("{} in the place of {}", rule.new, rule.old)))
            .collect();
        if unused.is_empty() { Ok(()) } else { Err(MergeError::UnusedRules(unused)) }
    }
}
