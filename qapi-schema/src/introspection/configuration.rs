//! Which conditions hold in a server, as far as it can be told from what it has.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use smol_str::SmolStr;

use crate::Condition;

/// So many times is gone over all conditions. What takes more rounds stays undetermined: the work has a bound.
const MOST_ROUNDS: usize = 32;

/// Which configuration symbols are set in a server's build, inferred from its introspection: what is there under a condition shows
/// that the condition holds. What is missing shows that it does not, unless other things show that it does: then it is missing because
/// the server is of another release.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Configuration {
    symbols: BTreeMap<SmolStr, bool>,
    /// Conditions that hold as a whole.
    given: HashSet<Arc<Condition>>,
    undetermined: BTreeSet<SmolStr>,
    contradictory: BTreeSet<SmolStr>,
}

impl Configuration {
    /// Whether a symbol is set, if that is known.
    #[must_use]
    pub fn is_set(&self, symbol: &str) -> Option<bool> {
        self.symbols.get(symbol).copied()
    }

    /// Whether a condition holds, if that is known.
    #[must_use]
    pub fn holds(&self, condition: &Condition) -> Option<bool> {
        if self.given.contains(condition) {
            return Some(true);
        }
        evaluate(condition, &|symbol| self.is_set(symbol))
    }

    /// The symbols of which it is known whether they are set.
    pub fn symbols(&self) -> impl Iterator<Item = (&str, bool)> {
        self.symbols.iter().map(|(name, &is_set)| (name.as_str(), is_set))
    }

    /// Symbols of which nothing is known: what depends on them is not compared where the server does not have it.
    pub fn undetermined(&self) -> impl Iterator<Item = &str> {
        self.undetermined.iter().map(SmolStr::as_str)
    }

    /// Those among the undetermined ones for which the server shows the one and the other.
    pub fn contradictory(&self) -> impl Iterator<Item = &str> {
        self.contradictory.iter().map(SmolStr::as_str)
    }

    /// From conditions of what is there, and of what is not.
    pub(super) fn infer(present: &HashSet<Arc<Condition>>, absent: &HashSet<Arc<Condition>>) -> Self {
        let mut inference = Inference { given: ordered(present), ..Inference::default() };
        let missing: Vec<&Condition> =
            ordered(absent).into_iter().filter(|it| !present.contains(*it)).collect();
        inference.shown();
        inference.missing(&missing);
        let mut names = BTreeSet::new();
        present.iter().chain(absent).for_each(|condition| symbols_of(condition, &mut names));
        let undetermined = names.iter().filter(|name| inference.is_set(name).is_none()).cloned().collect();
        Self {
            symbols: inference.symbols,
            given: present.clone(),
            undetermined,
            contradictory: inference.contradictory,
        }
    }
}

/// In an order that does not depend on hashes, simple ones first.
fn ordered(conditions: &HashSet<Arc<Condition>>) -> Vec<&Condition> {
    let mut ordered: Vec<(String, &Condition)> =
        conditions.iter().map(|condition| (condition.to_string(), &**condition)).collect();
    ordered.sort_by(|(a, _), (b, _)| (a.len(), a).cmp(&(b.len(), b)));
    ordered.into_iter().map(|(_, condition)| condition).collect()
}

fn symbols_of(condition: &Condition, names: &mut BTreeSet<SmolStr>) {
    match condition {
        Condition::Symbol(name) => {
            names.insert(name.clone());
        }
        Condition::All(parts) | Condition::Any(parts) => {
            parts.iter().for_each(|part| symbols_of(part, names))
        }
        Condition::Not(part) => symbols_of(part, names),
    }
}

fn evaluate(condition: &Condition, is_set: &impl Fn(&str) -> Option<bool>) -> Option<bool> {
    let all = |parts: &[Condition], wanted: bool| {
        let mut result = Some(wanted);
        for part in parts {
            match evaluate(part, is_set) {
                Some(value) if value == wanted => {}
                Some(value) => return Some(value),
                None => result = None,
            }
        }
        result
    };
    match condition {
        Condition::Symbol(name) => is_set(name),
        Condition::All(parts) => all(parts, true),
        Condition::Any(parts) => all(parts, false),
        Condition::Not(part) => evaluate(part, is_set).map(|value| !value),
    }
}

