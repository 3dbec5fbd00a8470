//! Members as fields, and which of them are always there.

use qapi_schema::release::is_newer;
use qapi_schema::{Entity, Member, TypeId};

use super::docs::Facts;
use super::planner::Planner;
use super::{FieldPlan, Item, StructPlan};
use crate::UndatedMember;
use crate::names::{Scope, field_name};

impl Planner<'_> {
    /// A struct with all the members of an object. `owner` is the type or command it is part of.
    pub(super) fn struct_plan(
        &self,
        item: Item,
        entity: &Entity,
        owner: TypeId,
        members: &[&Member],
        open: bool,
    ) -> StructPlan {
        let mut names = if open { FieldNames::open() } else { FieldNames::default() };
        let fields = members.iter().map(|member| self.field(entity, owner, member, &mut names)).collect();
        let rest = open.then(|| names.fields.claim("extra"));
        StructPlan { item, fields, rest }
    }

    pub(super) fn field(
        &self,
        entity: &Entity,
        owner: TypeId,
        member: &Member,
        names: &mut FieldNames,
    ) -> FieldPlan {
        let name = field_name(&member.name);
        let documented = self.schema.type_of(member.defined_in);
        // Members given on the spot are documented where they are used.
        let documented = if documented.implicit { entity } else { &documented.entity };
        let since = self.member_since(documented, member);
        let dated = self.dated(since, member.releases, Some(entity.releases));
        let facts = Facts { dated, condition: member.condition.as_deref(), features: &member.features };
        FieldPlan {
            name: names.fields.claim(name.clone()),
            member: member.name.to_string(),
            rust_type: self.contained(owner, member.type_id),
            required: !member.optional
                && self.is_in_every_build(entity, member)
                && self.is_in_every_release(owner, member, since),
            setter: names.setters.claim(name),
            docs: self.docs.part(documented, &member.name, &facts),
            deprecated: self.deprecation(&member.features, member.releases),
        }
    }

    /// Whether a server that is built with the container is built with the member.
    pub(super) fn is_in_every_build(&self, container: &Entity, member: &Member) -> bool {
        let Some(condition) = &member.condition else { return true };
        let defined_in = &self.schema.type_of(member.defined_in).entity;
        let conditions = container.condition.iter().chain(&defined_in.condition);
        conditions.into_iter().any(|given| condition.follows_from(given))
    }

    /// The release that introduced a member, if it is younger than the definition in which it is documented.
    fn member_since<'s>(&'s self, documented: &Entity, member: &'s Member) -> Option<&'s str> {
        let is_it = |it: &&UndatedMember| it.definition == documented.name && it.member == member.name;
        let undated = || self.undated.iter().find(is_it).map(|it| it.since.as_str());
        member.since.as_deref().or_else(undated)
    }

    /// Whether every server that sends the container sends the member: one older than the member does not. Of the releases that
    /// the schema was merged from the merge knows better than any date, so that there only the older ones are left.
    fn is_in_every_release(&self, owner: TypeId, member: &Member, since: Option<&str>) -> bool {
        let (Some(oldest), Some(since)) = (self.oldest_server, since) else { return true };
        let defined_in = &self.schema.type_of(member.defined_in).entity;
        if let Some(first) = self.schema.releases().first()
            && (is_newer(since, first) || !member.releases.contains(0))
        {
            return true;
        }
        let container_since = defined_in.since();
        let is_younger = container_since.is_none_or(|container| is_newer(since, container));
        !(is_newer(since, oldest) && is_younger && self.received.contains(&owner))
    }
}

/// The names of a struct's fields and of the methods that set them, which share the struct with `new`.
pub(super) struct FieldNames {
    pub(super) fields: Scope,
    pub(super) setters: Scope,
}

impl Default for FieldNames {
    fn default() -> Self {
        Self { fields: Scope::snake(), setters: Scope::snake().without("new") }
    }
}

impl FieldNames {
    /// Those of a struct that takes arguments beyond its members, by a method of its own.
    pub(super) fn open() -> Self {
        Self { fields: Scope::snake(), setters: Scope::snake().without("new").without("argument") }
    }
}
