//! Features and conditions.

use super::api;
use super::change::Part;
use super::code::Code;
use super::finding::Finding;
use crate::{Condition, Entity, Feature, Member, Value};

/// What everything in a schema may have.
#[derive(Clone, Copy)]
pub(super) struct Facts<'a> {
    pub(super) condition: Option<&'a Condition>,
    pub(super) features: &'a [Feature],
}

impl<'a> From<&'a Entity> for Facts<'a> {
    fn from(entity: &'a Entity) -> Self {
        Self { condition: entity.condition.as_deref(), features: &entity.features }
    }
}

impl<'a> From<&'a Member> for Facts<'a> {
    fn from(member: &'a Member) -> Self {
        Self { condition: member.condition.as_deref(), features: &member.features }
    }
}

impl<'a> From<&'a Value> for Facts<'a> {
    fn from(value: &'a Value) -> Self {
        Self { condition: value.condition.as_deref(), features: &value.features }
    }
}

/// The features that tell of a part's future.
pub(super) fn marks(features: &[Feature]) -> impl Iterator<Item = &Feature> {
    features.iter().filter(|feature| matches!(&*feature.name, "deprecated" | "unstable"))
}

/// How the facts about a part differ.
pub(super) fn compare(part: Option<&Part>, old: Facts<'_>, new: Facts<'_>) -> Vec<Finding> {
    let mut findings: Vec<_> = conditions(part, old.condition, new.condition).into_iter().collect();
    for feature in new.features {
        match find(old.features, feature) {
            Some(before) => {
                let change = conditions(part, before.condition.as_deref(), feature.condition.as_deref());
                findings.extend(change.map(|finding| finding.of_feature(feature)));
            }
            None => findings.push(came_or_went(part, feature, true)),
        }
    }
    let gone = old.features.iter().filter(|feature| find(new.features, feature).is_none());
    findings.extend(gone.map(|feature| came_or_went(part, feature, false)));
    findings
}

fn find<'a>(features: &'a [Feature], like: &Feature) -> Option<&'a Feature> {
    features.iter().find(|feature| feature.name == like.name)
}

fn came_or_went(part: Option<&Part>, feature: &Feature, came: bool) -> Finding {
    let code = match (&*feature.name, came) {
        ("deprecated", true) => Code::Deprecated,
        ("deprecated", false) => Code::Undeprecated,
        ("unstable", true) => Code::Destabilized,
        ("unstable", false) => Code::Stabilized,
        (_, true) => Code::FeatureAdded,
        (_, false) => Code::FeatureRemoved,
    };
    Finding { api: api::assessment(code), ..Finding::new(code, part.cloned()) }.of_feature(feature)
}

/// How a condition differs, if it does.
pub(super) fn conditions(
    part: Option<&Part>,
    old: Option<&Condition>,
    new: Option<&Condition>,
) -> Option<Finding> {
    let code = match (old, new) {
        (None, None) => return None,
        (Some(old), Some(new)) if old == new => return None,
        (Some(old), Some(new)) if new.follows_from(old) => Code::ConditionWidened,
        (Some(_), Some(_)) => Code::ConditionChanged,
        (None, Some(_)) => Code::ConditionAdded,
        (Some(_), None) => Code::ConditionRemoved,
    };
    let text = |condition: Option<&Condition>| condition.map(ToString::to_string);
    Some(Finding { old: text(old), new: text(new), ..Finding::new(code, part.cloned()) })
}
