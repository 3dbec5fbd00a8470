//! From the schema to the plan.

use std::collections::{HashMap, HashSet};

use qapi_schema::{Builtin, Entity, EntityId, JsonType, Reach, Schema, TypeId, TypeKind};

use super::attributes::attributes;
use super::boxing::Boxing;
use super::docs::{self, DocWriter};
use super::kept::{Replaced, kept};
use super::replaced::replaced;
use super::sizes::Sizes;
use super::{Item, ItemAttribute, NamedKind, Plan, Request, RustType, TypePlan};
use crate::names::{Scope, module_name, type_name};
use crate::{GenerateError, Inclusion, Options, UndatedMember};

/// Decides what is emitted for a schema.
pub(crate) fn plan(schema: &Schema, options: &Options, request: &Request) -> Result<Plan, GenerateError> {
    let choices = Choices::new(schema, request)?;
    let planner = Planner::new(schema, options, &choices);
    let mut plan = Plan { docs: options.docs, server: options.server.clone(), ..Plan::default() };
    for id in planner.kept_types() {
        plan.type_names.push(schema.type_of(id).entity.name.to_string());
        plan.types.extend(planner.type_plan(id));
    }
    convert_branches_to_alternates(&mut plan.types);
    plan.types.sort_by(|a, b| module_and_name(a.item()).cmp(&module_and_name(b.item())));
    plan.commands = planner.commands();
    plan.events = planner.events();
    if options.metadata != Inclusion::Never {
        plan.metadata = Some((options.metadata.clone(), planner.metadata()));
    }
    let type_names = planner.type_names.iter();
    docs::finish(
        &mut plan,
        type_names.map(|(id, name)| (schema.type_of(*id).entity.name.as_str(), name.as_str())),
    );
    plan.reach = choices.kept;
    Ok(plan)
}

/// The types that the schema names, sorted.
fn sorted_types(schema: &Schema) -> Vec<TypeId> {
    let mut types: Vec<_> = schema.types().filter(|(_, type_)| !type_.implicit).collect();
    types.sort_by_key(|(_, type_)| &type_.entity.name);
    types.into_iter().map(|(id, _)| id).collect()
}

/// Lets what makes a union make an alternate too, if the union is an alternative of it.
fn convert_branches_to_alternates(types: &mut [TypePlan]) {
    let unions = types.iter().filter_map(|plan| match plan {
        TypePlan::Union(plan) => Some((plan.item.name.clone(), plan.convertible_branches()?)),
        _ => None,
    });
    let unions: HashMap<String, RustType> = unions.collect();
    for plan in types {
        if let TypePlan::Alternate(plan) = plan {
            // Not where the alternative is an array of them.
            let objects = plan.variants.iter().filter(|(json_type, _)| *json_type == JsonType::Object);
            let data = objects.filter_map(|(_, variant)| variant.data.as_ref());
            let names = data.filter_map(|data| data.unboxed().named());
            plan.branches = names.filter_map(|(name, _)| unions.get(name)).next().cloned();
        }
    }
}

fn module_and_name(item: &Item) -> (&str, &str) {
    (&item.module, &item.name)
}

/// What was asked for, looked up in the schema.
struct Choices {
    /// What the bindings refer to.
    kept: Reach,
    replaced: Replaced,
    attributes: HashMap<EntityId, Vec<ItemAttribute>>,
}

impl Choices {
    fn new(schema: &Schema, request: &Request) -> Result<Self, GenerateError> {
        let mut mistakes = Vec::new();
        let replaced = replaced(schema, &request.replacements, &mut mistakes);
        let kept = kept(schema, request.selection.as_ref(), &replaced, &mut mistakes);
        let is_replaced = |id| replaced.contains_key(&id);
        let attributes = attributes(schema, &request.attributes, &kept, is_replaced, &mut mistakes);
        match mistakes.is_empty() {
            true => Ok(Self { kept, replaced, attributes }),
            false => Err(GenerateError::Mistakes(mistakes)),
        }
    }
}

/// The decisions, and what they rest on.
///
/// Names, boxes and what is optional are decided for the whole schema, whatever is kept of it: an item is the same
/// among few as among all.
pub(super) struct Planner<'a> {
    pub(super) schema: &'a Schema,
    pub(super) docs: DocWriter<'a>,
    pub(super) oldest_server: Option<&'a str>,
    pub(super) undated: &'a [UndatedMember],
    pub(super) boxing: Boxing,
    pub(super) sizes: Sizes,
    /// The types that a client receives.
    pub(super) received: HashSet<TypeId>,
    /// The names of the types that become items, if they are kept.
    pub(super) type_names: HashMap<TypeId, String>,
    /// The names of the enums of branches that stand beside their unions.
    pub(super) branches_names: HashMap<TypeId, String>,
    choices: &'a Choices,
}

