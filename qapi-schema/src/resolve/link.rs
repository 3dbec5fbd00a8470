//! Pass 2: names become ids.

use std::collections::HashSet;

use smol_str::SmolStr;

use super::declare::{Declarations, Declared, Kind, array_name, implicit_name, implicit_name_of};
use super::findings::{Findings, Step};
use super::simple::{linked_features, object, provided, qtype, value};
use crate::definition::{
    Body, BranchDefinition, CommandDefinition, Definition, Head, MemberDefinition, Members, Name, TypeRef,
    UnionDefinition,
};
use crate::model::{
    Alternate, Alternative, Branch, Command, CommandFlags, EMPTY_OBJECT, Entity, EntityId, Enum, Event,
    JsonType, Member, Object, Schema, Type, TypeId, TypeKind, Variants,
};
use crate::suggest::suggest;

/// With how many names misspelled ones are compared, which is more than a real schema has mistakes for.
const MAX_COMPARED_NAMES: usize = 1_000_000;

/// Fills the schema with all declared entities. What is implied by others is left to later passes.
///
/// The definitions are used up: a schema may be large, and what it says need not be there twice.
pub(super) fn link(
    declarations: &Declarations,
    definitions: Vec<Definition>,
    dropped: &HashSet<SmolStr>,
    schema: &mut Schema,
    findings: &mut Findings,
) {
    let mut definitions: Vec<_> = definitions.into_iter().map(Some).collect();
    schema.types.reserve_exact(declarations.kinds.len());
    schema.commands.reserve_exact(declarations.commands as usize);
    schema.events.reserve_exact(declarations.events as usize);
    let mut linker = Linker { declarations, dropped, findings, schema };
    for (id, declared) in &declarations.entities {
        linker.entity(*id, declared, &mut definitions);
    }
    linker.place_arrays();
}

struct Linker<'a> {
    declarations: &'a Declarations,
    dropped: &'a HashSet<SmolStr>,
    findings: &'a mut Findings,
    schema: &'a mut Schema,
}

/// The definition that is being linked, as far as its parts need it.
#[derive(Clone, Copy)]
struct Owner<'a> {
    id: EntityId,
    head: &'a Head,
}

impl Owner<'_> {
    /// The release that introduced one of the definition's members later.
    fn member_since(&self, name: &str) -> Option<SmolStr> {
        self.head.documentation.as_ref()?.member_since.get(name).cloned()
    }
}

