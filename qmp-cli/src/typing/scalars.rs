//! Numbers, sizes and truth values as people write them.

use serde_json::{Number, Value};

/// A whole number, decimal or with `0x`, `0o` or `0b` in front, which QMP can transport: from -2^63 to 2^64-1.
pub(crate) fn integer(text: &str) -> Option<Number> {
    let (is_negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let magnitude = unsigned(digits)?;
    if !is_negative {
        return Some(magnitude.into());
    }
    0_i64.checked_sub_unsigned(magnitude).map(Number::from)
}

fn unsigned(text: &str) -> Option<u64> {
    let (digits, radix) = match text.as_bytes() {
        [b'0', b'x' | b'X', ..] => (&text[2..], 16),
        [b'0', b'o' | b'O', ..] => (&text[2..], 8),
        [b'0', b'b' | b'B', ..] => (&text[2..], 2),
        _ => (text, 10),
    };
    // Rust's own reading lets a sign stand in front.
    let is_plain = digits.chars().all(|digit| digit.is_digit(radix));
    is_plain.then(|| u64::from_str_radix(digits, radix).ok())?
}

/// A number of bytes: a whole number, or a decimal one with a suffix of powers of 1024 (`K`, `M`, `G`, `T`, `P`, `E`).
/// A part of a byte is dropped.
pub(crate) fn size(text: &str) -> Option<Number> {
    if let Some(plain) = integer(text) {
        return Some(plain);
    }
    let suffix = text.chars().next_back()?.to_ascii_uppercase();
    let power = "KMGTPE".find(suffix)? + 1;
    let digits = &text[..text.len() - 1];
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let unit = 1_u128 << (10 * power);
    let whole = u128::from(decimal(whole)?).checked_mul(unit)?;
    // Ten to this power times the largest unit is below 2^128.
    let fraction = fraction.get(..18).unwrap_or(fraction);
    let scale = 10_u128.pow(u32::try_from(fraction.len()).ok()?);
    let bytes = whole + u128::from(decimal(fraction)?) * unit / scale;
    u64::try_from(bytes).ok().map(Number::from)
}

fn decimal(digits: &str) -> Option<u64> {
    digits.bytes().all(|digit| digit.is_ascii_digit()).then(|| digits.parse().ok())?
}

/// A number, whole or not.
pub(crate) fn number(text: &str) -> Option<Number> {
    integer(text).or_else(|| Number::from_f64(text.parse().ok()?))
}

/// A truth value, in the words that QEMU's command line takes.
pub(crate) fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "on" | "yes" | "y" => Some(true),
        "false" | "off" | "no" | "n" => Some(false),
        _ => None,
    }
}

/// A value of which nothing is known: JSON if it is that, else a string.
pub(crate) fn guessed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}

#[cfg(test)]
mod tests {
    use super::{integer, number, size};

    #[track_caller]
    fn reads(number: Option<serde_json::Number>, text: &str) {
        assert_eq!(number.map(|number| number.to_string()).as_deref(), Some(text));
    }

    #[test]
    fn whole_numbers() {
        reads(integer("0x10"), "16");
        reads(integer("-0b101"), "-5");
        reads(integer("+007"), "7");
        reads(integer("18446744073709551615"), "18446744073709551615");
        reads(integer("-9223372036854775808"), "-9223372036854775808");
        for text in
            ["", "-", "--1", "+-1", "0x", "0x-1", "1.0", "1e3", "4G", " 1", "18446744073709551616", "é"]
        {
            assert_eq!(integer(text), None, "{text}");
        }
        assert_eq!(integer("-9223372036854775809"), None);
    }

    #[test]
    fn sizes() {
        reads(size("0x10"), "16");
        reads(size("4G"), "4294967296");
        reads(size("1.5k"), "1536");
        reads(size("0.3333333333333333333333M"), "349525");
        reads(size("15E"), "17293822569102704640");
        for text in [
            "G",
            "",
            "16E",
            "-1K",
            "1.K ",
            "4GB",
            "4B",
            "4GiB",
            "1.-5K",
            "1é",
            "99999999999999999999K",
            "1.5",
        ] {
            assert_eq!(size(text), None, "{text}");
        }
    }

    #[test]
    fn numbers() {
        reads(number("1.5"), "1.5");
        reads(number("3"), "3");
        reads(number("1e3"), "1000.0");
        for text in ["", "inf", "nan", "x"] {
            assert_eq!(number(text), None, "{text}");
        }
    }
}
