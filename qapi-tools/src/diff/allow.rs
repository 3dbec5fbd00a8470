//! Changes that somebody looked at and accepts.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use qapi_schema::diff::Change;
use serde::de::{Deserialize, Deserializer, Error as _};

use crate::error::Error;

/// The entries of an allow-file. By default there is none.
#[derive(Debug, Default)]
pub(crate) struct AllowFile {
    path: PathBuf,
    entries: Vec<(usize, Entry)>,
}

/// A change that is allowed, why, and until when.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    code: String,
    path: String,
    pub(super) reason: String,
    /// The last day on which it is.
    #[serde(default, deserialize_with = "date")]
    expires: Option<Date>,
}

/// A date, or what one looks like.
fn date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let wrong = |_| D::Error::custom(format!("'expires' is '{text}', and not a day such as 2030-12-31"));
    text.parse().map(Some).map_err(wrong)
}

impl AllowFile {
    /// Reads a file of JSON lines. Empty lines are passed over.
    pub(super) fn read(path: &Path) -> Result<Self, Error> {
        let text = fs::read_to_string(path).map_err(|source| Error::Io {
            action: "read",
            path: path.to_owned(),
            source,
        })?;
        let mut entries = Vec::new();
        for (line, text) in (1..).zip(text.lines()).filter(|(_, text)| !text.trim().is_empty()) {
            let wrong = |reason: String| Error::AllowFile { path: path.to_owned(), line, reason };
            let entry: Entry = serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
            if entry.reason.trim().is_empty() {
                return Err(wrong("the reason is empty: say why the change is allowed".to_owned()));
            }
            entries.push((line, entry));
        }
        Ok(Self { path: path.to_owned(), entries })
    }

    /// What allows a change today, if anything does.
    pub(super) fn find(&self, change: &Change, today: Date) -> Option<&Entry> {
        let path = change.path.to_string();
        let entries = self.entries.iter().map(|(_, entry)| entry);
        entries.filter(|entry| !entry.is_expired(today)).find(|entry| entry.is_about(change, &path))
    }

    /// What is to be said of entries that are expired or about nothing that changed.
    pub(super) fn remarks(&self, changes: &[&Change], today: Date) -> Vec<String> {
        let paths: Vec<(&Change, String)> =
            changes.iter().map(|&change| (change, change.path.to_string())).collect();
        let remark = |(line, entry): &(usize, Entry)| {
            let Entry { code, path, .. } = entry;
            let what = if !paths.iter().any(|(change, path)| entry.is_about(change, path)) {
                "is no change between the two".to_owned()
            } else {
                let expires = entry.expires.filter(|_| entry.is_expired(today))?;
                format!("was allowed until {expires}")
            };
            Some(format!("{}:{line}: {code} {path} {what}", self.path.display()))
        };
        self.entries.iter().filter_map(remark).collect()
    }
}

impl Entry {
    fn is_about(&self, change: &Change, path: &str) -> bool {
        self.code == change.code.as_str() && self.path == path
    }

    fn is_expired(&self, today: Date) -> bool {
        self.expires.is_some_and(|last| today > last)
    }
}
