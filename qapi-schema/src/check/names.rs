//! The form of names (`docs/devel/qapi-code-gen.rst`, section *Naming rules and reserved names*).

use std::borrow::Cow;

use qapi_parser::Diagnostic;

use crate::definition::{Body, Definition, FeatureDefinition, Head, MemberDefinition, Members, Name};
use crate::pragma::Pragmas;

/// What a name may consist of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    /// `ALL_CAPS`
    Event,
    /// `CamelCase`
    Type,
    /// `lower-case`, which exceptions relax.
    Lower { upper: bool, underscore: bool },
}

/// `lower-case` without exceptions.
const STRICT: Style = Style::Lower { upper: false, underscore: false };

/// Checks the names in a definition.
pub(super) fn check(definition: &Definition, pragmas: &Pragmas) -> Vec<Diagnostic> {
    let is_relaxed = pragmas.member_name_exceptions.contains(&definition.head.name.text);
    let relaxed = Style::Lower { upper: is_relaxed, underscore: is_relaxed };
    let checked = parts(definition).into_iter().filter_map(|part| match part.role {
        Role::Value => enum_value(part.name, relaxed),
        Role::Member => member(part.name, relaxed),
        Role::Argument => member(part.name, STRICT),
        Role::Alternative => styled(part.name, &part.name.text, "an alternative", STRICT),
        Role::Feature => styled(part.name, &part.name.text, "a feature", STRICT),
    });
    checked.collect()
}

/// Checks that all names in a definition are made of the characters of names, whatever their style.
pub(super) fn check_characters(definition: &Definition) -> Vec<Diagnostic> {
    let parts = parts(definition).into_iter().map(|part| (part.name, part.role == Role::Value));
    let names = std::iter::once((&definition.head.name, false)).chain(parts);
    let malformed = names.filter(|(name, is_value)| stem(&as_name(name, *is_value)).is_none());
    malformed
        .map(|(name, _)| invalid(name, "a name is a letter followed by letters, digits, '-' and '_'"))
        .collect()
}

/// What a name inside a definition names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Value,
    /// Of a type.
    Member,
    /// Of a command or an event.
    Argument,
    Alternative,
    Feature,
}

struct Part<'a> {
    role: Role,
    name: &'a Name,
}

/// The names that a definition gives: not those that it refers to, such as those of branches.
fn parts(definition: &Definition) -> Vec<Part<'_>> {
    let mut parts: Vec<Part<'_>> = match &definition.body {
        Body::Enum { values, .. } => {
            values.iter().flat_map(|value| named(Role::Value, &value.name, &value.features)).collect()
        }
        Body::Struct { members, .. } => member_parts(Role::Member, members),
        Body::Union(union) => member_parts(Role::Member, inline(Some(&union.base))),
        Body::Alternate { alternatives } => alternatives
            .iter()
            .flat_map(|alternative| named(Role::Alternative, &alternative.name, &[]))
            .collect(),
        Body::Command(command) => member_parts(Role::Argument, inline(command.arguments.as_ref())),
        Body::Event { data, .. } => member_parts(Role::Argument, inline(data.as_ref())),
    };
    parts.extend(feature_parts(&definition.features));
    parts
}

/// Members that are given on the spot.
fn inline(members: Option<&Members>) -> &[MemberDefinition] {
    match members {
        Some(Members::Inline(members)) => members,
        _ => &[],
    }
}

fn member_parts(role: Role, members: &[MemberDefinition]) -> Vec<Part<'_>> {
    members.iter().flat_map(|member| named(role, &member.name, &member.features)).collect()
}

/// A name and those of the features that belong to it.
fn named<'a>(
    role: Role,
    name: &'a Name,
    features: &'a [FeatureDefinition],
) -> impl Iterator<Item = Part<'a>> {
    std::iter::once(Part { role, name }).chain(feature_parts(features))
}

fn feature_parts(features: &[FeatureDefinition]) -> impl Iterator<Item = Part<'_>> {
    features.iter().map(|feature| Part { role: Role::Feature, name: &feature.name })
}

