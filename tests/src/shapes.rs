//! Which JSON values a schema allows: as much of it as telling and making values needs.

use std::collections::HashMap;

use qapi_schema::{Builtin, EntityId, Schema, TypeId, TypeKind};

/// The types of a schema, and what its commands and events are made of.
#[derive(Debug, Default)]
pub struct Shapes {
    shapes: Vec<Shape>,
    names: Vec<String>,
    types: HashMap<String, ShapeId>,
    /// The commands: their arguments and what they return.
    pub commands: HashMap<String, Message>,
    /// The events: their data.
    pub events: HashMap<String, Message>,
}

/// Which of the types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ShapeId(usize);

/// What a command or an event carries. Without a type it is an empty object.
#[derive(Debug, Clone, Copy, Default)]
pub struct Message {
    /// The arguments or the data.
    pub data: Option<ShapeId>,
    /// What a command returns.
    pub returns: Option<ShapeId>,
    /// Whether it takes members beyond those of the schema.
    pub is_open: bool,
}

/// The values of a type.
#[derive(Debug, Clone)]
pub enum Shape {
    /// Text.
    String,
    /// `true` and `false`.
    Bool,
    /// `null`.
    Null,
    /// Anything.
    Any,
    /// A number.
    Number,
    /// An integer, from one to another.
    Integer(i128, i128),
    /// One of these texts.
    Enum(Vec<String>),
    /// An array.
    Array(ShapeId),
    /// An object.
    Object(ObjectShape),
    /// A value of one of these types, which differ in their JSON type.
    Alternate(Vec<ShapeId>),
}

/// The members of an object.
#[derive(Debug, Clone, Default)]
pub struct ObjectShape {
    /// Those that are independent of a tag, inherited ones too.
    pub members: Vec<MemberShape>,
    /// What makes it a union.
    pub variants: Option<VariantsShape>,
}

/// A member.
#[derive(Debug, Clone)]
pub struct MemberShape {
    /// Its name.
    pub name: String,
    /// Its type.
    pub shape: ShapeId,
    /// Whether it may be absent.
    pub is_optional: bool,
}

/// The branches of a union.
#[derive(Debug, Clone)]
pub struct VariantsShape {
    /// The member that selects one.
    pub tag: String,
    /// The value that is meant where that member is absent.
    pub default: Option<String>,
    /// The values of that member, each with the type whose members come with it.
    pub branches: Vec<(String, Option<ShapeId>)>,
}

impl Shapes {
    /// The shapes of a schema.
    #[must_use]
    pub fn of_schema(schema: &Schema) -> Self {
        let mut shapes = Self::default();
        for (id, type_) in schema.types() {
            let shape = shape_of_type(schema, id);
            shapes.add(&type_.entity.name, shape);
        }
        let id = |id: TypeId| ShapeId(id.index());
        for command in schema.commands() {
            let message = Message {
                data: command.arguments.map(id),
                returns: command.returns.map(id),
                is_open: !command.flags.generated,
            };
            shapes.commands.insert(command.entity.name.to_string(), message);
        }
        for event in schema.events() {
            let message = Message { data: event.data.map(id), ..Message::default() };
            shapes.events.insert(event.entity.name.to_string(), message);
        }
        shapes
    }

    /// Adds a type.
    pub(crate) fn add(&mut self, name: &str, shape: Shape) -> ShapeId {
        let id = ShapeId(self.shapes.len());
        self.shapes.push(shape);
        self.names.push(name.to_owned());
        self.types.insert(name.to_owned(), id);
        id
    }

    /// Puts a type in the place of another.
    pub(crate) fn replace(&mut self, id: ShapeId, shape: Shape) {
        self.shapes[id.0] = shape;
    }

    /// The type of a name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<ShapeId> {
        self.types.get(name).copied()
    }

    /// All types.
    pub fn ids(&self) -> impl Iterator<Item = ShapeId> + use<> {
        (0..self.shapes.len()).map(ShapeId)
    }

    /// The values of a type.
    #[must_use]
    pub fn shape(&self, id: ShapeId) -> &Shape {
        &self.shapes[id.0]
    }

    /// The name of a type.
    #[must_use]
    pub fn name(&self, id: ShapeId) -> &str {
        &self.names[id.0]
    }
}

fn shape_of_type(schema: &Schema, id: TypeId) -> Shape {
    let shape = |id: TypeId| ShapeId(id.index());
    match &schema.type_of(id).kind {
        TypeKind::Builtin(builtin) => shape_of_builtin(*builtin),
        TypeKind::Enum(values) => Shape::Enum(values.values.iter().map(|it| it.name.to_string()).collect()),
        TypeKind::Array(element) => Shape::Array(shape(*element)),
        TypeKind::Alternate(it) => {
            Shape::Alternate(it.alternatives.iter().map(|it| shape(it.type_id)).collect())
        }
        TypeKind::Object(_) => {
            let members = schema.members(id).into_iter().map(|member| MemberShape {
                name: member.name.to_string(),
                shape: shape(member.type_id),
                is_optional: member.optional,
            });
            let branch = |branch: qapi_schema::Branch| (branch.name.to_string(), Some(shape(branch.type_id)));
            let variants = schema.tag(id).map(|tag| VariantsShape {
                tag: tag.name.to_string(),
                default: default_branch(schema, id),
                branches: schema.branches(id).into_iter().map(branch).collect(),
            });
            Shape::Object(ObjectShape { members: members.collect(), variants })
        }
    }
}

fn default_branch(schema: &Schema, id: TypeId) -> Option<String> {
    let variants = schema.object(id)?.variants.as_ref()?;
    variants.default_branch.as_ref().map(ToString::to_string)
}

fn shape_of_builtin(builtin: Builtin) -> Shape {
    match builtin {
        Builtin::Str => Shape::String,
        Builtin::Number => Shape::Number,
        Builtin::Bool => Shape::Bool,
        Builtin::Any => Shape::Any,
        Builtin::Null => Shape::Null,
        Builtin::Int | Builtin::Int64 => Shape::Integer(i64::MIN.into(), i64::MAX.into()),
        Builtin::Int8 => Shape::Integer(i8::MIN.into(), i8::MAX.into()),
        Builtin::Int16 => Shape::Integer(i16::MIN.into(), i16::MAX.into()),
        Builtin::Int32 => Shape::Integer(i32::MIN.into(), i32::MAX.into()),
        Builtin::Uint8 => Shape::Integer(0, u8::MAX.into()),
        Builtin::Uint16 => Shape::Integer(0, u16::MAX.into()),
        Builtin::Uint32 => Shape::Integer(0, u32::MAX.into()),
        Builtin::Uint64 | Builtin::Size => Shape::Integer(0, u64::MAX.into()),
    }
}

/// The types that a schema names, and their kind as the documentation of the bindings has it.
#[must_use]
pub fn named_types(schema: &Schema) -> Vec<(&'static str, String)> {
    let named = schema.types().filter(|(_, type_)| !type_.implicit);
    named.map(|(id, type_)| (schema.keyword(EntityId::Type(id)), type_.entity.name.to_string())).collect()
}
