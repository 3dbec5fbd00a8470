//! Which releases have something, of a schema that was merged from several.
//!
//! What is said stays true where the schema was not merged from each of QEMU's releases: of what came or went between two that
//! do not follow one another, both are named.

use qapi_schema::release::is_newer;
use qapi_schema::{Feature, ReleaseSet, Schema};

use super::docs::Dated;
use super::planner::Planner;

/// The last minor release of QEMU's major ones: one release every four months (`docs/about/releases`).
const LAST_MINOR: u32 = 2;

impl Planner<'_> {
    /// From when on something is there: what the merge knows, and beside it what the documentation says. Of a part, the former is
    /// told if not all releases that have the `whole` have it.
    ///
    /// A date that the facts confirm is not told again.
    pub(super) fn dated<'d>(
        &self,
        since: Option<&'d str>,
        releases: ReleaseSet,
        whole: Option<ReleaseSet>,
    ) -> Dated<'d> {
        let words = Words { schema: self.schema };
        let all = self.schema.releases();
        let first = releases.runs().next().map(|(first, _)| first);
        let is_told = !all.is_empty() && whole.is_none_or(|whole| !releases.is_superset(whole));
        let is_first =
            |since: &str| first.is_some_and(|first| first > 0 && words.series(first) == series(since));
        Dated {
            releases: is_told.then(|| words.availability(releases)),
            since: since.filter(|since| !(is_told && is_first(since))),
            is_documentation: since.is_some_and(|since| {
                let dated_later =
                    first.and_then(|first| all.get(first)).is_some_and(|it| is_newer(since, it));
                dated_later || is_told && first > Some(0)
            }),
        }
    }

    /// Why something is not to be used any more, if so.
    pub(super) fn deprecation(&self, features: &[Feature], releases: ReleaseSet) -> Option<String> {
        let words = Words { schema: self.schema };
        let is_deprecated = features.iter().any(|feature| feature.name == "deprecated");
        words.removal(releases).or_else(|| {
            is_deprecated.then(|| match self.schema.release() {
                Some(release) => format!("deprecated as of QEMU {release}"),
                None => "deprecated by the schema".to_owned(),
            })
        })
    }

    /// The first and the last of the releases that follow one another, for the code.
    pub(super) fn runs(&self, releases: ReleaseSet) -> Vec<(String, String)> {
        let name = |index: usize| self.schema.releases().get(index).map(ToString::to_string);
        releases.runs().filter_map(|(first, last)| Some((name(first)?, name(last)?))).collect()
    }

    /// The same for a part; nothing if they are those of the whole.
    pub(super) fn part_runs(&self, releases: ReleaseSet, whole: ReleaseSet) -> Vec<(String, String)> {
        if releases.is_superset(whole) { Vec::new() } else { self.runs(releases) }
    }
}

struct Words<'s> {
    schema: &'s Schema,
}

impl Words<'_> {
    fn availability(&self, releases: ReleaseSet) -> String {
        let last = self.schema.releases().len().saturating_sub(1);
        match releases.runs().collect::<Vec<_>>()[..] {
            [(0, end)] if end == last => format!("QEMU {}", self.span(0, end)),
            [(0, end)] => self.removed_behind(end),
            [(start, end)] if end == last => self.since(start),
            [(start, end)] => format!("{}, {}", self.since(start), self.removed_behind(end)),
            ref runs => {
                let spans: Vec<_> = runs.iter().map(|&(start, end)| self.span(start, end)).collect();
                format!("QEMU {}", spans.join(" and "))
            }
        }
    }

    /// That something is gone, if it is.
    fn removal(&self, releases: ReleaseSet) -> Option<String> {
        let last = self.schema.releases().len().checked_sub(1)?;
        let (_, end) = releases.runs().last()?;
        (end < last).then(|| self.removed_behind(end))
    }

    fn since(&self, index: usize) -> String {
        let Some(before) = index.checked_sub(1) else { return format!("since QEMU {}", self.series(index)) };
        match self.is_next(before) {
            true => format!("since QEMU {}", self.series(index)),
            false => format!("since QEMU {} or before, not in {}", self.series(index), self.series(before)),
        }
    }

    fn removed_behind(&self, index: usize) -> String {
        match self.is_next(index) {
            true => format!("removed in QEMU {}", self.series(index + 1)),
            false => {
                let (next, here) = (self.series(index + 1), self.series(index));
                format!("removed in QEMU {next} or before, still in {here}")
            }
        }
    }

    fn span(&self, start: usize, end: usize) -> String {
        match start == end {
            true => self.series(start),
            false => format!("{} – {}", self.series(start), self.series(end)),
        }
    }

    /// The release of a place, without the number of its fixes.
    fn series(&self, index: usize) -> String {
        self.schema.releases().get(index).map(|release| series(release)).unwrap_or_default()
    }

    /// Whether there was no release between that of a place and the next one of the schema.
    fn is_next(&self, index: usize) -> bool {
        let numbers = |index| {
            let series = self.series(index);
            let (major, minor) = series.split_once('.')?;
            Some((major.parse::<u32>().ok()?, minor.parse::<u32>().ok()?))
        };
        match (numbers(index), numbers(index + 1)) {
            (Some((major, minor)), Some(next)) if minor < LAST_MINOR => next == (major, minor + 1),
            (Some((major, _)), Some(next)) => next == (major + 1, 0),
            _ => false,
        }
    }
}

/// A release without the number of its fixes.
fn series(release: &str) -> String {
    release.split('.').take(2).collect::<Vec<_>>().join(".")
}
