//! Pass 4: unions find their tag, and every value of the tag gets a branch.

use std::collections::HashSet;

use qapi_parser::Diagnostic;

use super::declare::{Declarations, Declared, EMPTY_OBJECT};
use crate::definition::{Body, BranchDefinition, Definition, Name};
use crate::model::{Branch, EntityId, Enum, Schema, TypeId, TypeKind};
use crate::suggest::nearest;

/// Sets the tag and the branches of all unions.
pub(super) fn resolve(
    declarations: &Declarations<'_>,
    schema: &mut Schema,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for (id, declared) in &declarations.entities {
        let (EntityId::Type(id), Declared::Definition(definition)) = (id, declared) else { continue };
        let Body::Union { discriminator, branches, .. } = &definition.body else { continue };
        match tag(schema, *id, discriminator) {
            Ok((tag, tag_type)) => {
                diagnostics.extend(check_branches(schema, tag_type, definition, branches));
                complete(schema, *id, tag, tag_type);
            }
            Err(diagnostic) => diagnostics.push(diagnostic.in_definition(definition.describe())),
        }
    }
}

/// The index of the tag member, and its type.
fn tag(schema: &Schema, union: TypeId, discriminator: &Name) -> Result<(usize, TypeId), Diagnostic> {
    let error = |message: String| Err(Diagnostic::new("invalid-discriminator", discriminator.span, message));
    let members = schema.object(union).map_or(&[][..], |object| &object.members);
    let name = &discriminator.text;
    let Some(index) = members.iter().position(|member| member.name == *name) else {
        return error(format!("discriminator '{name}' is not a member of the base"));
    };
    let member = &members[index];
    if enum_type(schema, member.type_id).is_none() {
        let type_name = &schema.type_of(member.type_id).entity.name;
        return error(format!("discriminator '{name}' must be of an enum type, and '{type_name}' is not"));
    }
    if member.optional {
        return error(format!("discriminator '{name}' must not be optional"));
    }
    if member.condition.is_some() {
        return error(format!("discriminator '{name}' must not be conditional"));
    }
    Ok((index, member.type_id))
}

fn enum_type(schema: &Schema, id: TypeId) -> Option<&Enum> {
    match &schema.type_of(id).kind {
        TypeKind::Enum(values) => Some(values),
        _ => None,
    }
}

fn check_branches<'a>(
    schema: &'a Schema,
    tag_type: TypeId,
    definition: &'a Definition,
    branches: &'a [BranchDefinition],
) -> impl Iterator<Item = Diagnostic> + use<'a> {
    let values: Vec<&str> = enum_type(schema, tag_type)
        .map(|tag| tag.values.iter().map(|value| &*value.name).collect())
        .unwrap_or_default();
    let known: HashSet<&str> = values.iter().copied().collect();
    let unknown = branches.iter().filter(move |branch| !known.contains(&*branch.name.text));
    unknown.map(move |branch| {
        let tag_name = &schema.type_of(tag_type).entity.name;
        let message = format!("branch '{}' is not a value of enum '{tag_name}'", branch.name.text);
        let diagnostic =
            Diagnostic::new("unknown-branch", branch.name.span, message).in_definition(definition.describe());
        match nearest(&branch.name.text, values.iter().copied()) {
            Some(nearest) => diagnostic.with_hint(format!("did you mean '{nearest}'?")),
            None => diagnostic,
        }
    })
}

/// Sets the tag, and fills in a branch for each value that has none.
fn complete(schema: &mut Schema, union: TypeId, tag: usize, tag_type: TypeId) {
    let Some(EntityId::Type(empty)) = schema.lookup(EMPTY_OBJECT) else { return };
    let values = enum_type(schema, tag_type).map(|tag| tag.values.clone()).unwrap_or_default();
    let TypeKind::Object(object) = &mut schema.types[union.0 as usize].kind else { return };
    let Some(variants) = &mut object.variants else { return };
    variants.tag = tag;
    let explicit: HashSet<String> = variants.branches.iter().map(|branch| branch.name.clone()).collect();
    let missing = values.into_iter().filter(|value| !explicit.contains(&value.name));
    variants.branches.extend(missing.map(|value| Branch {
        name: value.name,
        type_id: empty,
        condition: value.condition,
        explicit: false,
    }));
}
