//! Pass 4: every union finds its tag, and its branches are values of it.

use std::collections::{HashMap, HashSet};

use super::findings::{Findings, Step, mistake};
use crate::model::{EntityId, Enum, Schema, TypeId, TypeKind, Variants};
use crate::suggest::suggest;

/// Checks the discriminator and the branches of all unions.
pub(super) fn check(schema: &Schema, findings: &mut Findings) {
    // Many unions may share a base and a tag: it is looked up once, and its values are gathered once.
    let mut tags = HashMap::new();
    let mut values_of = HashMap::new();
    for (id, _) in schema.types() {
        let Some(object) = schema.object(id) else { continue };
        let Some(variants) = &object.variants else { continue };
        if findings.is_broken_type(schema, id) {
            continue;
        }
        match tags.entry((object.base, &variants.tag)).or_insert_with(|| tag_type(schema, id, variants)) {
            Ok((tag_type, tag)) => {
                let values = values_of
                    .entry(*tag_type)
                    .or_insert_with(|| tag.values.iter().map(|value| &*value.name).collect());
                check_branches(schema, id, variants, *tag_type, values, findings);
            }
            Err(message) => {
                let span = variants.discriminator_span;
                let place = (EntityId::Type(id), Step::Tag);
                findings.mistake(schema, place, "invalid-discriminator", Some(span), message.as_str());
            }
        }
    }
}

/// The type of the tag, or what is wrong with it.
fn tag_type<'a>(
    schema: &'a Schema,
    union: TypeId,
    variants: &Variants,
) -> Result<(TypeId, &'a Enum), String> {
    let name = &variants.tag;
    let Some(tag) = schema.tag(union) else {
        return Err(format!("discriminator '{name}' is not a member of the base"));
    };
    let TypeKind::Enum(values) = &schema.type_of(tag.type_id).kind else {
        let type_name = &schema.type_of(tag.type_id).entity.name;
        return Err(format!("discriminator '{name}' must be of an enum type, and '{type_name}' is not"));
    };
    if tag.optional {
        return Err(format!("discriminator '{name}' must not be optional"));
    }
    if tag.condition.is_some() {
        return Err(format!("discriminator '{name}' must not be conditional"));
    }
    Ok((tag.type_id, values))
}

fn check_branches(
    schema: &Schema,
    union: TypeId,
    variants: &Variants,
    tag_type: TypeId,
    values: &HashSet<&str>,
    findings: &mut Findings,
) {
    let id = EntityId::Type(union);
    if values.is_empty() && variants.branches.is_empty() {
        let message = "a union must have a branch, and its tag has no values";
        return findings.mistake(schema, (id, Step::Tag), "empty-union", None, message);
    }
    let tag_name = &schema.type_of(tag_type).entity.name;
    for branch in variants.branches.iter().filter(|branch| !values.contains(&*branch.name)) {
        if findings.is_enough() {
            return;
        }
        let message = format!("branch '{}' is not a value of enum '{tag_name}'", branch.name);
        let Some(diagnostic) = mistake(schema, id, "unknown-branch", Some(branch.span), message) else {
            continue;
        };
        let diagnostic = suggest(diagnostic, &branch.name, values.iter().copied());
        findings.add(id, Step::Branch(branch.span.start), diagnostic);
    }
}
