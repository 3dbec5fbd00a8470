//! Conditions on the build configuration.

use std::fmt;

use smol_str::SmolStr;

/// A condition on the build configuration (`if`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Condition {
    /// A configuration symbol.
    Symbol(SmolStr),
    /// Every one of several.
    All(Vec<Condition>),
    /// At least one of several.
    Any(Vec<Condition>),
    /// Not.
    Not(Box<Condition>),
}

impl Condition {
    /// Whether this condition holds wherever `other` does, as far as can be seen from its form.
    #[must_use]
    pub fn follows_from(&self, other: &Self) -> bool {
        if self == other {
            return true;
        }
        match (self, other) {
            (Self::All(parts), _) => parts.iter().all(|part| part.follows_from(other)),
            (_, Self::All(parts)) => parts.iter().any(|part| self.follows_from(part)),
            (Self::Any(parts), _) => parts.iter().any(|part| part.follows_from(other)),
            _ => false,
        }
    }
}

/// As an expression: `CONFIG_A && !(CONFIG_B || CONFIG_C)`.
impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = |f: &mut fmt::Formatter<'_>, parts: &[Self], operator: &str| {
            for (index, part) in parts.iter().enumerate() {
                if index > 0 {
                    f.write_str(operator)?;
                }
                match part {
                    Self::All(_) | Self::Any(_) if parts.len() > 1 => write!(f, "({part})")?,
                    _ => write!(f, "{part}")?,
                }
            }
            Ok(())
        };
        match self {
            Self::Symbol(symbol) => f.write_str(symbol),
            Self::All(parts) => joined(f, parts, " && "),
            Self::Any(parts) => joined(f, parts, " || "),
            Self::Not(part) => match &**part {
                Self::All(_) | Self::Any(_) => write!(f, "!({part})"),
                _ => write!(f, "!{part}"),
            },
        }
    }
}
