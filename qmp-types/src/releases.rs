//! The releases that have something.

/// The releases that have a command, an event, or something else in a schema, as runs of releases that follow one another.
///
/// The bindings of this crate are those of a range of releases. Which of them have what is known from their schemas, not from
/// what the documentation says.
///
/// ```
/// use qmp_types::Releases;
///
/// const GONE: Releases = Releases::of(&[("7.2.0", "8.1.0")]);
/// assert!(GONE.contain("7.2.22") && GONE.contain("8.0") && !GONE.contain("8.2.0"));
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Releases {
    runs: &'static [(&'static str, &'static str)],
}

impl Releases {
    /// Nothing is known: the bindings are those of one release.
    pub const UNKNOWN: Self = Self { runs: &[] };

    /// Those from the first to the last of each pair, oldest first.
    #[must_use]
    pub const fn of(runs: &'static [(&'static str, &'static str)]) -> Self {
        Self { runs }
    }

    /// The first and the last release of each run, oldest first; none if nothing is known.
    #[must_use]
    pub const fn runs(self) -> &'static [(&'static str, &'static str)] {
        self.runs
    }

    /// Whether a release such as `8.2` or `8.2.1` is among them. What the third number says is not looked at: a schema does not
    /// change from `8.2.0` to `8.2.1`.
    #[must_use]
    pub fn contain(self, release: &str) -> bool {
        let series = series(release);
        self.runs.iter().any(|(first, last)| (self::series(first)..=self::series(last)).contains(&series))
    }
}

/// The first two numbers of a release.
fn series(release: &str) -> [u32; 2] {
    let mut numbers = release.split('.').map(|number| number.parse().unwrap_or(0));
    [numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)]
}
