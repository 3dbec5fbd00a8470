//! Parts of definitions that need no names to be looked up, and what the language provides.

use crate::definition::{FeatureDefinition, ValueDefinition};
use crate::model::{Entity, Enum, Feature, Member, ModuleId, Object, ReleaseSet, TypeId, Value};

/// The module of what the language provides.
const BUILTIN_MODULE: ModuleId = ModuleId(0);

pub(super) fn value(value: ValueDefinition) -> Value {
    Value {
        name: value.name.text,
        condition: value.condition,
        features: linked_features(value.features),
        releases: value.releases,
        span: Some(value.name.span),
    }
}

pub(super) fn linked_features(features: Box<[FeatureDefinition]>) -> Box<[Feature]> {
    let feature = |feature: FeatureDefinition| Feature {
        name: feature.name.text,
        condition: feature.condition,
        span: feature.name.span,
        releases: feature.releases,
    };
    features.into_iter().map(feature).collect()
}

pub(super) fn object(base: Option<TypeId>, local_members: Vec<Member>) -> Object {
    Object { base, local_members, variants: None }
}

/// An entity of the language's own.
pub(super) fn provided(name: &str) -> Entity {
    Entity {
        name: name.into(),
        module: BUILTIN_MODULE,
        span: None,
        name_span: None,
        condition: None,
        features: Box::default(),
        documentation: None,
        releases: ReleaseSet::default(),
    }
}

pub(super) fn qtype(prefix: Option<Box<str>>) -> Enum {
    let value = |name: &str| Value {
        name: name.into(),
        condition: None,
        features: Box::default(),
        span: None,
        releases: ReleaseSet::default(),
    };
    let names = ["none", "qnull", "qnum", "qstring", "qdict", "qlist", "qbool"];
    Enum { values: names.map(value).into(), prefix }
}
