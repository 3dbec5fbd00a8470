//! From the schema to the plan.

use std::collections::{HashMap, HashSet};

use qapi_schema::release::is_newer;
use qapi_schema::{
    Alternate, Builtin, Command, Entity, Enum, Event, Feature, JsonType, Member, Object, Schema, TypeId,
    TypeKind, Variants,
};

use super::boxing::Boxing;
use super::docs::{DocWriter, Facts};
use super::received::received;
use super::{
    AlternatePlan, BranchesPlan, CommandFacts, EnumPlan, FieldPlan, Item, MessageBody, MessageFacts,
    MessagePlan, NamedKind, Plan, RustType, StructPlan, TypePlan, UnionBase, UnionPlan, VariantPlan,
};
use crate::Options;
use crate::names::{Scope, field_name, module_name, type_name, variant_name};

/// Decides what is emitted for a schema.
pub(crate) fn plan(schema: &Schema, options: &Options) -> Plan {
    let mut planner = Planner::new(schema, options);
    let mut plan = Plan::default();
    for id in planner.sorted_types() {
        plan.types.extend(planner.type_plan(id));
    }
    plan.types.sort_by(|a, b| module_and_name(a.item()).cmp(&module_and_name(b.item())));
    plan.commands = planner.commands();
    plan.events = planner.events();
    plan
}

fn module_and_name(item: &Item) -> (&str, &str) {
    (&item.module, &item.name)
}

struct Planner<'a> {
    schema: &'a Schema,
    docs: DocWriter<'a>,
    oldest_server: Option<&'a str>,
    boxing: Boxing,
    /// The types that a client receives.
    received: HashSet<TypeId>,
    /// The names of the types that become items.
    type_names: HashMap<TypeId, String>,
    type_scope: Scope,
}

