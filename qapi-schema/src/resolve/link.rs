//! Pass 2: names become ids.

use std::collections::{HashMap, HashSet};

use qapi_parser::{Diagnostic, MAX_MISTAKES};

use super::declare::{Declarations, Declared, EMPTY_OBJECT, array_name, implicit_name};
use crate::definition::{
    Body, BranchDefinition, CommandDefinition, Definition, FeatureDefinition, MemberDefinition, Members,
    Name, TypeRef,
};
use crate::model::{
    Alternate, Alternative, Branch, Command, Condition, Documentation, Entity, EntityId, Enum, Event,
    Feature, JsonType, Member, Module, ModuleId, Object, Schema, Type, TypeId, TypeKind, Value, Variants,
};
use crate::suggest::nearest;

/// The module of what the language provides.
const BUILTIN_MODULE: ModuleId = ModuleId(0);

/// Builds the schema of all declared entities. What is inherited or implied is left to later passes.
pub(super) fn link(
    declarations: &Declarations<'_>,
    dropped: &HashSet<String>,
    modules: Vec<String>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Schema {
    let module_ids = modules.iter().cloned().zip((1..).map(ModuleId)).collect();
    let builtin = Module { name: "./builtin".to_owned() };
    let mut linker = Linker {
        declarations,
        dropped,
        diagnostics,
        modules: module_ids,
        schema: Schema {
            release: None,
            modules: std::iter::once(builtin)
                .chain(modules.into_iter().map(|name| Module { name }))
                .collect(),
            types: Vec::new(),
            commands: Vec::new(),
            events: Vec::new(),
            order: declarations.entities.iter().map(|(id, _)| *id).collect(),
            by_name: declarations.by_name.clone(),
        },
    };
    for (_, declared) in &declarations.entities {
        linker.entity(declared);
    }
    linker.place_arrays();
    linker.schema
}

struct Linker<'a, 'd> {
    declarations: &'a Declarations<'d>,
    dropped: &'a HashSet<String>,
    modules: HashMap<String, ModuleId>,
    diagnostics: &'a mut Vec<Diagnostic>,
    schema: Schema,
}

impl Linker<'_, '_> {
    fn entity(&mut self, declared: &Declared<'_>) {
        match declared {
            Declared::Builtin(builtin) => {
                self.implicit_type(provided(builtin.name()), TypeKind::Builtin(*builtin));
            }
            Declared::EmptyObject => {
                self.implicit_type(provided(EMPTY_OBJECT), TypeKind::Object(object(None, Vec::new())))
            }
            Declared::QType => self.implicit_type(provided("QType"), TypeKind::Enum(qtype())),
            Declared::Array { element, span } => {
                let entity = Entity { span: *span, ..provided(&array_name(element)) };
                // An element that does not exist is reported where it is used.
                let element = self.lookup_type(element).unwrap_or(TypeId(0));
                self.implicit_type(entity, TypeKind::Array(element));
            }
            Declared::ImplicitObject { owner, members } => {
                let entity = Entity {
                    name: implicit_name(owner),
                    features: Vec::new(),
                    documentation: Documentation::default(),
                    ..self.described(owner)
                };
                let members = self.members(members, owner, self.next_type());
                self.implicit_type(entity, TypeKind::Object(object(None, members)));
            }
            Declared::Definition(definition) => self.definition(definition),
        }
    }

    fn implicit_type(&mut self, entity: Entity, kind: TypeKind) {
        self.schema.types.push(Type { entity, implicit: true, kind });
    }

    fn next_type(&self) -> TypeId {
        TypeId(u32::try_from(self.schema.types.len()).unwrap_or(u32::MAX))
    }

    fn definition(&mut self, definition: &Definition) {
        let entity = self.described(definition);
        let kind = match &definition.body {
            Body::Enum { values, prefix } => TypeKind::Enum(Enum {
                values: values
                    .iter()
                    .map(|value| Value {
                        name: value.name.text.clone(),
                        condition: value.condition.clone(),
                        features: features(&value.features),
                    })
                    .collect(),
                prefix: prefix.clone(),
            }),
            Body::Struct { base, members } => {
                let base = base.as_ref().and_then(|base| self.base_type(base, definition));
                let members = self.members(members, definition, self.next_type());
                TypeKind::Object(object(base, members))
            }
            Body::Union { base, branches, .. } => {
                let base = match base {
                    Members::Named(name) => self.base_type(name, definition),
                    Members::Inline(_) => self.lookup_type(&implicit_name(definition)),
                };
                let branches = branches.iter().filter_map(|branch| self.branch(branch, definition)).collect();
                let variants = Some(Variants { tag: 0, branches });
                TypeKind::Object(Object { variants, ..object(base, Vec::new()) })
            }
            Body::Alternate { alternatives } => TypeKind::Alternate(Alternate {
                alternatives: alternatives
                    .iter()
                    .filter_map(|branch| self.alternative(branch, definition))
                    .collect(),
            }),
            Body::Command(command) => return self.command(entity, command, definition),
            Body::Event { data, boxed } => {
                let data = data.as_ref().and_then(|data| self.members_type(data, definition, "the data"));
                self.schema.events.push(Event { entity, data, boxed: *boxed });
                return;
            }
        };
        self.schema.types.push(Type { entity, implicit: false, kind });
    }

    fn command(&mut self, entity: Entity, command: &CommandDefinition, definition: &Definition) {
        let arguments = command.arguments.as_ref();
        let arguments = arguments.and_then(|arguments| self.members_type(arguments, definition, "the data"));
        let returns = command.returns.as_ref().and_then(|returns| self.type_ref(returns, definition));
        self.schema.commands.push(Command { entity, arguments, returns, flags: command.flags });
    }

    fn described(&self, definition: &Definition) -> Entity {
        Entity {
            name: definition.name.text.clone(),
            module: self.module(&definition.module),
            span: Some(definition.name.span),
            condition: definition.condition.clone(),
            features: features(&definition.features),
            documentation: definition.documentation.clone(),
        }
    }

    fn module(&self, name: &str) -> ModuleId {
        self.modules.get(name).copied().unwrap_or(BUILTIN_MODULE)
    }

    fn members(
        &mut self,
        members: &[MemberDefinition],
        owner: &Definition,
        defined_in: TypeId,
    ) -> Vec<Member> {
        let member = |member: &MemberDefinition| {
            Some(Member {
                name: member.name.text.clone(),
                type_id: self.type_ref(&member.type_ref, owner)?,
                optional: member.optional,
                condition: member.condition.clone(),
                features: features(&member.features),
                defined_in,
                since: owner.documentation.member_since.get(&member.name.text).cloned(),
            })
        };
        members.iter().filter_map(member).collect()
    }

    fn branch(&mut self, branch: &BranchDefinition, owner: &Definition) -> Option<Branch> {
        let type_id = self.object_type(&branch.type_ref.name, owner, "a branch")?;
        Some(Branch {
            name: branch.name.text.clone(),
            type_id,
            condition: branch.condition.clone(),
            explicit: true,
        })
    }

    fn alternative(&mut self, branch: &BranchDefinition, owner: &Definition) -> Option<Alternative> {
        Some(Alternative {
            name: branch.name.text.clone(),
            type_id: self.type_ref(&branch.type_ref, owner)?,
            // Set by a later pass.
            json_type: JsonType::Null,
            condition: branch.condition.clone(),
        })
    }

    /// The type of members that are named or given on the spot; none if there are no members.
    fn members_type(&mut self, members: &Members, owner: &Definition, what: &str) -> Option<TypeId> {
        match members {
            Members::Named(name) => self.object_type(name, owner, what),
            Members::Inline(_) => self.lookup_type(&implicit_name(owner)),
        }
    }

    /// A struct: a base must have no branches.
    fn base_type(&mut self, name: &Name, owner: &Definition) -> Option<TypeId> {
        let id = self.object_type(name, owner, "the base")?;
        if let Declared::Definition(Definition { body: Body::Union { .. }, .. }) =
            self.declarations.declared_type(id)
        {
            let message = format!("the base must be a struct, and '{}' is a union", name.text);
            let diagnostic = Diagnostic::new("union-as-base", name.span, message);
            self.diagnostics.push(diagnostic.in_definition(owner.describe()));
            return None;
        }
        Some(id)
    }

    fn object_type(&mut self, name: &Name, owner: &Definition, what: &str) -> Option<TypeId> {
        let id = self.named_type(name, owner)?;
        let found = match self.declarations.declared_type(id) {
            Declared::EmptyObject | Declared::ImplicitObject { .. } => return Some(id),
            Declared::Definition(definition) => match &definition.body {
                Body::Struct { .. } | Body::Union { .. } => return Some(id),
                body => body.keyword(),
            },
            Declared::Array { .. } => "array",
            Declared::Builtin(_) | Declared::QType => "built-in",
        };
        let message = format!("{what} must be a struct or union, and {found} type '{}' is not", name.text);
        self.diagnostics
            .push(Diagnostic::new("not-an-object", name.span, message).in_definition(owner.describe()));
        None
    }

    fn type_ref(&mut self, type_ref: &TypeRef, owner: &Definition) -> Option<TypeId> {
        let element = self.named_type(&type_ref.name, owner)?;
        if type_ref.is_array { self.lookup_type(&array_name(&type_ref.name.text)) } else { Some(element) }
    }

    fn named_type(&mut self, name: &Name, owner: &Definition) -> Option<TypeId> {
        let id = self.lookup_type(&name.text);
        // A mistake is reported once, where it is.
        if id.is_none() && !self.dropped.contains(&name.text) {
            self.diagnostics.push(self.unknown_type(name).in_definition(owner.describe()));
        }
        id
    }

    fn lookup_type(&self, name: &str) -> Option<TypeId> {
        match self.declarations.by_name.get(name) {
            Some(EntityId::Type(id)) => Some(*id),
            _ => None,
        }
    }

    fn unknown_type(&self, name: &Name) -> Diagnostic {
        let by_name = &self.declarations.by_name;
        if by_name.contains_key(&name.text) {
            let message = format!("'{}' is a command or an event, not a type", name.text);
            return Diagnostic::new("not-a-type", name.span, message);
        }
        let diagnostic = Diagnostic::new("unknown-type", name.span, format!("unknown type '{}'", name.text));
        if self.diagnostics.len() >= MAX_MISTAKES {
            return diagnostic;
        }
        let types =
            by_name.iter().filter(|(_, id)| matches!(id, EntityId::Type(_))).map(|(name, _)| name.as_str());
        match nearest(&name.text, types) {
            Some(nearest) => diagnostic.with_hint(format!("did you mean '{nearest}'?")),
            None => diagnostic,
        }
    }

    /// An array belongs to the module of its elements, and exists where they do.
    fn place_arrays(&mut self) {
        for index in 0..self.schema.types.len() {
            let TypeKind::Array(element) = self.schema.types[index].kind else { continue };
            let element = &self.schema.type_of(element).entity;
            let (module, condition) = (element.module, element.condition.clone());
            let array = &mut self.schema.types[index].entity;
            (array.module, array.condition) = (module, condition);
        }
    }
}

fn features(features: &[FeatureDefinition]) -> Vec<Feature> {
    let feature = |feature: &FeatureDefinition| Feature {
        name: feature.name.text.clone(),
        condition: feature.condition.clone(),
    };
    features.iter().map(feature).collect()
}

fn object(base: Option<TypeId>, local_members: Vec<Member>) -> Object {
    Object { base, local_members, members: Vec::new(), variants: None }
}

/// An entity of the language's own.
fn provided(name: &str) -> Entity {
    Entity {
        name: name.to_owned(),
        module: BUILTIN_MODULE,
        span: None,
        condition: None::<Condition>,
        features: Vec::new(),
        documentation: Documentation::default(),
    }
}

fn qtype() -> Enum {
    let value = |name: &str| Value { name: name.to_owned(), condition: None, features: Vec::new() };
    let names = ["none", "qnull", "qnum", "qstring", "qdict", "qlist", "qbool"];
    Enum { values: names.map(value).into(), prefix: None }
}
