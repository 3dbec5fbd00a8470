//! QEMU releases: dotted numbers such as `10.2.2`.

/// Whether one release is newer than another, by number and not by text. `9.1` and `9.1.0` are the same.
#[must_use]
pub fn is_newer(release: &str, than: &str) -> bool {
    numbers(release) > numbers(than)
}

/// The numbers of a release, without zeros at the end.
pub(crate) fn numbers(release: &str) -> Vec<u32> {
    let mut numbers: Vec<u32> = release.split('.').map(|number| number.parse().unwrap_or(0)).collect();
    while numbers.last() == Some(&0) {
        numbers.pop();
    }
    numbers
}

/// Whether a text is a release: two numbers or more. It becomes the name of a folder and part of generated code.
#[must_use]
pub fn is_release(text: &str) -> bool {
    let is_number =
        |part: &str| part.bytes().all(|byte| byte.is_ascii_digit()) && part.parse::<u32>().is_ok();
    text.contains('.') && text.len() <= 32 && text.split('.').all(is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_have_an_order() {
        assert!(is_newer("10.0.0", "9.2.4"));
        assert!(is_newer("9.2.4", "9.2"));
        assert!(!is_newer("9.2.0", "9.2") && !is_newer("9.2", "9.2.0"));
    }

    #[test]
    fn what_is_no_release_is_told_apart() {
        assert!(is_release("10.2.2") && is_release("7.2"));
        for text in [
            "",
            "9",
            "1.",
            ".1",
            "../1",
            "1/../2",
            "v1.0",
            "1..2",
            "1.0\n2",
            "1.0\"",
            "10.2.2-rc1",
            "99999999999.0",
        ] {
            assert!(!is_release(text), "{text}");
        }
    }
}
