//! A difference, before it is known whom it reaches.

use smol_str::SmolStr;

use super::change::{Assessment, Part};
use super::code::Code;
use super::wire::{self, Effect};
use super::{api, facts};
use crate::Feature;

/// A difference between two definitions of the same name.
#[derive(Debug, Clone)]
pub(super) struct Finding {
    pub(super) code: Code,
    pub(super) part: Option<Part>,
    pub(super) feature: Option<SmolStr>,
    pub(super) old: Option<String>,
    pub(super) new: Option<String>,
    pub(super) formerly: Vec<SmolStr>,
    /// How what two types are made of differs.
    pub(super) inside: Vec<String>,
    pub(super) effect: Effect,
    pub(super) api: Option<Assessment>,
}

impl Finding {
    /// With what the kind of change alone says.
    pub(super) fn new(code: Code, part: Option<Part>) -> Self {
        Self {
            code,
            part,
            feature: None,
            old: None,
            new: None,
            formerly: Vec::new(),
            inside: Vec::new(),
            effect: wire::effect(code),
            api: api::assessment(code),
        }
    }

    pub(super) fn of_feature(self, feature: &Feature) -> Self {
        Self { feature: Some(feature.name.clone()), ..self }
    }

    /// Remembers what the old schema said of the future of what changed.
    pub(super) fn of_one_with(mut self, features: &[Feature]) -> Self {
        for mark in facts::marks(features) {
            if !self.formerly.contains(&mark.name) {
                self.formerly.push(mark.name.clone());
            }
        }
        self
    }

    /// Whether it is the same difference, found in an heir and in what it inherits from.
    pub(super) fn is_same_cause(&self, other: &Self) -> bool {
        let cause = |it: &Self| (it.code, it.part.clone(), it.feature.clone(), it.effect);
        cause(self) == cause(other) && self.old == other.old && self.new == other.new
    }
}