impl<'a> Planner<'a> {
    fn new(schema: &'a Schema, options: &'a Options) -> Self {
        let mut planner = Self {
            schema,
            docs: DocWriter { style: options.docs, reference: options.reference.as_ref() },
            oldest_server: options.oldest_server.as_deref(),
            boxing: Boxing::new(schema),
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
    fn sorted_types(&self) -> Vec<TypeId> {
        let mut types: Vec<_> = self.schema.types().filter(|(_, type_)| !type_.implicit).collect();
        types.sort_by_key(|(_, type_)| &type_.entity.name);
        types.into_iter().map(|(id, _)| id).collect()
    }

    fn item(&self, name: String, kind: &str, entity: &Entity) -> Item {
        let module = self.schema.module_of(entity.module).stem();
        Item {
            name,
            module: module_name(module),
            docs: self.docs.definition(kind, entity, module),
            deprecated: self.deprecation(&entity.features),
        }
    }

    fn deprecation(&self, features: &[Feature]) -> Option<String> {
        let is_deprecated = features.iter().any(|feature| feature.name == "deprecated");
        is_deprecated.then(|| match self.schema.release() {
            Some(release) => format!("deprecated as of QEMU {release}"),
            None => "deprecated by the schema".to_owned(),
        })
    }

    fn type_plan(&mut self, id: TypeId) -> Option<TypePlan> {
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
                    TypePlan::Struct(self.struct_plan(item, &type_.entity, id, &object.members, false))
                }
                Some(variants) => TypePlan::Union(Box::new(self.union_plan(name, id, object, variants)?)),
            },
            TypeKind::Alternate(alternate) => {
                let item = self.item(name, "alternate", &type_.entity);
                TypePlan::Alternate(self.alternate_plan(item, &type_.entity, id, alternate))
            }
            TypeKind::Builtin(_) | TypeKind::Array(_) => return None,
        })
    }

    fn enum_plan(&self, item: Item, entity: &Entity, values: &Enum) -> EnumPlan {
        let mut scope = Scope::camel().without("Unrecognized");
        let variants = values.values.iter().map(|value| {
            let facts = Facts {
                since: entity.documentation.member_since.get(&value.name).map(String::as_str),
                condition: value.condition.as_ref(),
                features: &value.features,
            };
            VariantPlan {
                name: scope.claim(variant_name(&value.name)),
                value: value.name.clone(),
                data: None,
                converts: false,
                docs: self.docs.part(entity, &value.name, &facts),
                deprecated: self.deprecation(&value.features),
            }
        });
        EnumPlan { item, variants: variants.collect() }
    }

    /// A struct with all the members of an object. `owner` is the type or command it is part of.
    fn struct_plan(
        &self,
        item: Item,
        entity: &Entity,
        owner: TypeId,
        members: &[Member],
        open: bool,
    ) -> StructPlan {
        let mut names = if open { FieldNames::open() } else { FieldNames::default() };
        let fields = members.iter().map(|member| self.field(entity, owner, member, &mut names)).collect();
        let rest = open.then(|| names.fields.claim("extra"));
        StructPlan { item, fields, rest }
    }

    fn field(&self, entity: &Entity, owner: TypeId, member: &Member, names: &mut FieldNames) -> FieldPlan {
        let facts = Facts {
            since: member.since.as_deref(),
            condition: member.condition.as_ref(),
            features: &member.features,
        };
        let name = field_name(&member.name);
        let documented = self.schema.type_of(member.defined_in);
        // Members given on the spot are documented where they are used.
        let documented = if documented.implicit { entity } else { &documented.entity };
        FieldPlan {
            name: names.fields.claim(name.clone()),
            member: member.name.clone(),
            rust_type: self.contained(owner, member.type_id),
            required: !member.optional
                && self.is_in_every_build(entity, member)
                && self.is_in_every_release(owner, member),
            setter: names.setters.claim(name),
            docs: self.docs.part(documented, &member.name, &facts),
            deprecated: self.deprecation(&member.features),
        }
    }

    /// Whether a server that is built with the container is built with the member.
    fn is_in_every_build(&self, container: &Entity, member: &Member) -> bool {
        let Some(condition) = &member.condition else { return true };
        let defined_in = &self.schema.type_of(member.defined_in).entity;
        let conditions = container.condition.iter().chain(&defined_in.condition);
        conditions.into_iter().any(|given| condition.follows_from(given))
    }

    /// Whether every server that sends the container sends the member: one older than the member does not.
    fn is_in_every_release(&self, owner: TypeId, member: &Member) -> bool {
        let (Some(oldest), Some(since)) = (self.oldest_server, &member.since) else { return true };
        let defined_in = &self.schema.type_of(member.defined_in).entity;
        let container_since = defined_in.documentation.since.as_ref();
        let is_younger = container_since.is_none_or(|container| is_newer(since, container));
        !(is_newer(since, oldest) && is_younger && self.received.contains(&owner))
    }

    fn union_plan(
        &mut self,
        name: String,
        id: TypeId,
        object: &Object,
        variants: &Variants,
    ) -> Option<UnionPlan> {
        let entity = &self.schema.type_of(id).entity;
        let tag = object.members.get(variants.tag)?;
        let is_enum = object.members.len() == 1;
        let branches_name = match is_enum {
            true => name.clone(),
            false => self.type_scope.claim(format!("{name}Branch")),
        };
        let branches = BranchesPlan {
            variants: self.branches(id, entity, variants, tag.type_id),
            name: branches_name.clone(),
        };
        let module = self.module(entity);
        let base = (!is_enum).then(|| {
            let mut names = FieldNames::default();
            let branches_type = RustType::Named { name: branches_name, module, kind: NamedKind::Union };
            let tag_field = FieldPlan {
                rust_type: branches_type,
                required: true,
                ..self.field(entity, id, tag, &mut names)
            };
            let others = object.members.iter().filter(|member| member.name != tag.name);
            let fields = others.map(|member| self.field(entity, id, member, &mut names)).collect();
            UnionBase { tag_field, fields }
        });
        Some(UnionPlan { item: self.item(name, "union", entity), tag: tag.name.clone(), branches, base })
    }

    fn branches(
        &self,
        id: TypeId,
        entity: &Entity,
        variants: &Variants,
        tag_type: TypeId,
    ) -> Vec<VariantPlan> {
        let mut scope = Scope::camel().without("Unrecognized");
        let data_of = |type_id: TypeId| {
            let is_empty = self.schema.object(type_id).is_none_or(Object::is_empty);
            (!is_empty).then(|| self.contained(id, type_id))
        };
        let mut plans: Vec<_> = variants
            .branches
            .iter()
            .map(|branch| {
                // A branch is as old, as stable and as deprecated as the value that selects it.
                let tag = &self.schema.type_of(tag_type);
                let value = match &tag.kind {
                    TypeKind::Enum(values) => values.values.iter().find(|value| value.name == branch.name),
                    _ => None,
                };
                let features = value.map_or(&[][..], |value| &value.features);
                let facts = Facts {
                    since: tag.entity.documentation.member_since.get(&branch.name).map(String::as_str),
                    condition: branch.condition.as_ref(),
                    features,
                };
                VariantPlan {
                    name: scope.claim(variant_name(&branch.name)),
                    value: branch.name.clone(),
                    data: data_of(branch.type_id),
                    converts: false,
                    docs: self.docs.part(entity, &branch.name, &facts),
                    deprecated: self.deprecation(features),
                }
            })
            .collect();
        mark_conversions(plans.iter_mut());
        plans
    }

    fn alternate_plan(
        &self,
        item: Item,
        entity: &Entity,
        id: TypeId,
        alternate: &Alternate,
    ) -> AlternatePlan {
        let mut scope = Scope::camel();
        let variants = alternate.alternatives.iter().map(|alternative| {
            let since = entity.documentation.member_since.get(&alternative.name).map(String::as_str);
            let facts = Facts { since, condition: alternative.condition.as_ref(), features: &[] };
            let is_null = alternative.json_type == JsonType::Null;
            let plan = VariantPlan {
                name: scope.claim(if is_null { "Null".to_owned() } else { variant_name(&alternative.name) }),
                value: alternative.name.clone(),
                data: (!is_null).then(|| self.contained(id, alternative.type_id)),
                converts: false,
                docs: self.docs.part(entity, &alternative.name, &facts),
                deprecated: None,
            };
            (alternative.json_type, plan)
        });
        let mut variants: Vec<_> = variants.collect();
        mark_conversions(variants.iter_mut().map(|(_, plan)| plan));
        AlternatePlan { item, variants }
    }

    fn commands(&self) -> Vec<MessagePlan> {
        let mut commands: Vec<&Command> = self.schema.commands().iter().collect();
        commands.sort_by_key(|command| &command.entity.name);
        let mut scope = Scope::camel().without("Unrecognized");
        let plan = |command: &Command| {
            let entity = &command.entity;
            let item = self.item(scope.claim(type_name(&entity.name)), "command", entity);
            let facts = MessageFacts {
                command: Some(CommandFacts {
                    returns: command.returns.map(|returns| self.rust_type(returns)),
                    allow_oob: command.flags.allow_oob,
                    allow_preconfig: command.flags.allow_preconfig,
                    success_response: command.flags.success_response,
                }),
                ..self.message_facts(entity)
            };
            let body = self.message_body(item, entity, command.arguments, !command.flags.generated);
            MessagePlan { body, wire_name: entity.name.clone(), facts }
        };
        commands.into_iter().map(plan).collect()
    }

    fn events(&self) -> Vec<MessagePlan> {
        let mut events: Vec<&Event> = self.schema.events().iter().collect();
        events.sort_by_key(|event| &event.entity.name);
        let mut scope = Scope::camel().without("Unrecognized");
        let plan = |event: &Event| {
            let entity = &event.entity;
            let item = self.item(scope.claim(type_name(&entity.name)), "event", entity);
            MessagePlan {
                body: self.message_body(item, entity, event.data, false),
                wire_name: entity.name.clone(),
                facts: self.message_facts(entity),
            }
        };
        events.into_iter().map(plan).collect()
    }

    fn message_facts(&self, entity: &Entity) -> MessageFacts {
        MessageFacts {
            module: self.schema.module_of(entity.module).stem().to_owned(),
            since: entity.documentation.since.clone(),
            features: entity.features.iter().map(|feature| feature.name.clone()).collect(),
            condition: entity.condition.as_ref().map(ToString::to_string),
            command: None,
        }
    }

    fn message_body(&self, item: Item, entity: &Entity, data: Option<TypeId>, open: bool) -> MessageBody {
        let Some((id, object)) = data.and_then(|id| Some((id, self.schema.object(id)?))) else {
            let rest = open.then(|| "extra".to_owned());
            return MessageBody::Members(StructPlan { item, fields: Vec::new(), rest });
        };
        match object.variants {
            Some(_) => MessageBody::Union { item, data: self.rust_type(id) },
            None => MessageBody::Members(self.struct_plan(item, entity, id, &object.members, open)),
        }
    }

    fn module(&self, entity: &Entity) -> String {
        module_name(self.schema.module_of(entity.module).stem())
    }

    /// The Rust type of a value directly inside one of type `owner`.
    fn contained(&self, owner: TypeId, id: TypeId) -> RustType {
        let rust_type = self.rust_type(id);
        if self.boxing.is_boxed(owner, id) { RustType::Boxed(Box::new(rust_type)) } else { rust_type }
    }

    fn rust_type(&self, id: TypeId) -> RustType {
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

/// The names of a struct's fields and of the methods that set them, which share the struct with `new`.
struct FieldNames {
    fields: Scope,
    setters: Scope,
}

impl Default for FieldNames {
    fn default() -> Self {
        Self { fields: Scope::snake(), setters: Scope::snake().without("new") }
    }
}

impl FieldNames {
    /// Those of a struct that takes arguments beyond its members, by a method of its own.
    fn open() -> Self {
        Self { fields: Scope::snake(), setters: Scope::snake().without("new").without("argument") }
    }
}

/// Marks the variants whose data is that of no other.
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
        variant.converts = variant.data.as_ref().is_some_and(|data| !repeated.contains(data));
    }
}
