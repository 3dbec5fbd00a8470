//! Arbitrary values of the types that every schema has.

use serde_json::{Number, Value};

use crate::random::Random;

/// Text that needs care: what JSON escapes, what takes several bytes, what looks like something else.
const STRINGS: [&str; 12] = [
    "",
    "disk0",
    "null",
    "{\"a\":1}",
    "back\\slash \"quote\" /slash/",
    "\0\u{1}\u{8}\t\n\u{c}\r\u{1f}\u{7f}",
    "äöü ß",
    "日本語",
    "😀 \u{10ffff}",
    "\u{feff}\u{2028}\u{2029}\u{fffd}",
    "a\u{301}",
    " spaces ",
];

/// Numbers, as they may be written. One without a fraction is written like an integer.
const NUMBERS: [&str; 12] = [
    "0",
    "-0.0",
    "-1",
    "17",
    "0.1",
    "1e3",
    "-2.5E-7",
    "1e300",
    "5e-324",
    "1.7976931348623157e308",
    "123456789012345678",
    "18446744073709551615",
];

/// How deep arbitrary JSON nests.
const DEPTH: usize = 3;

pub(super) fn string(random: &mut Random) -> String {
    match random.once_in(4) {
        true => char::from_u32((random.bits() % 0x11_0000) as u32).map_or_else(String::new, String::from),
        false => (*random.pick(&STRINGS)).to_owned(),
    }
}

/// An integer of a range: often one at its ends, or at those of the types that integers are read through.
pub(super) fn integer(random: &mut Random, least: i128, most: i128) -> Value {
    let edges =
        [least, least + 1, -1, 0, 1, 1 << 53, i64::MAX.into(), i128::from(i64::MAX) + 1, most - 1, most];
    let edges: Vec<i128> = edges.into_iter().filter(|edge| (least..=most).contains(edge)).collect();
    let integer = match random.once_in(2) {
        true => least + i128::from(random.bits()) % (most - least + 1),
        false => *random.pick(&edges),
    };
    Number::from_i128(integer).map_or(Value::Null, Value::Number)
}

/// The text of a number.
pub(super) fn number(random: &mut Random) -> String {
    match random.once_in(2) {
        true => (*random.pick(&NUMBERS)).to_owned(),
        false => (random.bits() as f64 / 4096.0).to_string(),
    }
}

/// Any JSON value.
pub(super) fn any(random: &mut Random) -> Value {
    any_nested(random, DEPTH)
}

fn any_nested(random: &mut Random, depth: usize) -> Value {
    let kinds = if depth == 0 { 5 } else { 7 };
    let length = random.below(3);
    match random.below(kinds) {
        0 => Value::Null,
        1 => random.once_in(2).into(),
        2 => string(random).into(),
        3 => integer(random, i64::MIN.into(), u64::MAX.into()),
        4 => serde_json::from_str(&number(random)).unwrap_or_default(),
        5 => (0..length).map(|_| any_nested(random, depth - 1)).collect(),
        _ => (0..length).map(|_| (string(random), any_nested(random, depth - 1))).collect(),
    }
}