impl Linker<'_> {
    fn entity(&mut self, id: EntityId, declared: &Declared, definitions: &mut [Option<Definition>]) {
        match declared {
            Declared::Builtin(builtin) => {
                self.implicit_type(provided(builtin.name()), TypeKind::Builtin(*builtin));
            }
            Declared::EmptyObject => {
                self.implicit_type(provided(EMPTY_OBJECT), TypeKind::Object(object(None, Vec::new())));
            }
            Declared::QType => {
                let prefix = self.schema.rules.qtype_prefix.map(Box::from);
                self.implicit_type(provided("QType"), TypeKind::Enum(qtype(prefix)));
            }
            Declared::Array { element, owner } => {
                let owner = owner.and_then(|index| definitions[index as usize].as_ref());
                self.array(element, owner);
            }
            Declared::ImplicitObject(index) => {
                let members =
                    definitions[*index as usize].as_mut().and_then(|owner| owner.body.inline_members());
                let members = members.map(std::mem::take).unwrap_or_default();
                if let Some(owner) = &definitions[*index as usize] {
                    self.implicit_object(id, owner, members);
                }
            }
            Declared::Definition(index) => {
                if let Some(definition) = definitions[*index as usize].take() {
                    self.definition(id, definition);
                }
            }
        }
    }

    fn implicit_type(&mut self, entity: Entity, kind: TypeKind) {
        self.schema.types.push(Type { entity, implicit: true, kind });
    }

    fn array(&mut self, element: &str, owner: Option<&Definition>) {
        let entity = Entity {
            span: owner.map(|owner| owner.head.span),
            name_span: owner.map(|owner| owner.head.name.span),
            ..provided(&array_name(element))
        };
        // An element that does not exist is reported where it is used.
        let element = self.declarations.type_named(element).unwrap_or(TypeId(0));
        self.implicit_type(entity, TypeKind::Array(element));
    }

    fn implicit_object(&mut self, id: EntityId, definition: &Definition, members: Vec<MemberDefinition>) {
        let head = &definition.head;
        let members = self.members(members, Owner { id, head });
        let entity = Entity {
            name: implicit_name(definition),
            module: head.module,
            span: Some(head.span),
            name_span: Some(head.name.span),
            condition: definition.condition.clone(),
            features: Box::default(),
            documentation: None,
            releases: head.releases,
        };
        self.implicit_type(entity, TypeKind::Object(object(None, members)));
    }

    fn definition(&mut self, id: EntityId, definition: Definition) {
        let Definition { head, condition, features, body } = definition;
        let linked = self.body(body, Owner { id, head: &head });
        let entity = Entity {
            name: head.name.text,
            module: head.module,
            span: Some(head.span),
            name_span: Some(head.name.span),
            condition,
            features: linked_features(features),
            documentation: head.documentation,
            releases: head.releases,
        };
        match linked {
            Linked::Type(kind) => self.schema.types.push(Type { entity, implicit: false, kind }),
            Linked::Command { arguments, returns, flags } => {
                self.schema.commands.push(Command { entity, arguments, returns, flags });
            }
            Linked::Event { data, boxed } => self.schema.events.push(Event { entity, data, boxed }),
        }
    }

    fn body(&mut self, body: Body, owner: Owner<'_>) -> Linked {
        Linked::Type(match body {
            Body::Enum { values, prefix } => {
                TypeKind::Enum(Enum { values: values.into_iter().map(value).collect(), prefix })
            }
            Body::Struct { base, members } => {
                let base = base.and_then(|base| self.base_type(&base, owner));
                TypeKind::Object(object(base, self.members(members, owner)))
            }
            Body::Union(union) => {
                let UnionDefinition { base, discriminator, default_branch, branches } = *union;
                let base = match base {
                    Members::Named(name) => self.base_type(&name, owner),
                    Members::Inline(_) => self.implicit_type_of(owner, "base"),
                };
                let branches = branches.into_iter().filter_map(|branch| self.branch(branch, owner)).collect();
                let variants = Variants {
                    tag: discriminator.text,
                    discriminator_span: discriminator.span,
                    default_branch,
                    branches,
                };
                TypeKind::Object(Object { variants: Some(Box::new(variants)), ..object(base, Vec::new()) })
            }
            Body::Alternate { alternatives } => TypeKind::Alternate(Alternate {
                alternatives: alternatives
                    .into_iter()
                    .filter_map(|branch| self.alternative(branch, owner))
                    .collect(),
            }),
            Body::Command(command) => {
                let CommandDefinition { arguments, returns, flags } = *command;
                let arguments = arguments.and_then(|arguments| self.arguments(arguments, owner));
                let returns = returns.and_then(|returns| self.type_ref(&returns, owner, Step::Rest));
                return Linked::Command { arguments, returns, flags };
            }
            Body::Event { data, boxed } => {
                let data = data.and_then(|data| self.arguments(data, owner));
                return Linked::Event { data, boxed };
            }
        })
    }

    fn members(&mut self, members: Vec<MemberDefinition>, owner: Owner<'_>) -> Vec<Member> {
        let defined_in = TypeId(u32::try_from(self.schema.types.len()).unwrap_or(u32::MAX));
        let mut linked = Vec::with_capacity(members.len());
        for member in members {
            let MemberDefinition { name, optional, type_ref, condition, features, releases } = member;
            let Some(type_id) = self.type_ref(&type_ref, owner, Step::Members) else { continue };
            linked.push(Member {
                since: owner.member_since(&name.text),
                name: name.text,
                type_id,
                optional,
                condition,
                features: linked_features(features),
                defined_in,
                span: name.span,
                releases,
            });
        }
        linked
    }

    fn branch(&mut self, branch: BranchDefinition, owner: Owner<'_>) -> Option<Branch> {
        let type_name = &branch.type_ref.name;
        let step = Step::Branch(branch.name.span.start);
        let type_id = self.object_type(type_name, owner, "a branch", step)?;
        let kind = self.declarations.kind(type_id);
        if kind == Kind::Union && !self.schema.rules.unions_as_branches {
            let message =
                format!("a branch must be a struct in this release, and '{}' is a union", type_name.text);
            return self.mistake((owner, step), "union-as-branch", type_name, message);
        }
        Some(Branch {
            name: branch.name.text,
            type_id,
            condition: branch.condition,
            explicit: true,
            span: branch.name.span,
            releases: branch.releases,
        })
    }

    fn alternative(&mut self, branch: BranchDefinition, owner: Owner<'_>) -> Option<Alternative> {
        Some(Alternative {
            type_id: self.type_ref(&branch.type_ref, owner, Step::Members)?,
            name: branch.name.text,
            // Set by a later pass.
            json_type: JsonType::Null,
            condition: branch.condition,
            span: branch.name.span,
            releases: branch.releases,
        })
    }

    /// The type of what a command or event takes; none if there are no members.
    fn arguments(&mut self, members: Members, owner: Owner<'_>) -> Option<TypeId> {
        match members {
            Members::Named(name) => self.object_type(&name, owner, "the data", Step::Base),
            Members::Inline(_) => self.implicit_type_of(owner, "arg"),
        }
    }

    fn implicit_type_of(&self, owner: Owner<'_>, role: &str) -> Option<TypeId> {
        self.declarations.type_named(&implicit_name_of(&owner.head.name.text, role))
    }

    /// A struct: a base must have no branches.
    fn base_type(&mut self, name: &Name, owner: Owner<'_>) -> Option<TypeId> {
        let id = self.object_type(name, owner, "the base", Step::Base)?;
        if self.declarations.kind(id) == Kind::Union {
            let message = format!("the base must be a struct, and '{}' is a union", name.text);
            return self.mistake((owner, Step::Base), "union-as-base", name, message);
        }
        Some(id)
    }

    fn object_type(&mut self, name: &Name, owner: Owner<'_>, what: &str, step: Step) -> Option<TypeId> {
        let id = self.named_type(name, owner, step)?;
        let found = match self.declarations.kind(id) {
            Kind::Struct | Kind::Union => return Some(id),
            other => other.name(),
        };
        let message = format!("{what} must be a struct or union, and {found} type '{}' is not", name.text);
        self.mistake((owner, step), "not-an-object", name, message)
    }

    fn type_ref(&mut self, type_ref: &TypeRef, owner: Owner<'_>, step: Step) -> Option<TypeId> {
        let name = &type_ref.name;
        if !type_ref.is_array {
            return self.named_type(name, owner, step);
        }
        let element = self.element_type(name, owner)?;
        if self.declarations.kind(element) == Kind::Array {
            let message = format!("the elements of an array can't be arrays, and '{}' is one", name.text);
            return self.mistake((owner, step), "array-of-arrays", name, message);
        }
        self.declarations.type_named(&array_name(&name.text))
    }

    /// The type of an array's elements. QEMU's front end misses it when it checks the array, which stands in front of the
    /// definition that needs it first.
    fn element_type(&mut self, name: &Name, owner: Owner<'_>) -> Option<TypeId> {
        let array = self.declarations.type_named(&array_name(&name.text));
        let found = self.declarations.type_named(&name.text);
        if let (None, Some(array)) = (found, array) {
            self.findings.mark_broken(owner.id);
            let array = Owner { id: EntityId::Type(array), ..owner };
            return self.named_type(name, array, Step::Members);
        }
        found
    }

    fn named_type(&mut self, name: &Name, owner: Owner<'_>, step: Step) -> Option<TypeId> {
        let id = self.declarations.type_named(&name.text);
        if id.is_none() {
            self.unknown_type(name, owner, step);
        }
        id
    }

    fn mistake<T>(
        &mut self,
        (owner, step): (Owner<'_>, Step),
        code: &'static str,
        name: &Name,
        message: String,
    ) -> Option<T> {
        self.findings.add(owner.id, step, owner.head.mistake(code, name.span, message));
        None
    }

    fn unknown_type(&mut self, name: &Name, owner: Owner<'_>, step: Step) {
        let by_name = &self.declarations.by_name;
        if self.dropped.contains(&name.text) {
            // A mistake is reported once, where it is.
            self.findings.mark_broken(owner.id);
        } else if by_name.contains_key(&name.text) {
            let message = format!("'{}' is a command or an event, not a type", name.text);
            self.mistake::<()>((owner, step), "not-a-type", name, message);
        } else {
            let message = format!("unknown type '{}'", name.text);
            let mut diagnostic = owner.head.mistake("unknown-type", name.span, message);
            if self.findings.len() * by_name.len() < MAX_COMPARED_NAMES {
                let types = by_name.iter().filter(|(_, id)| matches!(id, EntityId::Type(_)));
                let types = types.map(|(name, _)| name.as_str());
                diagnostic = suggest(diagnostic, &name.text, types);
            }
            self.findings.add(owner.id, step, diagnostic);
        }
    }

    /// An array belongs to the module of its elements, and exists where they do.
    fn place_arrays(&mut self) {
        for index in 0..self.schema.types.len() {
            let TypeKind::Array(element) = self.schema.types[index].kind else { continue };
            let element = &self.schema.type_of(element).entity;
            let (module, condition, releases) = (element.module, element.condition.clone(), element.releases);
            let array = &mut self.schema.types[index].entity;
            (array.module, array.condition, array.releases) = (module, condition, releases);
        }
    }
}

/// What a definition is once its names are ids.
enum Linked {
    Type(TypeKind),
    Command { arguments: Option<TypeId>, returns: Option<TypeId>, flags: CommandFlags },
    Event { data: Option<TypeId>, boxed: bool },
}
