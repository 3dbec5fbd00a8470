//! Definitions with what is implied made explicit, known by name: the form in which schemas are merged.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use qapi_parser::source::{SourceId, Sources, Span};
use smol_str::SmolStr;

use crate::definition::{
    BranchDefinition, FeatureDefinition, Head, MemberDefinition, Name, TypeRef, ValueDefinition,
};
use crate::model::{
    CommandFlags, Condition, Documentation, EMPTY_OBJECT, Entity, EntityId, Feature, ModuleId, Object,
    ReleaseSet, TypeKind,
};
use crate::{Builtin, Schema, TypeId};

/// A definition, or members given on the spot, which are a struct of their own here.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) head: Head,
    /// The name of the module, by which those of several releases are the same.
    pub(super) module: String,
    pub(super) condition: Option<Arc<Condition>>,
    pub(super) features: Box<[FeatureDefinition]>,
    pub(super) body: EntryBody,
    /// Whether it stands for members that are given on the spot.
    pub(super) is_implicit: bool,
}

#[derive(Debug, Clone)]
pub(super) enum EntryBody {
    Enum { values: Vec<ValueDefinition>, prefix: Option<Box<str>> },
    Object(ObjectEntry),
    Alternate(Vec<BranchDefinition>),
    Command { arguments: Option<SmolStr>, returns: Option<TypeRef>, flags: CommandFlags },
    Event { data: Option<SmolStr>, boxed: bool },
}

/// A struct or a union. The members that a union gives on the spot are its own here.
#[derive(Debug, Clone, Default)]
pub(super) struct ObjectEntry {
    pub(super) base: Option<SmolStr>,
    pub(super) members: Vec<MemberDefinition>,
    pub(super) variants: Option<VariantsEntry>,
}

#[derive(Debug, Clone)]
pub(super) struct VariantsEntry {
    pub(super) tag: Name,
    pub(super) default_branch: Option<SmolStr>,
    pub(super) branches: Vec<BranchDefinition>,
}

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Builtin(Builtin),
    Enum,
    Object,
    Alternate,
    Command,
    Event,
}

/// All definitions of a release, or of those that are merged so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Entries(pub(super) BTreeMap<SmolStr, Entry>);

impl Entry {
    pub(super) fn class(&self) -> Class {
        match &self.body {
            EntryBody::Enum { .. } => Class::Enum,
            EntryBody::Object(_) => Class::Object,
            EntryBody::Alternate(_) => Class::Alternate,
            EntryBody::Command { .. } => Class::Command,
            EntryBody::Event { .. } => Class::Event,
        }
    }

