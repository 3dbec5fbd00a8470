//! How values are spelled in JSON: with white space between tokens and escapes in strings.

use std::fmt::Write;

use serde_json::Value;

use crate::random::Random;

/// Spells a value.
pub(super) fn value(random: &mut Random, value_: &Value) -> String {
    match value_ {
        Value::String(text) => string(random, text),
        Value::Array(elements) => {
            let texts: Vec<_> = elements.iter().map(|element| value(random, element)).collect();
            array(random, texts.iter().map(String::as_str))
        }
        Value::Object(members) => {
            let texts: Vec<_> =
                members.iter().map(|(name, member)| (name.as_str(), value(random, member))).collect();
            object(random, texts.iter().map(|(name, text)| (*name, text.as_str())))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value_.to_string(),
    }
}

/// Spells an array of values that are spelled already.
pub(super) fn array<'t>(random: &mut Random, elements: impl Iterator<Item = &'t str>) -> String {
    let mut text = String::from("[");
    for (index, element) in elements.enumerate() {
        text.push_str(if index == 0 { "" } else { "," });
        text.push_str(space(random));
        text.push_str(element);
        text.push_str(space(random));
    }
    text.push(']');
    text
}

/// Spells an object of values that are spelled already.
pub(super) fn object<'t>(random: &mut Random, members: impl Iterator<Item = (&'t str, &'t str)>) -> String {
    let members: Vec<String> = members
        .map(|(name, text)| format!("{}{}:{}{text}", string(random, name), space(random), space(random)))
        .collect();
    let list = array(random, members.iter().map(String::as_str));
    format!("{{{}}}", &list[1..list.len() - 1])
}

/// Mostly none, as real servers do.
fn space(random: &mut Random) -> &'static str {
    const SPACES: [&str; 4] = [" ", "\n", "\t", "\r\n    "];
    if random.once_in(8) { SPACES[random.below(SPACES.len())] } else { "" }
}

fn string(random: &mut Random, text: &str) -> String {
    let escapes_all = random.once_in(8);
    let mut spelled = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => spelled.extend(['\\', character]),
            '\n' if !escapes_all => spelled.push_str("\\n"),
            _ if escapes_all || character < ' ' => {
                let mut units = [0; 2];
                for unit in character.encode_utf16(&mut units) {
                    let _ = write!(spelled, "\\u{unit:04x}");
                }
            }
            _ => spelled.push(character),
        }
    }
    spelled.push('"');
    spelled
}