/// Checks the name of a definition.
pub(super) fn definition_name(head: &Head, pragmas: &Pragmas) -> Option<Diagnostic> {
    let name = &head.name;
    let keyword = head.keyword;
    let style = match keyword {
        "event" => Style::Event,
        "command" => {
            Style::Lower { upper: false, underscore: pragmas.command_name_exceptions.contains(&name.text) }
        }
        _ => Style::Type,
    };
    let article = if keyword.starts_with(['a', 'e']) { "an" } else { "a" };
    let what = format!("the name of {article} {keyword}");
    if let Some(diagnostic) = styled(name, &name.text, &what, style) {
        return Some(diagnostic);
    }
    (style == Style::Type && name.text.ends_with("List"))
        .then(|| invalid(name, &format!("{what} must not end in 'List', which names arrays")))
}

fn member(name: &Name, style: Style) -> Option<Diagnostic> {
    let in_c = name.text.replace('-', "_");
    let is_taken = in_c == "u" || in_c.starts_with("has_");
    styled(name, &name.text, "a member", style).or_else(|| {
        is_taken
            .then(|| invalid(name, "'u' and what begins with 'has-' are reserved for QEMU's generated code"))
    })
}

fn enum_value(name: &Name, style: Style) -> Option<Diagnostic> {
    styled(name, &as_name(name, true), "a value of an enum", style)
}

/// The text to which the rules for names apply: a value may begin with a digit.
fn as_name(name: &Name, is_value: bool) -> Cow<'_, str> {
    let is_digit_first = name.text.starts_with(|first: char| first.is_ascii_digit());
    if is_value && is_digit_first { format!("d{}", name.text).into() } else { name.text.as_str().into() }
}

fn invalid(name: &Name, rule: &str) -> Diagnostic {
    Diagnostic::new("invalid-name", name.span, format!("'{}' is not a valid name: {rule}", name.text))
}

/// Whether `text`, which stands for `name`, breaks the rules of a style.
fn styled(name: &Name, text: &str, what: &str, style: Style) -> Option<Diagnostic> {
    if is_reserved(text) {
        return Some(invalid(name, "what begins with 'q_' is reserved"));
    }
    let Some(stem) = stem(text) else {
        return Some(invalid(name, &format!("{what} is a letter followed by letters, digits, '-' and '_'")));
    };
    let has = |test: fn(char) -> bool| stem.contains(test);
    let is_upper = |character: char| character.is_ascii_uppercase();
    let is_lower = |character: char| character.is_ascii_lowercase();
    let rule = match style {
        Style::Event if has(is_lower) || stem.contains('-') => "is in capitals, with '_' between words",
        Style::Type if !stem.starts_with(is_upper) || !has(is_lower) || stem.contains(['-', '_']) => {
            "is in CamelCase"
        }
        Style::Lower { upper, .. } if !upper && has(is_upper) => "is in lower case",
        Style::Lower { underscore, .. } if !underscore && stem.contains('_') => {
            "has '-' between words, not '_'"
        }
        _ => return None,
    };
    Some(invalid(name, &format!("{what} {rule}")))
}

/// The name without a vendor's prefix (`__com.example_`) and without `x-`; `None` if it is no name at all.
fn stem(text: &str) -> Option<&str> {
    let name = match text.strip_prefix("__") {
        Some(rest) => {
            let (vendor, name) = rest.split_once('_')?;
            let is_domain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
            (!vendor.is_empty() && vendor.bytes().all(is_domain)).then_some(name)?
        }
        None => text,
    };
    let unprefixed = name.strip_prefix("x-").or_else(|| name.strip_prefix("X-"));
    let stem = unprefixed.filter(|stem| is_name(stem)).unwrap_or(name);
    (is_name(stem) && !is_reserved(text)).then_some(stem)
}

/// Whether a name is kept for QEMU's generated code: `q_`, or what becomes that in C.
fn is_reserved(text: &str) -> bool {
    text.starts_with("q_") || text.starts_with("q-")
}

fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::stem;

    #[test]
    fn prefixes_are_not_part_of_the_stem() {
        assert_eq!(stem("x-blockdev-reopen"), Some("blockdev-reopen"));
        assert_eq!(stem("__com.red-hat_x-name"), Some("name"));
        assert_eq!(stem("x-9p"), Some("x-9p"));
        assert_eq!(stem("__com.example_q_foo"), Some("q_foo"));
        for invalid in ["", "-a", "1a", "a b", "__vendor", "__v#_a", "q_obj", "a.b", "é"] {
            assert_eq!(stem(invalid), None, "{invalid}");
        }
    }
}
