//! What the bindings know: the schema of the release that they were generated from, in tables that need not be read.

use qmp_types::metadata::{MemberInfo, Members, Schema, TypeInfo, TypeKind};

use super::{Facts, Object, Shape};

/// The facts of a schema in the bindings.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bindings(pub(crate) &'static Schema);

impl Bindings {
    /// The schema of the monitor.
    pub(crate) fn monitor() -> Self {
        Self(&qmp_types::qmp::SCHEMA)
    }
}

impl Facts for Bindings {
    fn arguments(&self, command: &str) -> Option<Object<'_>> {
        match self.0.command(command)?.arguments {
            Members::Inline(members) => Some(object(members)),
            Members::Of(name) => match self.shape(name)? {
                Shape::Object(object) => Some(object),
                _ => None,
            },
        }
    }

    fn shape(&self, type_name: &str) -> Option<Shape<'_>> {
        if let Some(element) = type_name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
            // The tables live as long as the program: the name is looked up where it stands there.
            return self.element(element).map(Shape::List);
        }
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
            _ => of_type(self.0.type_named(type_name)?),
        })
    }
}

impl Bindings {
    fn element(&self, name: &str) -> Option<&'static str> {
        const BUILTINS: [&str; 14] = [
            "str", "int", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "size",
            "number", "bool", "any",
        ];
        let builtin = BUILTINS.iter().find(|builtin| **builtin == name).copied();
        builtin.or_else(|| self.0.type_named(name).map(|type_| type_.name))
    }
}

fn object(members: &'static [MemberInfo]) -> Object<'static> {
    let members = members.iter().map(|member| (member.name, member.type_name)).collect();
    Object { members, ..Object::default() }
}

fn of_type(type_: &'static TypeInfo) -> Shape<'static> {
    match type_.kind {
        TypeKind::Enum(values) => Shape::Enum(values.iter().map(|value| value.name).collect()),
        TypeKind::Object { members, tag, branches } => Shape::Object(Object {
            tag,
            branches: branches.iter().map(|branch| (branch.name, branch.type_name)).collect(),
            ..object(members)
        }),
        TypeKind::Alternate(types) => Shape::Alternate(types.iter().map(|branch| branch.type_name).collect()),
        // A kind that these tables may get one day.
        _ => Shape::Any,
    }
}
