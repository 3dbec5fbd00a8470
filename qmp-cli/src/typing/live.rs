//! What the server itself says, which counts more than the bindings where they differ.
//!
//! A server makes up names of types that mean nothing. What the bindings have in the same place, the same member of the same command,
//! gives its types names for people. Nothing else is taken from there.

use std::collections::BTreeMap;

use qmp_client::introspection::{self, Command, Event, Kind, ServerSchema, Type};
use qmp_types::metadata::{BranchInfo, MemberInfo, Members, TypeKind};
use qmp_types::qmp::SCHEMA;
use qmp_types::qmp::types::JsonType;

use super::{Member, Object, Shape, TypeRef, bindings};

/// A type of a server's schema.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LiveType<'s> {
    type_: Type<'s>,
    /// What the bindings call it: in brackets, if it is a list.
    name: Option<&'static str>,
}

/// What the bindings have in the place of an object.
#[derive(Debug, Clone, Copy, Default)]
struct Known {
    members: &'static [MemberInfo],
    branches: &'static [BranchInfo],
}

impl Known {
    fn of_type(name: &str) -> Self {
        match SCHEMA.type_named(name).map(|type_| type_.kind) {
            Some(TypeKind::Object { members, branches, .. }) => Self { members, branches },
            _ => Self::default(),
        }
    }

    fn of_members(members: Members) -> Self {
        match members {
            Members::Inline(members) => Self { members, branches: &[] },
            Members::Of(name) => Self::of_type(name),
        }
    }

    fn member(self, name: &str) -> Option<&'static str> {
        Some(self.members.iter().find(|member| member.name == name)?.type_name)
    }

    fn branch(self, case: &str) -> Option<&'static str> {
        Some(self.branches.iter().find(|branch| branch.name == case)?.type_name)
    }
}

/// The arguments of a command, if the server has it.
pub(crate) fn arguments<'s>(schema: &'s ServerSchema, command: &str) -> Option<Object<'s>> {
    Some(takes(schema.command(command)?))
}