    pub(super) fn object(&self) -> Option<&ObjectEntry> {
        match &self.body {
            EntryBody::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The object type of its arguments or data, if it is a message.
    pub(super) fn data_mut(&mut self) -> Option<&mut Option<SmolStr>> {
        match &mut self.body {
            EntryBody::Command { arguments: data, .. } | EntryBody::Event { data, .. } => Some(data),
            _ => None,
        }
    }
}

impl Entries {
    pub(super) fn class(&self, name: &str) -> Option<Class> {
        match name {
            EMPTY_OBJECT => Some(Class::Object),
            "QType" => Some(Class::Enum),
            _ => {
                let builtin = || Builtin::ALL.into_iter().find(|it| it.name() == name).map(Class::Builtin);
                self.0.get(name).map(Entry::class).or_else(builtin)
            }
        }
    }

    pub(super) fn object(&self, name: &str) -> Option<&ObjectEntry> {
        self.0.get(name)?.object()
    }

    /// The names of a type and all that it inherits from, farthest first.
    pub(super) fn lineage<'a>(&'a self, name: &'a str) -> Vec<&'a str> {
        let base = |name: &&'a str| self.object(name)?.base.as_deref();
        let mut lineage: Vec<&str> = std::iter::successors(Some(name), base).collect();
        lineage.reverse();
        lineage
    }

    /// All members of an object, inherited ones first; none for what is no object.
    pub(super) fn members(&self, name: &str) -> Vec<&MemberDefinition> {
        let objects = self.lineage(name).into_iter().filter_map(|name| self.object(name));
        objects.flat_map(|object| &object.members).collect()
    }

    /// The values of a union's tag.
    pub(super) fn tag_values(&self, name: &str) -> Vec<&str> {
        let tag = self.object(name).and_then(|object| object.variants.as_ref()).map(|it| &it.tag.text);
        let mut members = self.members(name).into_iter();
        let tag = tag.and_then(|tag| members.find(|member| member.name.text == *tag));
        match tag.and_then(|tag| self.0.get(&tag.type_ref.name.text)).map(|entry| &entry.body) {
            Some(EntryBody::Enum { values, .. }) => values.iter().map(|value| &*value.name.text).collect(),
            _ => Vec::new(),
        }
    }

    /// The branches that the schema gives a union.
    pub(super) fn branches(&self, name: &str) -> &[BranchDefinition] {
        let variants = self.object(name).and_then(|object| object.variants.as_ref());
        variants.map_or(&[], |variants| &variants.branches)
    }

    /// Whether a member is one of some branch of a union.
    pub(super) fn is_in_a_branch(&self, name: &str, member: &str) -> bool {
        let mut branches = self.branches(name).iter();
        branches.any(|branch| {
            let name = &*branch.type_ref.name.text;
            self.members(name).iter().any(|it| it.name.text == member) || self.is_in_a_branch(name, member)
        })
    }
}

/// Where the files of a schema are among those of all that are merged.
pub(super) struct Files<'a> {
    schema: &'a Schema,
    files: Vec<SourceId>,
    releases: ReleaseSet,
}

impl<'a> Files<'a> {
    /// Adds the files of the release of a number to all files.
    pub(super) fn add(schema: &'a Schema, number: usize, sources: &mut Sources) -> Self {
        let files = schema.sources().iter();
        let files = files
            .map(|(_, source)| sources.add(source.path().to_owned(), source.text().to_owned(), None))
            .collect();
        Self { schema, files, releases: ReleaseSet::only(number) }
    }

    fn span(&self, span: Span) -> Span {
        let source = usize::try_from(span.source.number()).ok().and_then(|number| self.files.get(number));
        Span { source: source.copied().unwrap_or(span.source), ..span }
    }

    fn name(&self, text: &SmolStr, span: Span) -> Name {
        Name { text: text.clone(), span: self.span(span) }
    }

    /// All definitions of the schema.
    pub(super) fn entries(&self) -> Entries {
        let ids = self.schema.definition_order().iter();
        let entries = ids.filter_map(|&id| self.entry(id)).map(|entry| (entry.head.name.text.clone(), entry));
        Entries(entries.collect())
    }

    fn entry(&self, id: EntityId) -> Option<Entry> {
        let entity = self.schema.entity(id);
        let span = entity.span?;
        let body = match id {
            EntityId::Command(index) => {
                let command = &self.schema.commands()[index as usize];
                EntryBody::Command {
                    arguments: command.arguments.map(|id| self.type_name(id)),
                    returns: command.returns.map(|id| self.type_ref(id, span)),
                    flags: command.flags,
                }
            }
            EntityId::Event(index) => {
                let event = &self.schema.events()[index as usize];
                EntryBody::Event { data: event.data.map(|id| self.type_name(id)), boxed: event.boxed }
            }
            EntityId::Type(id) => self.type_body(id, span)?,
        };
        let is_implicit = matches!(id, EntityId::Type(id) if self.schema.type_of(id).implicit);
        // Members on the spot are documented where they are given.
        let documented = if is_implicit { self.schema.entity(self.schema.definition_of(id)) } else { entity };
        let documentation = documented.documentation.as_deref();
        let documentation = documentation.map(|it| Documentation { comment: None, ..it.clone() });
        Some(Entry {
            head: Head {
                keyword: self.schema.keyword(id),
                name: self.name(&entity.name, entity.name_span.unwrap_or(span)),
                span: self.span(span),
                module: ModuleId(0),
                documentation: documentation.map(Box::new),
                releases: self.releases,
            },
            module: self.schema.module_of(entity.module).name.clone(),
            condition: entity.condition.clone(),
            features: self.features(&entity.features),
            body,
            is_implicit,
        })
    }

