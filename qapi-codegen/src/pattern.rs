//! Patterns for the schema's names.

use std::fmt;

/// A name in which `*` stands for any text, also for none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern(String);

impl Pattern {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The name that it stands for, if it stands for one only.
    pub(crate) fn exact(&self) -> Option<&str> {
        (!self.0.contains('*')).then_some(self.0.as_str())
    }

    /// Whether it stands for a name.
    pub(crate) fn matches(&self, name: &str) -> bool {
        let Some((start, rest)) = self.0.split_once('*') else { return self.0 == name };
        let (middle, end) = rest.rsplit_once('*').unwrap_or(("", rest));
        let inner = name.strip_prefix(start).and_then(|name| name.strip_suffix(end));
        // The first place at which a part is found leaves most for the parts behind it.
        let after = |left: &'_ str, part: &str| left.find(part).map(|at| at + part.len());
        inner.is_some_and(|inner| {
            let mut parts = middle.split('*');
            parts.try_fold(inner, |left, part| left.get(after(left, part)?..)).is_some()
        })
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn stars_stand_for_any_text() {
        for (pattern, name, expected) in [
            ("stop", "stop", true),
            ("stop", "stopped", false),
            ("query-*", "query-block", true),
            ("query-*", "query-", true),
            ("query-*", "x-query-block", false),
            ("*", "", true),
            ("**", "a", true),
            ("*-add", "blockdev-add", true),
            ("*-add", "-ad", false),
            ("a*a", "a", false),
            ("a*a", "aa", true),
            ("*Options*Base", "BlockdevOptionsBase", true),
            ("*Options*Base", "BaseOptions", false),
            ("a*b*c*d", "a-b-b-c-c-d", true),
            ("a*b*c*d", "a-c-b-d", false),
            ("*ab*ab*", "xabx", false),
            ("*é*", "aéb", true),
            ("", "", true),
            ("", "a", false),
        ] {
            assert_eq!(Pattern::new(pattern).matches(name), expected, "{pattern} {name}");
        }
    }
}
