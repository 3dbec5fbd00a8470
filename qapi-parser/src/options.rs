//! What the caller may choose.

/// How a schema is to be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// The dialect of its documentation comments.
    pub dialect: Dialect,
    /// Whether the style of documentation text is held to QEMU's rules too: at most 70 characters a line, and two spaces
    /// between sentences. QEMU 10.2 and later refuse what breaks them; the meaning of a schema does not depend on it.
    pub check_style: bool,
}

/// The dialect of documentation comments.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// That of QEMU 9.1 and later: the tags `Returns`, `Errors`, `Since`, `TODO` and `Features`, continuation lines
    /// indented, everything else reStructuredText. `Note:` and `Example:` are errors.
    #[default]
    Modern,
    /// That of QEMU up to 9.0: `Note:`, `Notes:`, `Example:` and `Examples:` are sections, the text under a tag that
    /// stands alone need not be indented, and in free-form blocks `= Title` begins a further block.
    Legacy,
}

impl Dialect {
    /// The dialect of a QEMU release, given as its tree's `VERSION` file has it (`7.2.0`). Modern where the text is
    /// no release.
    ///
    /// The line lies at 9.1: that release is the first to refuse `Note:` and `Example:` sections, which the schemas
    /// of 9.0 still use.
    #[must_use]
    pub fn for_release(version: &str) -> Self {
        let mut numbers = version.trim().split('.').map(str::parse::<u32>);
        match (numbers.next(), numbers.next()) {
            (Some(Ok(major)), Some(Ok(minor))) if (major, minor) < (9, 1) => Self::Legacy,
            _ => Self::Modern,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Dialect;

    #[test]
    fn the_dialect_follows_the_release() {
        for (version, dialect) in [
            ("7.2.0\n", Dialect::Legacy),
            ("9.0.4", Dialect::Legacy),
            ("9.1.0", Dialect::Modern),
            ("10.2.2", Dialect::Modern),
            ("main", Dialect::Modern),
            ("", Dialect::Modern),
        ] {
            assert_eq!(Dialect::for_release(version), dialect, "{version:?}");
        }
    }
}
