//! What the bindings know: the schema of the release that they were generated from, in tables that need not be read.

use qmp_types::metadata::{MemberInfo, Members, Schema, TypeKind};

use super::{Member, Object, Shape, TypeRef};

/// The arguments of a command, if it is known.
pub(crate) fn arguments(schema: &'static Schema, command: &str) -> Option<Object<'static>> {
    members(schema, schema.command(command)?.arguments)
}

/// The members of a command's arguments or an event's data.
pub(crate) fn members(schema: &'static Schema, members: Members) -> Option<Object<'static>> {
    match members {
        Members::Inline(members) => Some(object(schema, members)),
        Members::Of(name) => match shape(schema, name)? {
            Shape::Object(object) => Some(object),
            _ => None,
        },
    }
}

/// The name of the type of a list's elements, if a name is that of a list.
pub(super) fn element(type_name: &str) -> Option<&str> {
    type_name.strip_prefix('[')?.strip_suffix(']')
}

/// What values of a type look like.
pub(crate) fn shape(schema: &'static Schema, type_name: &'static str) -> Option<Shape<'static>> {
    if let Some(element) = element(type_name) {
        return Some(Shape::List(TypeRef::Bindings(schema, element)));
    }
    let reference = |name| TypeRef::Bindings(schema, name);
    Some(match type_name {
        "str" => Shape::Text,
        "int" | "int8" | "int16" | "int32" | "int64" | "uint8" | "uint16" | "uint32" | "uint64" => {
            Shape::Integer
        }
        "size" => Shape::Size,
        "number" => Shape::Number,
        "bool" => Shape::Boolean,
        "null" => Shape::Null,
        "any" | "QType" => Shape::Any,
        _ => match schema.type_named(type_name)?.kind {
            TypeKind::Enum(values) => Shape::Enum(values.iter().map(|value| value.name).collect()),
            TypeKind::Object { members, tag, branches } => Shape::Object(Object {
                tag,
                branches: branches.iter().map(|branch| (branch.name, reference(branch.type_name))).collect(),
                ..object(schema, members)
            }),
            TypeKind::Alternate(types) => {
                Shape::Alternate(types.iter().map(|branch| reference(branch.type_name)).collect())
            }
            // A kind that these tables may get one day.
            _ => Shape::Any,
        },
    })
}

fn object(schema: &'static Schema, members: &'static [MemberInfo]) -> Object<'static> {
    let member = |member: &MemberInfo| Member {
        name: member.name,
        type_: TypeRef::Bindings(schema, member.type_name),
        is_optional: member.is_optional,
    };
    Object { members: members.iter().map(member).collect(), ..Object::default() }
}

/// The name of a monitor's command on the wire. Some have underscores where all others have hyphens: both are understood.
pub(crate) fn wire_name(name: &str) -> String {
    let schema = &qmp_types::qmp::SCHEMA;
    let spellings = [name.to_owned(), name.replace('-', "_"), name.replace('_', "-")];
    let known = spellings.iter().find(|spelling| schema.command(spelling).is_some());
    known.cloned().unwrap_or_else(|| name.to_owned())
}
