//! Things that a test needs and a machine may lack.

/// The variable under which a missing requirement fails a test instead of skipping it. CI sets it to `1`.
const STRICT: &str = "QMP_REQUIRE_ALL";

/// A thing that a test needs.
#[derive(Debug)]
pub struct Requirement<T> {
    /// The thing, if it is there.
    pub found: Option<T>,
    /// Its name.
    pub name: String,
}

/// What a test needs, or `None`, said aloud, if the test is to be skipped.
///
/// # Panics
/// When it is missing and the environment says that nothing may be.
pub fn required<T>(requirement: Requirement<T>) -> Option<T> {
    let Requirement { found, name } = requirement;
    if found.is_none() {
        let strict = std::env::var_os(STRICT).is_some_and(|value| value == "1");
        assert!(!strict, "{name} is missing, and {STRICT}=1 forbids to skip the test");
        say(&format!("skipped: {name} is missing"));
    }
    found
}

/// Past the capture of test output: a test that did not run must not look like one that did.
fn say(text: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "{text}");
}
