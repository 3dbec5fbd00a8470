//! Expressions of which a certain form is wanted.

use std::sync::Arc;

use qapi_parser::Diagnostic;
use qapi_parser::ast::{Array, Expr, KeyValue, Object, StringLiteral};

use super::Lowering;
use crate::definition::{FeatureDefinition, Name};
use crate::model::{Condition, ReleaseSet};
use crate::suggest::suggest;

/// How deep the operators of a condition may nest. Real ones stay below 4.
const MAX_CONDITION_DEPTH: usize = 32;

impl From<&StringLiteral> for Name {
    fn from(literal: &StringLiteral) -> Self {
        Self { text: literal.value.clone(), span: literal.span }
    }
}

impl Lowering {
    /// Reports keys that are not among those allowed.
    pub(super) fn only_keys(&mut self, object: &Object, what: &str, allowed: &[&str]) {
        for member in &object.members {
            if !allowed.contains(&&*member.key.value) {
                let key = &member.key.value;
                let message = format!("{what} has unknown key '{key}', allowed are {}", quoted(allowed));
                let diagnostic = Diagnostic::new("unknown-key", member.key.span, message);
                self.diagnostics.push(suggest(diagnostic, key, allowed.iter().copied()));
            }
        }
    }

    /// The member that has to be there.
    pub(super) fn required<'a>(&mut self, object: &'a Object, what: &str, key: &str) -> Option<&'a KeyValue> {
        match object.get(key) {
            Some(member) => Some(member),
            None => self.error("missing-key", object.span, format!("{what} misses key '{key}'")),
        }
    }

    pub(super) fn string<'a>(&mut self, expr: &'a Expr, what: &str) -> Option<&'a StringLiteral> {
        match expr {
            Expr::String(string) => Some(string),
            _ => self.error("expected-string", expr.span(), format!("{what} must be a string")),
        }
    }

    pub(super) fn object<'a>(&mut self, expr: &'a Expr, what: &str) -> Option<&'a Object> {
        match expr {
            Expr::Object(object) => Some(object),
            _ => self.error("expected-object", expr.span(), format!("{what} must be an object")),
        }
    }

    pub(super) fn array<'a>(&mut self, expr: &'a Expr, what: &str) -> Option<&'a Array> {
        match expr {
            Expr::Array(array) => Some(array),
            _ => self.error("expected-array", expr.span(), format!("{what} must be an array")),
        }
    }

    /// A flag that may only be spelled out with the value that is not its default.
    pub(super) fn flag(&mut self, object: &Object, key: &str, default: bool) -> bool {
        let Some(member) = object.get(key) else { return default };
        match &member.value {
            Expr::Bool(value) if value.value != default => value.value,
            value => {
                self.error::<()>(
                    "invalid-flag",
                    value.span(),
                    format!("flag '{key}' may only be {}", !default),
                );
                default
            }
        }
    }

    /// The `if` of an object.
    pub(super) fn condition(&mut self, object: &Object) -> Option<Arc<Condition>> {
        self.condition_expr(&object.get("if")?.value, 0).map(Arc::new)
    }

    fn condition_expr(&mut self, expr: &Expr, depth: usize) -> Option<Condition> {
        match expr {
            _ if depth > MAX_CONDITION_DEPTH => {
                let message = format!("a condition must not nest deeper than {MAX_CONDITION_DEPTH} levels");
                self.error("invalid-condition", expr.span(), message)
            }
            Expr::String(symbol) if is_config_symbol(&symbol.value) => {
                Some(Condition::Symbol(symbol.value.clone()))
            }
            Expr::String(symbol) => self.error(
                "invalid-condition",
                symbol.span,
                format!("'{}' is not the name of a configuration symbol", symbol.value),
            ),
            Expr::Object(object) => match &*object.members {
                [member] => self.condition_operator(member, depth + 1),
                _ => self.error(
                    "invalid-condition",
                    object.span,
                    "a condition has exactly one key of 'all', 'any' and 'not'",
                ),
            },
            _ => self.error("invalid-condition", expr.span(), "a condition must be a string or an object"),
        }
    }

    fn condition_operator(&mut self, member: &KeyValue, depth: usize) -> Option<Condition> {
        match &*member.key.value {
            "not" => Some(Condition::Not(Box::new(self.condition_expr(&member.value, depth)?))),
            "all" => self.conditions(&member.value, depth).map(Condition::All),
            "any" => self.conditions(&member.value, depth).map(Condition::Any),
            key => self.error(
                "invalid-condition",
                member.key.span,
                format!("a condition has unknown key '{key}', allowed are 'all', 'any' and 'not'"),
            ),
        }
    }

    fn conditions(&mut self, expr: &Expr, depth: usize) -> Option<Vec<Condition>> {
        let array = self.array(expr, "the value of 'all' or 'any'")?;
        if array.elements.is_empty() {
            return self.error("invalid-condition", array.span, "a condition must not be empty");
        }
        array.elements.iter().map(|element| self.condition_expr(element, depth)).collect()
    }

    /// The `features` of an object.
    pub(super) fn features(&mut self, object: &Object) -> Box<[FeatureDefinition]> {
        let Some(member) = object.get("features") else { return Box::default() };
        let Some(array) = self.array(&member.value, "'features'") else { return Box::default() };
        array.elements.iter().filter_map(|element| self.feature(element)).collect()
    }

    fn feature(&mut self, expr: &Expr) -> Option<FeatureDefinition> {
        let (name, object) = self.name_or_object(expr, "a feature", &["name", "if"])?;
        let condition = object.and_then(|object| self.condition(object));
        Some(FeatureDefinition { name, condition, releases: ReleaseSet::default() })
    }

    /// A name by itself, or an object that has it under `name`.
    pub(super) fn name_or_object<'a>(
        &mut self,
        expr: &'a Expr,
        what: &str,
        keys: &[&str],
    ) -> Option<(Name, Option<&'a Object>)> {
        match expr {
            Expr::String(name) => Some((name.into(), None)),
            Expr::Object(object) => {
                self.only_keys(object, what, keys);
                let name = self.required(object, what, "name")?;
                let name = self.string(&name.value, &format!("the name of {what}"))?;
                Some((name.into(), Some(object)))
            }
            _ => self.error("expected-name", expr.span(), format!("{what} must be a string or an object")),
        }
    }
}

/// Whether a string may be a configuration symbol: an identifier of the C preprocessor in capitals.
fn is_config_symbol(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_uppercase())
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// A list of keys for a message.
fn quoted(keys: &[&str]) -> String {
    keys.iter().map(|key| format!("'{key}'")).collect::<Vec<_>>().join(", ")
}
