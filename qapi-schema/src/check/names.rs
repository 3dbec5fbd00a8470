//! The form of names (`docs/devel/qapi-code-gen.rst`, section *Naming rules and reserved names*).

use qapi_parser::Diagnostic;

use crate::definition::{Body, CommandDefinition, Definition, MemberDefinition, Members, Name};
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

/// Checks the name of a definition and the names in it.
pub(super) fn check(definition: &Definition, pragmas: &Pragmas) -> Vec<Diagnostic> {
    let name = &definition.name;
    let mut diagnostics: Vec<_> = definition_name(definition, pragmas).into_iter().collect();
    let relaxed = pragmas.member_name_exceptions.contains(&name.text);
    let style = Style::Lower { upper: relaxed, underscore: relaxed };
    let mut check = |names: &mut dyn Iterator<Item = (&Name, &str)>| {
        diagnostics.extend(names.filter_map(|(name, what)| styled(name, &name.text, what, style)));
    };
    match &definition.body {
        Body::Enum { values, .. } => {
            diagnostics.extend(values.iter().filter_map(|value| enum_value(&value.name, style)));
        }
        Body::Struct { members, .. } => check(&mut member_names(members)),
        Body::Union { base, .. } => check(&mut inline_names(Some(base))),
        Body::Alternate { alternatives } => {
            check(&mut alternatives.iter().map(|alternative| (&alternative.name, "an alternative")));
        }
        Body::Command(CommandDefinition { arguments, .. }) => check(&mut inline_names(arguments.as_ref())),
        Body::Event { data, .. } => check(&mut inline_names(data.as_ref())),
    }
    diagnostics
}

fn member_names(members: &[MemberDefinition]) -> impl Iterator<Item = (&Name, &str)> {
    members.iter().map(|member| (&member.name, "a member"))
}

fn inline_names(members: Option<&Members>) -> impl Iterator<Item = (&Name, &str)> {
    member_names(match members {
        Some(Members::Inline(members)) => members,
        _ => &[],
    })
}

fn definition_name(definition: &Definition, pragmas: &Pragmas) -> Option<Diagnostic> {
    let name = &definition.name;
    let style = match definition.body {
        Body::Event { .. } => Style::Event,
        Body::Command(_) => {
            Style::Lower { upper: false, underscore: pragmas.command_name_exceptions.contains(&name.text) }
        }
        _ => Style::Type,
    };
    let what = format!("the name of a {}", definition.body.keyword());
    if let Some(diagnostic) = styled(name, &name.text, &what, style) {
        return Some(diagnostic);
    }
    (style == Style::Type && name.text.ends_with("List"))
        .then(|| invalid(name, &format!("{what} must not end in 'List', which names arrays")))
}

/// A value may begin with a digit.
fn enum_value(name: &Name, style: Style) -> Option<Diagnostic> {
    let digit_first = name.text.starts_with(|first: char| first.is_ascii_digit());
    let text = if digit_first { format!("d{}", name.text) } else { name.text.clone() };
    styled(name, &text, "a value of an enum", style)
}

fn invalid(name: &Name, rule: &str) -> Diagnostic {
    Diagnostic::new("invalid-name", name.span, format!("'{}' is not a valid name: {rule}", name.text))
}

/// Whether `text`, which stands for `name`, breaks the rules of a style.
fn styled(name: &Name, text: &str, what: &str, style: Style) -> Option<Diagnostic> {
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
    let text = match text.strip_prefix("__") {
        Some(rest) => {
            let (vendor, text) = rest.split_once('_')?;
            let is_domain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
            (!vendor.is_empty() && vendor.bytes().all(is_domain)).then_some(text)?
        }
        None => text,
    };
    let stem = text.strip_prefix("x-").or_else(|| text.strip_prefix("X-")).unwrap_or(text);
    let is_reserved = text.starts_with("q_") || text.starts_with("q-");
    let is_name = stem.starts_with(|first: char| first.is_ascii_alphabetic())
        && stem.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    (is_name && !is_reserved).then_some(stem)
}

#[cfg(test)]
mod tests {
    use super::stem;

    #[test]
    fn prefixes_are_not_part_of_the_stem() {
        assert_eq!(stem("x-blockdev-reopen"), Some("blockdev-reopen"));
        assert_eq!(stem("__com.red-hat_x-name"), Some("name"));
        for invalid in ["", "-a", "1a", "a b", "__vendor", "__v#_a", "q_obj", "a.b", "é"] {
            assert_eq!(stem(invalid), None, "{invalid}");
        }
    }
}
