//! QEMU releases, as texts such as `10.2.2`.

/// Whether one release is newer than another, by number and not by text.
#[must_use]
pub fn is_newer(release: &str, than: &str) -> bool {
    numbers(release) > numbers(than)
}

/// The numbers of a release; what is no number counts as 0.
pub(crate) fn numbers(release: &str) -> Vec<u32> {
    release.split('.').map(|number| number.parse().unwrap_or(0)).collect()
}

/// Whether a text is a release: it becomes the name of a folder and part of generated code.
pub(crate) fn is_release(text: &str) -> bool {
    text.len() <= 32
        && text.starts_with(|first: char| first.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'+' | b'_'))
        && !text.contains("..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_have_an_order() {
        assert!(is_newer("10.0.0", "9.2.4"));
        assert!(is_newer("9.2.4", "9.2"));
        assert!(!is_newer("7.2.0", "7.2.0"));
    }

    #[test]
    fn a_release_cannot_leave_its_folder() {
        assert!(is_release("10.2.2") && is_release("11.0.0-rc1"));
        for text in ["", "../1", "1/../2", "v1", "1..2", "1\n2", "1\"; evil"] {
            assert!(!is_release(text), "{text}");
        }
    }
}
