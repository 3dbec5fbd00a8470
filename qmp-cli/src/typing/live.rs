//! What the server itself says, which counts more than the bindings where they differ.

use qmp_client::introspection::{self, Kind, ServerSchema, Type};
use qmp_types::qmp::types::JsonType;

use super::{Member, Object, Shape, TypeRef};

/// The arguments of a command, if the server has it.
pub(crate) fn arguments<'s>(schema: &'s ServerSchema, command: &str) -> Option<Object<'s>> {
    Some(object(schema.command(command)?.arguments()))
}

/// The members of an object.
pub(crate) fn object(object: introspection::Object<'_>) -> Object<'_> {
    let variants = object.variants();
    let branches = variants.iter().flat_map(|variants| variants.branches());
    Object {
        members: object.members().map(member).collect(),
        tag: variants.and_then(|variants| Some(variants.tag()?.name())),
        branches: branches.map(|branch| (branch.case(), TypeRef::Live(branch.data().as_type()))).collect(),
    }
}

fn member(member: introspection::Member<'_>) -> Member<'_> {
    Member {
        name: member.name(),
        type_: TypeRef::Live(member.member_type()),
        is_optional: member.is_optional(),
    }
}

/// What values of a type look like.
pub(super) fn shape(type_: Type<'_>) -> Option<Shape<'_>> {
    Some(match type_.kind() {
        Kind::Builtin(json_type) => match json_type {
            JsonType::String => Shape::Text,
            JsonType::Int => Shape::Integer,
            JsonType::Number => Shape::Number,
            JsonType::Boolean => Shape::Boolean,
            JsonType::Null => Shape::Null,
            _ => Shape::Any,
        },
        Kind::Enum(values) => Shape::Enum(values.values().map(introspection::Value::name).collect()),
        Kind::Array(element) => Shape::List(TypeRef::Live(element)),
        Kind::Object(members) => Shape::Object(object(members)),
        Kind::Alternate(types) => Shape::Alternate(types.types().map(TypeRef::Live).collect()),
        _ => return None,
    })
}

/// What a type is called: the server makes up names that mean nothing.
pub(super) fn label(type_: Type<'_>) -> String {
    match type_.kind() {
        Kind::Builtin(json_type) => json_type.as_str().to_owned(),
        Kind::Enum(_) => "enum".to_owned(),
        Kind::Array(element) => format!("[{}]", label(element)),
        Kind::Object(object) if object.variants().is_some() => "union".to_owned(),
        Kind::Object(_) => "object".to_owned(),
        Kind::Alternate(_) => "alternate".to_owned(),
        _ => "unknown".to_owned(),
    }
}
