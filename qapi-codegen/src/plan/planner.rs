//! From the schema to the plan.

use std::collections::{HashMap, HashSet};

use qapi_schema::{Builtin, Entity, Feature, Schema, TypeId, TypeKind};

use super::boxing::Boxing;
use super::docs::DocWriter;
use super::received::received;
use super::sizes::Sizes;
use super::{Item, NamedKind, Plan, RustType, TypePlan};
use crate::names::{Scope, module_name, type_name};
use crate::{Inclusion, Options};

/// Decides what is emitted for a schema.
pub(crate) fn plan(schema: &Schema, options: &Options) -> Plan {
    let mut planner = Planner::new(schema, options);
    let mut plan = Plan { server: options.server.clone(), ..Plan::default() };
    for id in planner.sorted_types() {
        plan.types.extend(planner.type_plan(id));
    }
    convert_branches_to_alternates(&mut plan.types);
    plan.types.sort_by(|a, b| module_and_name(a.item()).cmp(&module_and_name(b.item())));
    plan.commands = planner.commands();
    plan.events = planner.events();
    if options.metadata != Inclusion::Never {
        plan.metadata = Some((options.metadata.clone(), planner.metadata()));
    }
    plan
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
            let data = plan.variants.iter().filter_map(|(_, variant)| variant.data.as_ref());
            let names = data.filter_map(|data| data.unboxed().named());
            plan.branches = names.filter_map(|(name, _)| unions.get(name)).next().cloned();
        }
    }
}

fn module_and_name(item: &Item) -> (&str, &str) {
    (&item.module, &item.name)
}

/// The decisions, and what they rest on.
pub(super) struct Planner<'a> {
    pub(super) schema: &'a Schema,
    pub(super) docs: DocWriter<'a>,
    pub(super) oldest_server: Option<&'a str>,
    pub(super) boxing: Boxing,
    pub(super) sizes: Sizes,
    /// The types that a client receives.
    pub(super) received: HashSet<TypeId>,
    /// The names of the types that become items.
    pub(super) type_names: HashMap<TypeId, String>,
    pub(super) type_scope: Scope,
}

impl<'a> Planner<'a> {
    fn new(schema: &'a Schema, options: &'a Options) -> Self {
        let boxing = Boxing::new(schema);
        let mut planner = Self {
            schema,
            docs: DocWriter { style: options.docs, reference: options.reference.as_ref() },
            oldest_server: options.oldest_server.as_deref(),
            sizes: Sizes::new(schema, &boxing),
            boxing,
            received: received(schema),
            type_names: HashMap::new(),
            type_scope: Scope::camel(),
        };
        for id in planner.sorted_types() {
            let name = planner.type_scope.claim(type_name(&schema.type_of(id).entity.name));
            planner.type_names.insert(id, name);
        }
        planner
    }

    /// The types that become items, sorted by name: those that the schema names.
    pub(super) fn sorted_types(&self) -> Vec<TypeId> {
        let mut types: Vec<_> = self.schema.types().filter(|(_, type_)| !type_.implicit).collect();
        types.sort_by_key(|(_, type_)| &type_.entity.name);
        types.into_iter().map(|(id, _)| id).collect()
    }

    pub(super) fn item(&self, name: String, kind: &str, entity: &Entity) -> Item {
        let module = self.schema.module_of(entity.module).stem();
        Item {
            name,
            module: module_name(module),
            docs: self.docs.definition(kind, entity, module),
            deprecated: self.deprecation(&entity.features),
        }
    }

    pub(super) fn deprecation(&self, features: &[Feature]) -> Option<String> {
        let is_deprecated = features.iter().any(|feature| feature.name == "deprecated");
        is_deprecated.then(|| match self.schema.release() {
            Some(release) => format!("deprecated as of QEMU {release}"),
            None => "deprecated by the schema".to_owned(),
        })
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
