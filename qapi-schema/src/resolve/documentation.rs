//! Pass 8: documentation comments describe what is there (`docs/devel/qapi-code-gen.rst`, section *Definition
//! documentation*).

use std::collections::HashSet;

use qapi_parser::Diagnostic;
use qapi_parser::doc::{DocComment, SectionKind, Symbol};
use qapi_parser::source::Span;

use super::findings::{Findings, Step, mistake};
use crate::model::{Alternative, EntityId, Feature, Member, Schema, TypeId, TypeKind, Value};

/// Reports what is not described, and gives what is described without being there.
pub(super) fn check(schema: &Schema, findings: &mut Findings) -> Vec<Diagnostic> {
    let mut unknown = Vec::new();
    for &id in &schema.order {
        if findings.is_enough() {
            break;
        }
        let Some(comment) = schema.entity(id).comment() else { continue };
        let parts = documented_parts(schema, id);
        let implicit = implicit_type(schema, id).map(EntityId::Type);
        if !findings.is_broken(id) && !implicit.is_some_and(|implicit| findings.is_broken(implicit)) {
            unknown.extend(unknown_descriptions(schema, id, comment, &parts));
        }
        missing_descriptions(schema, id, comment, &parts, findings);
    }
    unknown
}

/// A member, value or alternative that the documentation of a definition is to describe.
pub(crate) struct Part<'a> {
    role: &'static str,
    pub(crate) name: &'a str,
    span: Option<Span>,
    features: &'a [Feature],
}

impl<'a> From<&'a Value> for Part<'a> {
    fn from(value: &'a Value) -> Self {
        Self { role: "value", name: &value.name, span: value.span, features: &value.features }
    }
}

impl<'a> From<&'a Alternative> for Part<'a> {
    fn from(alternative: &'a Alternative) -> Self {
        let Alternative { name, span, .. } = alternative;
        Self { role: "alternative", name, span: Some(*span), features: &[] }
    }
}

impl<'a> From<&'a Member> for Part<'a> {
    fn from(member: &'a Member) -> Self {
        Self { role: "member", name: &member.name, span: Some(member.span), features: &member.features }
    }
}

/// What the documentation of a definition is to describe: also the members that are given on the spot, but not those of types
/// that have a definition of their own.
pub(crate) fn documented_parts(schema: &Schema, id: EntityId) -> Vec<Part<'_>> {
    let mut parts = implicit_type(schema, id).map(|id| member_parts(schema, id)).unwrap_or_default();
    if let EntityId::Type(id) = id {
        match &schema.type_of(id).kind {
            TypeKind::Enum(values) => parts.extend(values.values.iter().map(Part::from)),
            TypeKind::Alternate(alternate) => parts.extend(alternate.alternatives.iter().map(Part::from)),
            TypeKind::Object(_) => parts.extend(member_parts(schema, id)),
            TypeKind::Builtin(_) | TypeKind::Array(_) => {}
        }
    }
    parts
}

/// The implicit type that holds the members that a definition gives on the spot.
fn implicit_type(schema: &Schema, id: EntityId) -> Option<TypeId> {
    let used = match id {
        EntityId::Type(id) => schema.object(id)?.base,
        EntityId::Command(index) => schema.commands[index as usize].arguments,
        EntityId::Event(index) => schema.events[index as usize].data,
    };
    used.filter(|&id| schema.type_of(id).implicit)
}

fn member_parts(schema: &Schema, id: TypeId) -> Vec<Part<'_>> {
    let members = schema.object(id).map_or(&[][..], |object| &object.local_members);
    members.iter().map(Part::from).collect()
}

/// The features that the documentation of a definition is to describe: its own and those of its parts.
fn features<'a>(
    schema: &'a Schema,
    id: EntityId,
    parts: &'a [Part<'a>],
) -> impl Iterator<Item = &'a Feature> {
    schema.entity(id).features.iter().chain(parts.iter().flat_map(|part| part.features))
}

fn described_members(comment: &DocComment) -> impl Iterator<Item = &Symbol> {
    comment.sections.iter().filter_map(|section| match &section.kind {
        SectionKind::Member(symbol) => Some(symbol),
        _ => None,
    })
}

fn described_features(comment: &DocComment) -> impl Iterator<Item = &Symbol> {
    comment.sections.iter().filter_map(|section| match &section.kind {
        SectionKind::Feature(symbol) => Some(symbol),
        _ => None,
    })
}

fn missing_descriptions(
    schema: &Schema,
    id: EntityId,
    comment: &DocComment,
    parts: &[Part<'_>],
    findings: &mut Findings,
) {
    // Features always had to be described, members since there are exceptions from it.
    let exceptions = &schema.pragmas.documentation_exceptions;
    let is_wanted = schema.rules.modern_documentation || !exceptions.is_empty();
    if is_wanted && !exceptions.contains(&schema.entity(id).name) {
        let described: HashSet<&str> = described_members(comment).map(|symbol| &*symbol.name).collect();
        for part in parts.iter().filter(|part| !described.contains(part.name)) {
            let message = format!("{} '{}' is not documented", part.role, part.name);
            findings.mistake(schema, (id, Step::Documentation), "undocumented-member", part.span, message);
        }
    }
    let described: HashSet<&str> = described_features(comment).map(|symbol| &*symbol.name).collect();
    for feature in features(schema, id, parts).filter(|feature| !described.contains(&*feature.name)) {
        let message = format!("feature '{}' is not documented", feature.name);
        findings.mistake(
            schema,
            (id, Step::Documentation),
            "undocumented-feature",
            Some(feature.span),
            message,
        );
    }
}

fn unknown_descriptions(
    schema: &Schema,
    id: EntityId,
    comment: &DocComment,
    parts: &[Part<'_>],
) -> Vec<Diagnostic> {
    let members: HashSet<&str> = parts.iter().map(|part| part.name).collect();
    let features: HashSet<&str> = features(schema, id, parts).map(|feature| &*feature.name).collect();
    let unknown_members = described_members(comment)
        .filter(|symbol| !members.contains(&*symbol.name))
        .map(|symbol| (symbol, format!("there is no member '{}' to document", symbol.name)));
    let unknown_features = described_features(comment)
        .filter(|symbol| !features.contains(&*symbol.name))
        .map(|symbol| (symbol, format!("there is no feature '{}' to document", symbol.name)));
    let found = unknown_members.chain(unknown_features).filter_map(|(symbol, message)| {
        // Up to 9.0, QEMU's front end knew no places inside a comment.
        let is_exact = schema.rules.modern_documentation;
        let span = if is_exact { symbol.span } else { comment.span };
        let diagnostic = mistake(schema, id, "unknown-description", Some(span), message)?;
        Some(if is_exact { diagnostic } else { diagnostic.with_note(symbol.span, "the description") })
    });
    found.collect()
}