/// Symbols that have a value if a condition has one, as far as that follows without trying.
fn consequences(
    condition: &Condition,
    value: bool,
    is_set: &impl Fn(&str) -> Option<bool>,
    found: &mut Vec<(SmolStr, bool)>,
) {
    match (condition, value) {
        (Condition::Symbol(name), _) => found.push((name.clone(), value)),
        (Condition::Not(part), _) => consequences(part, !value, is_set, found),
        (Condition::All(parts), true) | (Condition::Any(parts), false) => {
            parts.iter().for_each(|part| consequences(part, value, is_set, found));
        }
        (Condition::All(parts) | Condition::Any(parts), _) => {
            // One of them has the value: which, is known if all others have the other one.
            let mut open = parts.iter().filter(|part| evaluate(part, is_set) != Some(!value));
            if let (Some(only), None) = (open.next(), open.next()) {
                consequences(only, value, is_set, found);
            }
        }
    }
}

/// What is known while it is inferred.
#[derive(Default)]
struct Inference<'a> {
    /// The conditions of what is there.
    given: Vec<&'a Condition>,
    symbols: BTreeMap<SmolStr, bool>,
    /// What is known of what is there alone.
    certain: BTreeSet<SmolStr>,
    contradictory: BTreeSet<SmolStr>,
}

impl Inference<'_> {
    fn is_set(&self, symbol: &str) -> Option<bool> {
        self.symbols.get(symbol).copied()
    }

    /// What follows if all conditions have a value, until nothing new does.
    fn follow(&self, conditions: &[&Condition], value: bool) -> BTreeMap<SmolStr, BTreeSet<bool>> {
        let mut found = Vec::new();
        for condition in conditions {
            consequences(condition, value, &|symbol| self.is_set(symbol), &mut found);
        }
        let mut values: BTreeMap<SmolStr, BTreeSet<bool>> = BTreeMap::new();
        for (symbol, value) in found {
            values.entry(symbol).or_default().insert(value);
        }
        values
    }

    /// Takes over what follows for symbols that are not known, and says whether there was any.
    fn learn(&mut self, values: BTreeMap<SmolStr, BTreeSet<bool>>, is_certain: bool) -> bool {
        let mut is_new = false;
        for (symbol, values) in values {
            if self.symbols.contains_key(&symbol) || self.contradictory.contains(&symbol) {
                continue;
            }
            is_new = true;
            match values.first() {
                Some(&value) if values.len() == 1 => {
                    if is_certain {
                        self.certain.insert(symbol.clone());
                    }
                    self.symbols.insert(symbol, value);
                }
                _ => {
                    self.contradictory.insert(symbol);
                }
            }
        }
        is_new
    }

    /// What is there shows what holds.
    fn shown(&mut self) {
        for _ in 0..MOST_ROUNDS {
            if !self.learn(self.follow(&self.given, true), true) {
                return;
            }
        }
    }

    /// What is missing shows what does not hold, as far as that agrees with what is there.
    fn missing(&mut self, missing: &[&Condition]) {
        for _ in 0..MOST_ROUNDS {
            let is_new = self.learn(self.follow(missing, false), false);
            let is_new = self.learn(self.follow(&self.given, true), false) || is_new;
            let is_refuted = self.refute();
            if !is_new && !is_refuted {
                return;
            }
        }
    }

    /// Gives up what was concluded from what is missing where it contradicts what is there.
    fn refute(&mut self) -> bool {
        let mut wrong = BTreeSet::new();
        for condition in &self.given {
            if evaluate(condition, &|symbol| self.is_set(symbol)) == Some(false) {
                symbols_of(condition, &mut wrong);
            }
        }
        wrong.retain(|symbol| self.symbols.contains_key(symbol) && !self.certain.contains(symbol));
        for symbol in &wrong {
            self.symbols.remove(symbol);
        }
        let is_refuted = !wrong.is_empty();
        self.contradictory.extend(wrong);
        is_refuted
    }
}