/// The arguments of a command.
pub(crate) fn takes(command: Command<'_>) -> Object<'_> {
    let known = SCHEMA.command(command.name()).map(|known| Known::of_members(known.arguments));
    object(command.arguments(), known.unwrap_or_default())
}

/// What a command returns.
pub(crate) fn returns(command: Command<'_>) -> TypeRef<'_> {
    let known = SCHEMA.command(command.name()).and_then(|known| known.returns);
    TypeRef::Live(LiveType::new(command.returns(), known))
}

/// What comes with an event.
pub(crate) fn data(event: Event<'_>) -> Object<'_> {
    let known = SCHEMA.event(event.name()).map(|known| Known::of_members(known.data));
    object(event.data(), known.unwrap_or_default())
}

/// The types that have a name, by it: those that commands and events lead to.
pub(crate) fn types(schema: &ServerSchema) -> BTreeMap<&'static str, LiveType<'_>> {
    let mut types = BTreeMap::new();
    let mut left = Vec::new();
    for command in schema.commands() {
        let known = SCHEMA.command(command.name()).map(|known| known.arguments);
        left.extend(whole(command.arguments(), known));
        left.extend(takes(command).types());
        left.push(returns(command));
    }
    for event in schema.events() {
        left.extend(whole(event.data(), SCHEMA.event(event.name()).map(|known| known.data)));
        left.extend(data(event).types());
    }
    while let Some(next) = left.pop() {
        let TypeRef::Live(type_) = next else { continue };
        // What has no name may contain itself: only those with a name are told apart.
        let Some(name) = type_.name else { continue };
        if types.insert(name, type_).is_some() {
            continue;
        }
        match type_.shape() {
            Some(Shape::Object(object)) => left.extend(object.types()),
            Some(Shape::List(element)) => left.push(element),
            Some(Shape::Alternate(types)) => left.extend(types),
            _ => {}
        }
    }
    types.retain(|name, _| bindings::element(name).is_none());
    types
}

/// The arguments or data themselves, if they are of a type.
fn whole<'s>(object: introspection::Object<'s>, known: Option<Members>) -> Option<TypeRef<'s>> {
    match known {
        Some(Members::Of(name)) => Some(TypeRef::Live(LiveType::new(object.as_type(), Some(name)))),
        _ => None,
    }
}

/// The members of an object.
fn object(object: introspection::Object<'_>, known: Known) -> Object<'_> {
    let variants = object.variants();
    let branches = variants.iter().flat_map(|variants| variants.branches());
    let branch = |branch: introspection::Branch<'_>| known.branch(branch.case());
    Object {
        members: object.members().map(|it| member(it, known.member(it.name()))).collect(),
        tag: variants.and_then(|variants| Some(variants.tag()?.name())),
        branches: branches
            .map(|it| (it.case(), TypeRef::Live(LiveType::new(it.data().as_type(), branch(it)))))
            .collect(),
    }
}

fn member<'s>(member: introspection::Member<'s>, known: Option<&'static str>) -> Member<'s> {
    Member {
        name: member.name(),
        type_: TypeRef::Live(LiveType::new(member.member_type(), known)),
        is_optional: member.is_optional(),
    }
}

impl<'s> LiveType<'s> {
    /// A type, and the name that the bindings have in its place.
    fn new(type_: Type<'s>, known: Option<&'static str>) -> Self {
        Self { type_, name: known.filter(|name| is_same_kind(type_, name)) }
    }

    /// Whether its name says where more is said of it.
    pub(crate) fn is_named(self) -> bool {
        self.name.is_some()
    }

    /// What values of the type look like.
    pub(super) fn shape(self) -> Option<Shape<'s>> {
        Some(match self.type_.kind() {
            Kind::Builtin(json_type) => match json_type {
                JsonType::String => Shape::Text,
                JsonType::Int => Shape::Integer,
                JsonType::Number => Shape::Number,
                JsonType::Boolean => Shape::Boolean,
                JsonType::Null => Shape::Null,
                _ => Shape::Any,
            },
            Kind::Enum(values) => Shape::Enum(values.values().map(introspection::Value::name).collect()),
            Kind::Array(element) => {
                Shape::List(TypeRef::Live(Self::new(element, self.name.and_then(bindings::element))))
            }
            Kind::Object(members) => {
                Shape::Object(object(members, self.name.map(Known::of_type).unwrap_or_default()))
            }
            Kind::Alternate(types) => {
                Shape::Alternate(types.types().map(|type_| TypeRef::Live(self.alternative(type_))).collect())
            }
            _ => return None,
        })
    }

    /// One of an alternate's types. They have no names there, but no two of them are of a kind.
    fn alternative(self, type_: Type<'s>) -> Self {
        let known = match self.name.and_then(|name| SCHEMA.type_named(name)).map(|known| known.kind) {
            Some(TypeKind::Alternate(types)) => types,
            _ => &[],
        };
        Self::new(type_, known.iter().map(|known| known.type_name).find(|name| is_same_kind(type_, name)))
    }

    /// What it is called.
    pub(super) fn label(self) -> String {
        if let Some(name) = self.name {
            return name.to_owned();
        }
        match self.type_.kind() {
            Kind::Builtin(json_type) => json_type.as_str().to_owned(),
            Kind::Enum(_) => "enum".to_owned(),
            Kind::Array(element) => format!("[{}]", Self::new(element, None).label()),
            Kind::Object(object) if object.variants().is_some() => "union".to_owned(),
            Kind::Object(_) => "object".to_owned(),
            Kind::Alternate(_) => "alternate".to_owned(),
            _ => "unknown".to_owned(),
        }
    }

    /// What kind of definition it is.
    pub(crate) fn kind(self) -> &'static str {
        match self.type_.kind() {
            Kind::Enum(_) => "enum",
            Kind::Object(object) if object.variants().is_some() => "union",
            Kind::Alternate(_) => "alternate",
            _ => "struct",
        }
    }

    /// The names of its features.
    pub(crate) fn features(self) -> Vec<String> {
        self.type_.features().names().map(str::to_owned).collect()
    }
}

/// Whether a type may be the one that the bindings call so: where a server has another kind of type, the name would mislead. The
/// types of JSON itself are called as the server does, who does not tell integers apart.
fn is_same_kind(type_: Type<'_>, name: &str) -> bool {
    if let Kind::Array(element) = type_.kind() {
        return bindings::element(name).is_some_and(|name| is_same_kind(element, name));
    }
    let known = SCHEMA.type_named(name).map(|known| known.kind);
    matches!(
        (type_.kind(), known),
        (Kind::Enum(_), Some(TypeKind::Enum(_)))
            | (Kind::Object(_), Some(TypeKind::Object { .. }))
            | (Kind::Alternate(_), Some(TypeKind::Alternate(_)))
    )
}