    fn type_body(&self, id: TypeId, span: Span) -> Option<EntryBody> {
        Some(match &self.schema.type_of(id).kind {
            TypeKind::Builtin(_) | TypeKind::Array(_) => return None,
            TypeKind::Enum(values) => {
                let value = |value: &crate::Value| ValueDefinition {
                    name: self.name(&value.name, value.span.unwrap_or(span)),
                    condition: value.condition.clone(),
                    features: self.features(&value.features),
                    releases: self.releases,
                };
                EntryBody::Enum {
                    values: values.values.iter().map(value).collect(),
                    prefix: values.prefix.clone(),
                }
            }
            // The base of a union is part of it.
            TypeKind::Object(_) if self.is_inlined(id) => return None,
            TypeKind::Object(object) => EntryBody::Object(self.object(object)),
            TypeKind::Alternate(alternate) => {
                let alternatives = alternate.alternatives.iter();
                EntryBody::Alternate(
                    alternatives
                        .map(|it| self.branch(&it.name, it.type_id, it.condition.as_ref(), it.span))
                        .collect(),
                )
            }
        })
    }

    /// Whether an object is the base that a union gives on the spot.
    fn is_inlined(&self, id: TypeId) -> bool {
        let type_ = self.schema.type_of(id);
        let owner = self.schema.definition_of(EntityId::Type(id));
        type_.implicit && matches!(owner, EntityId::Type(owner) if owner != id)
    }

    fn object(&self, object: &Object) -> ObjectEntry {
        let base = object.base.filter(|&base| !self.is_inlined(base));
        let inlined = object.base.filter(|&base| self.is_inlined(base));
        let inlined = inlined.and_then(|base| self.schema.object(base));
        let members = inlined.into_iter().chain([object]).flat_map(|object| &object.local_members);
        let variants = object.variants.as_ref().map(|variants| VariantsEntry {
            tag: self.name(&variants.tag, variants.discriminator_span),
            default_branch: variants.default_branch.clone(),
            branches: variants
                .branches
                .iter()
                .map(|it| self.branch(&it.name, it.type_id, it.condition.as_ref(), it.span))
                .collect(),
        });
        ObjectEntry {
            base: base.map(|base| self.type_name(base)),
            members: members.map(|member| self.member(member)).collect(),
            variants,
        }
    }

    fn member(&self, member: &crate::Member) -> MemberDefinition {
        MemberDefinition {
            name: self.name(&member.name, member.span),
            optional: member.optional,
            type_ref: self.type_ref(member.type_id, member.span),
            condition: member.condition.clone(),
            features: self.features(&member.features),
            releases: self.releases,
        }
    }

    fn branch(
        &self,
        name: &SmolStr,
        type_id: TypeId,
        condition: Option<&Arc<Condition>>,
        span: Span,
    ) -> BranchDefinition {
        BranchDefinition {
            name: self.name(name, span),
            type_ref: self.type_ref(type_id, span),
            condition: condition.cloned(),
            releases: self.releases,
        }
    }

    fn features(&self, features: &[Feature]) -> Box<[FeatureDefinition]> {
        let feature = |feature: &Feature| FeatureDefinition {
            name: self.name(&feature.name, feature.span),
            condition: feature.condition.clone(),
            releases: self.releases,
        };
        features.iter().map(feature).collect()
    }

    fn type_name(&self, id: TypeId) -> SmolStr {
        self.entity(id).name.clone()
    }

    fn entity(&self, id: TypeId) -> &Entity {
        &self.schema.type_of(id).entity
    }

    fn type_ref(&self, id: TypeId, span: Span) -> TypeRef {
        let (element, is_array) = match self.schema.type_of(id).kind {
            TypeKind::Array(element) => (element, true),
            _ => (id, false),
        };
        TypeRef { name: self.name(&self.entity(element).name, span), is_array }
    }
}

/// Members of types, values and the like, found by name.
pub(super) fn by_name<'a, T>(
    parts: impl IntoIterator<Item = &'a T>,
    name: impl Fn(&'a T) -> &'a str,
) -> HashMap<&'a str, &'a T> {
    parts.into_iter().map(|part| (name(part), part)).collect()
}