impl<'a> Planner<'a> {
    fn new(schema: &'a Schema, options: &'a Options, choices: &'a Choices) -> Self {
        let types = sorted_types(schema);
        let mut scope = Scope::camel();
        let mut type_names = HashMap::new();
        for &id in &types {
            type_names.insert(id, scope.claim(type_name(&schema.type_of(id).entity.name)));
        }
        let mut branches_names = HashMap::new();
        for id in types.into_iter().filter(|&id| schema.tag(id).is_some() && schema.members(id).len() > 1) {
            branches_names.insert(id, scope.claim(format!("{}Branch", type_names[&id])));
        }
        let boxing = Boxing::new(schema);
        Self {
            schema,
            docs: DocWriter { style: options.docs, reference: options.reference.as_ref() },
            oldest_server: options.oldest_server.as_deref(),
            undated: &options.undated,
            sizes: Sizes::new(schema, &boxing),
            boxing,
            received: schema.received(),
            type_names,
            branches_names,
            choices,
        }
    }

    /// The types that become items, if they are of a kind that does, sorted by name.
    pub(super) fn kept_types(&self) -> Vec<TypeId> {
        let is_item = |&id: &TypeId| self.choices.kept.contains(EntityId::Type(id)) && !self.is_replaced(id);
        sorted_types(self.schema).into_iter().filter(is_item).collect()
    }

    pub(super) fn is_kept(&self, entity: &Entity) -> bool {
        self.schema.lookup(&entity.name).is_some_and(|id| self.choices.kept.contains(id))
    }

    pub(super) fn is_replaced(&self, id: TypeId) -> bool {
        self.choices.replaced.contains_key(&id)
    }

    pub(super) fn item(&self, name: String, kind: &str, entity: &Entity) -> Item {
        let module = self.schema.module_of(entity.module).stem();
        let id = self.schema.lookup(&entity.name);
        Item {
            name,
            definition: entity.name.to_string(),
            module: module_name(module),
            docs: self.docs.definition(
                kind,
                entity,
                module,
                self.dated(entity.since(), entity.releases, None),
            ),
            deprecated: self.deprecation(&entity.features, entity.releases),
            attributes: id.and_then(|id| self.choices.attributes.get(&id)).cloned().unwrap_or_default(),
        }
    }

    pub(super) fn module(&self, entity: &Entity) -> String {
        module_name(self.schema.module_of(entity.module).stem())
    }

    /// The Rust type of a value directly inside one of type `owner`.
    pub(super) fn contained(&self, owner: TypeId, id: TypeId) -> RustType {
        let rust_type = self.rust_type(id);
        if self.boxing.is_boxed(owner, id) { RustType::Boxed(Box::new(rust_type)) } else { rust_type }
    }

    /// The Rust type of the data of a variant: of a union's branch, or of an alternative.
    pub(super) fn variant_data(&self, owner: TypeId, id: TypeId) -> RustType {
        match self.contained(owner, id) {
            in_place @ RustType::Named { .. } if self.sizes.is_too_large_for_a_variant(id) => {
                RustType::Boxed(Box::new(in_place))
            }
            other => other,
        }
    }

    pub(super) fn rust_type(&self, id: TypeId) -> RustType {
        if let Some(path) = self.choices.replaced.get(&id) {
            return RustType::Replaced(path.clone());
        }
        let type_ = self.schema.type_of(id);
        let kind = match &type_.kind {
            TypeKind::Builtin(builtin) => return RustType::Builtin(*builtin),
            TypeKind::Array(element) => return RustType::Vec(Box::new(self.rust_type(*element))),
            TypeKind::Enum(_) => NamedKind::Enum,
            TypeKind::Alternate(_) => NamedKind::Alternate,
            TypeKind::Object(object) if object.variants.is_some() => NamedKind::Union,
            TypeKind::Object(_) => NamedKind::Struct,
        };
        match self.type_names.get(&id) {
            Some(name) => RustType::Named { name: name.clone(), module: self.module(&type_.entity), kind },
            // QEMU's own enum of JSON types, the only implicit type that a schema can refer to.
            None => RustType::Builtin(Builtin::Str),
        }
    }
}
