//! The properties of devices and objects, which no schema lists. A server tells their names and types.

use qmp_types::qmp::types::ObjectPropertyInfo;

use super::{Member, Object, Shape, TypeRef};

/// The properties as arguments of the command that creates a device.
pub(crate) fn arguments(properties: &[ObjectPropertyInfo]) -> Object<'_> {
    Object { members: properties.iter().map(member).collect(), ..Object::default() }
}

fn member(property: &ObjectPropertyInfo) -> Member<'_> {
    Member { name: &property.name, type_: TypeRef::Property(&property.r#type), is_optional: true }
}

/// What values of a property look like, by the name that the server has for its type.
pub(crate) fn shape(type_name: &str) -> Option<Shape<'static>> {
    Some(match type_name {
        "bool" | "boolean" => Shape::Boolean,
        // The address of a PCI device, 05.0 for example, is one of these before QEMU 9.0, and takes strings too.
        "int32" => Shape::Alternate(vec![TypeRef::Property("int"), TypeRef::Property("str")]),
        "int" | "int8" | "int16" | "int64" | "uint8" | "uint16" | "uint32" | "uint64" => Shape::Integer,
        "size" => Shape::Size,
        "number" | "double" => Shape::Number,
        "list" | "struct" | "any" => return None,
        // Strings, links to objects, and enums, whose names differ from release to release.
        _ => Shape::Text,
    })
}
