//! The shapes of what a server says about itself: the reply to `query-qmp-schema`.

use std::collections::HashMap;

use serde_json::Value;

use crate::shapes::{MemberShape, Message, ObjectShape, Shape, ShapeId, Shapes, VariantsShape};

/// Introspection does not tell the widths of integers apart. These fit all of them.
const ANY_WIDTH: Shape = Shape::Integer(0, i8::MAX as i128);

impl Shapes {
    /// The shapes of a server's schema.
    ///
    /// # Panics
    /// When the reply is not what QEMU's `qapi/introspect.json` says.
    #[must_use]
    pub fn of_introspection(reply: &Value) -> Self {
        let entities = list(reply);
        let is_type = |entity: &&Value| !matches!(text(entity, "meta-type"), "command" | "event");
        // Types refer to each other by names, and come in any order.
        let types: Vec<&Value> = entities.iter().filter(is_type).collect();
        let mut shapes = Self::default();
        for entity in &types {
            shapes.add(text(entity, "name"), Shape::Any);
        }
        let reader = Reader { ids: types.iter().map(|it| text(it, "name")).zip(shapes.ids()).collect() };
        for entity in &types {
            shapes.replace(reader.id(text(entity, "name")), reader.shape(entity));
        }
        for entity in entities {
            let name = text(entity, "name").to_owned();
            let id = |key: &str| entity[key].as_str().map(|name| reader.id(name));
            let message = Message { data: id("arg-type"), returns: id("ret-type"), is_open: false };
            match text(entity, "meta-type") {
                "command" => shapes.commands.insert(name, message),
                "event" => shapes.events.insert(name, message),
                _ => None,
            };
        }
        shapes
    }
}

struct Reader<'v> {
    ids: HashMap<&'v str, ShapeId>,
}

impl Reader<'_> {
    fn id(&self, name: &str) -> ShapeId {
        *self.ids.get(name).unwrap_or_else(|| panic!("introspection has no type {name}"))
    }

    fn shape(&self, entity: &Value) -> Shape {
        match text(entity, "meta-type") {
            "builtin" => match text(entity, "json-type") {
                "string" => Shape::String,
                "number" => Shape::Number,
                "int" => ANY_WIDTH,
                "boolean" => Shape::Bool,
                "null" => Shape::Null,
                "value" => Shape::Any,
                other => panic!("introspection has a new JSON type {other}"),
            },
            "enum" => Shape::Enum(
                list(&entity["values"]).iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            ),
            "array" => Shape::Array(self.id(text(entity, "element-type"))),
            "alternate" => Shape::Alternate(
                list(&entity["members"]).iter().map(|it| self.id(text(it, "type"))).collect(),
            ),
            "object" => Shape::Object(self.object(entity)),
            other => panic!("introspection has a new meta-type {other}"),
        }
    }

    fn object(&self, entity: &Value) -> ObjectShape {
        let members = list(&entity["members"]).iter().map(|member| MemberShape {
            name: text(member, "name").to_owned(),
            shape: self.id(text(member, "type")),
            is_optional: member.get("default").is_some(),
        });
        let branch = |it: &Value| (text(it, "case").to_owned(), Some(self.id(text(it, "type"))));
        let variants = entity["tag"].as_str().map(|tag| VariantsShape {
            tag: tag.to_owned(),
            default: None,
            branches: list(&entity["variants"]).iter().map(branch).collect(),
        });
        ObjectShape { members: members.collect(), variants }
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or_else(|| panic!("not an array: {value}"), Vec::as_slice)
}

fn text<'v>(entity: &'v Value, key: &str) -> &'v str {
    entity[key].as_str().unwrap_or_else(|| panic!("no {key} in {entity}"))
}
