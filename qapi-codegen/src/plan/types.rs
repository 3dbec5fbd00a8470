//! Types: enums, structs, unions, alternates.

use std::collections::HashSet;

use qapi_schema::{Alternate, Entity, Enum, JsonType, TypeId, TypeKind};

use super::docs::Facts;
use super::fields::FieldNames;
use super::planner::Planner;
use super::{
    AlternatePlan, BranchesPlan, EnumPlan, FieldPlan, Item, NamedKind, RustType, TypePlan, UnionBase,
    UnionPlan, VariantPlan,
};
use crate::names::{Scope, variant_name};

impl Planner<'_> {
    pub(super) fn type_plan(&self, id: TypeId) -> Option<TypePlan> {
        let schema = self.schema;
        let type_ = schema.type_of(id);
        let name = self.type_names.get(&id)?.clone();
        Some(match &type_.kind {
            TypeKind::Enum(values) => {
                TypePlan::Enum(self.enum_plan(self.item(name, "enum", &type_.entity), &type_.entity, values))
            }
            TypeKind::Object(object) => match &object.variants {
                None => {
                    let item = self.item(name, "struct", &type_.entity);
                    TypePlan::Struct(self.struct_plan(item, &type_.entity, id, &schema.members(id), false))
                }
                Some(_) => TypePlan::Union(Box::new(self.union_plan(name, id)?)),
            },
            TypeKind::Alternate(alternate) => {
                let item = self.item(name, "alternate", &type_.entity);
                TypePlan::Alternate(self.alternate_plan(item, &type_.entity, id, alternate))
            }
            TypeKind::Builtin(_) | TypeKind::Array(_) => return None,
        })
    }

    pub(super) fn enum_plan(&self, item: Item, entity: &Entity, values: &Enum) -> EnumPlan {
        let mut scope = Scope::camel().without("Unrecognized");
        let variants = values.values.iter().map(|value| {
            let facts = Facts {
                dated: self.dated(entity.member_since(&value.name), value.releases, Some(entity.releases)),
                condition: value.condition.as_deref(),
                features: &value.features,
            };
            VariantPlan {
                name: scope.claim(variant_name(&value.name)),
                value: value.name.to_string(),
                data: None,
                converts: false,
                docs: self.docs.part(entity, &value.name, &facts),
                deprecated: self.deprecation(&value.features, value.releases),
            }
        });
        EnumPlan { item, variants: variants.collect() }
    }

    pub(super) fn union_plan(&self, name: String, id: TypeId) -> Option<UnionPlan> {
        let entity = &self.schema.type_of(id).entity;
        let members = self.schema.members(id);
        let tag = self.schema.tag(id)?;
        let beside = self.branches_names.get(&id);
        let branches_name = beside.unwrap_or(&name).clone();
        let branches = BranchesPlan { variants: self.branches(id, tag.type_id), name: branches_name.clone() };
        let module = self.module(entity);
        let base = beside.is_some().then(|| {
            let mut names = FieldNames::default();
            let branches_type = RustType::Named { name: branches_name, module, kind: NamedKind::Union };
            let tag_field = FieldPlan {
                rust_type: branches_type,
                required: true,
                ..self.field(entity, id, tag, &mut names)
            };
            let others = members.iter().filter(|member| member.name != tag.name);
            let fields = others.map(|member| self.field(entity, id, member, &mut names)).collect();
            UnionBase { tag_field, fields }
        });
        let variants = self.schema.object(id).and_then(|object| object.variants.as_ref());
        Some(UnionPlan {
            item: self.item(name, "union", entity),
            tag: tag.name.to_string(),
            default_tag: variants.and_then(|it| it.default_branch.as_ref()).map(ToString::to_string),
            branches,
            base,
        })
    }

    pub(super) fn branches(&self, id: TypeId, tag_type: TypeId) -> Vec<VariantPlan> {
        let mut scope = Scope::camel().without("Unrecognized");
        let union = &self.schema.type_of(id).entity;
        let data_of = |type_id: TypeId| {
            let is_empty = self.schema.is_empty_object(type_id) && !self.is_replaced(type_id);
            (!is_empty).then(|| self.variant_data(id, type_id))
        };
        let mut plans: Vec<_> = self
            .schema
            .branches(id)
            .iter()
            .map(|branch| {
                // A branch is documented by, and is as old, as stable and as deprecated as the value that selects it.
                let tag = &self.schema.type_of(tag_type);
                let value = match &tag.kind {
                    TypeKind::Enum(values) => values.values.iter().find(|value| value.name == branch.name),
                    _ => None,
                };
                let features = value.map_or(&[][..], |value| &value.features);
                let since = tag.entity.member_since(&branch.name);
                let facts = Facts {
                    dated: self.dated(since, branch.releases, Some(union.releases)),
                    condition: branch.condition.as_deref(),
                    features,
                };
                VariantPlan {
                    name: scope.claim(variant_name(&branch.name)),
                    value: branch.name.to_string(),
                    data: data_of(branch.type_id),
                    converts: false,
                    docs: self.docs.part(&tag.entity, &branch.name, &facts),
                    deprecated: self.deprecation(features, branch.releases),
                }
            })
            .collect();
        mark_conversions(plans.iter_mut());
        plans
    }

    pub(super) fn alternate_plan(
        &self,
        item: Item,
        entity: &Entity,
        id: TypeId,
        alternate: &Alternate,
    ) -> AlternatePlan {
        let mut scope = Scope::camel();
        let variants = alternate.alternatives.iter().map(|alternative| {
            let since = entity.member_since(&alternative.name);
            let dated = self.dated(since, alternative.releases, Some(entity.releases));
            let facts = Facts { dated, condition: alternative.condition.as_deref(), features: &[] };
            let is_null = alternative.json_type == JsonType::Null;
            let plan = VariantPlan {
                name: scope.claim(if is_null { "Null".to_owned() } else { variant_name(&alternative.name) }),
                value: alternative.name.to_string(),
                data: (!is_null).then(|| self.variant_data(id, alternative.type_id)),
                converts: false,
                docs: self.docs.part(entity, &alternative.name, &facts),
                deprecated: self.deprecation(&[], alternative.releases),
            };
            (alternative.json_type, plan)
        });
        let mut variants: Vec<_> = variants.collect();
        mark_conversions(variants.iter_mut().map(|(_, plan)| plan));
        AlternatePlan { item, variants, branches: None }
    }
}

/// Marks the variants whose data is that of no other. The path of a replaced type may be another name of another
/// variant's.
fn mark_conversions<'a>(variants: impl Iterator<Item = &'a mut VariantPlan>) {
    let variants: Vec<_> = variants.collect();
    let mut seen = HashSet::new();
    let repeated: HashSet<RustType> = variants
        .iter()
        .filter_map(|variant| variant.data.as_ref())
        .filter(|data| !seen.insert((*data).clone()))
        .cloned()
        .collect();
    for variant in variants {
        let is_known = |data: &RustType| !data.is_replaced() && !repeated.contains(data);
        variant.converts = variant.data.as_ref().is_some_and(is_known);
    }
}
