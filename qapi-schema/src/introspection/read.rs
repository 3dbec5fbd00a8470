//! From `SchemaInfo` objects (QEMU's `qapi/introspect.json`) to a schema whose types have the names that the server gave them.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use qapi_parser::Dialect;
use qapi_parser::source::{Sources, Span};
use serde_json::{Map, Value};
use smol_str::SmolStr;

use super::IntrospectionError;
use crate::model::{
    Alternate, Alternative, Branch, Builtin, Command, CommandFlags, EMPTY_OBJECT, Entity, Enum, Event,
    Feature, JsonType, Member, ModuleId, Object, Schema, Type, TypeId, TypeKind, Value as EnumValue,
    Variants,
};
use crate::rules::Rules;

/// So deep may arrays of arrays be nested. The schema language has none.
const MAX_NESTING: usize = 8;

type Result<T> = std::result::Result<T, IntrospectionError>;

/// An element of the array, or a part of one, with its place.
#[derive(Clone)]
struct At<'v> {
    object: &'v Map<String, Value>,
    path: String,
}

impl<'v> At<'v> {
    fn new(value: &'v Value, path: String) -> Result<Self> {
        match value {
            Value::Object(object) => Ok(Self { object, path }),
            _ => Err(IntrospectionError::at(path, "expected an object")),
        }
    }

    fn error(&self, key: &str, message: impl Into<String>) -> IntrospectionError {
        IntrospectionError::at(format!("{}.{key}", self.path), message)
    }

    fn text(&self, key: &str) -> Result<&'v str> {
        match self.object.get(key) {
            Some(Value::String(text)) if !text.is_empty() => Ok(text),
            Some(_) => Err(self.error(key, "expected a string that is not empty")),
            None => Err(IntrospectionError::at(&self.path, format!("'{key}' is missing"))),
        }
    }

    fn list(&self, key: &str) -> Result<&'v [Value]> {
        match self.object.get(key) {
            Some(Value::Array(list)) => Ok(list),
            Some(_) => Err(self.error(key, "expected an array")),
            None => Err(IntrospectionError::at(&self.path, format!("'{key}' is missing"))),
        }
    }

    /// The elements of a list of objects.
    fn objects(&self, key: &'static str) -> Result<impl Iterator<Item = Result<At<'v>>> + use<'v>> {
        let path = self.path.clone();
        let at = move |(index, value)| At::new(value, format!("{path}.{key}[{index}]"));
        Ok(self.list(key)?.iter().enumerate().map(at))
    }

    /// Refuses a name that another part has.
    fn unique(&self, key: &str, name: &'v str, seen: &mut HashSet<&'v str>) -> Result<SmolStr> {
        if seen.insert(name) {
            Ok(name.into())
        } else {
            Err(self.error(key, format!("there is a second '{name}'")))
        }
    }
}

/// Reads all of them.
pub(super) fn schema(entities: &[Value]) -> Result<Schema> {
    let entities: Vec<At<'_>> = entities
        .iter()
        .enumerate()
        .map(|(index, value)| At::new(value, format!("[{index}]")))
        .collect::<Result<_>>()?;
    let mut sources = Sources::default();
    let source = sources.add(Path::new("query-qmp-schema").into(), String::new(), None);
    let rules = Rules::new(None, Dialect::Modern);
    let schema = Schema::empty(rules, sources, vec!["query-qmp-schema".to_owned()]);
    let mut reader = Reader { schema, ids: HashMap::new(), span: Span { source, start: 0, end: 0 } };
    reader.declare(&entities)?;
    for entity in &entities {
        reader.define(entity)?;
    }
    reader.check_arrays(&entities)?;
    reader.schema.reindex();
    Ok(reader.schema)
}

struct Reader<'v> {
    schema: Schema,
    /// The types by name.
    ids: HashMap<&'v str, TypeId>,
    span: Span,
}

impl<'v> Reader<'v> {
    /// Numbers the types: they refer to each other, and come in any order.
    fn declare(&mut self, entities: &[At<'v>]) -> Result<()> {
        let empty = Object { base: None, local_members: Vec::new(), variants: None };
        self.push(EMPTY_OBJECT.into(), TypeKind::Object(empty), Box::default());
        let mut names = HashSet::new();
        let mut next = self.schema.types.len();
        for entity in entities {
            let name = entity.text("name")?;
            entity.unique("name", name, &mut names)?;
            if !matches!(entity.text("meta-type")?, "command" | "event") {
                self.ids.insert(name, type_id(next));
                next += 1;
            }
        }
        Ok(())
    }

    fn push(&mut self, name: SmolStr, kind: TypeKind, features: Box<[Feature]>) {
        // What is implicit is not compared by its name: arrays have the names of their elements.
        let implicit = matches!(kind, TypeKind::Array(_)) || name == EMPTY_OBJECT;
        self.schema.types.push(Type { entity: entity(name, features), implicit, kind });
    }

    fn define(&mut self, at: &At<'v>) -> Result<()> {
        let name = SmolStr::from(at.text("name")?);
        let features = self.features(at)?;
        let kind = match at.text("meta-type")? {
            "command" => {
                let allow_oob = at.object.get("allow-oob") == Some(&Value::Bool(true));
                let command = Command {
                    arguments: Some(self.type_named(at, "arg-type")?),
                    returns: Some(self.type_named(at, "ret-type")?),
                    entity: entity(name, features),
                    flags: CommandFlags { allow_oob, ..CommandFlags::default() },
                };
                self.schema.commands.push(command);
                return Ok(());
            }
            "event" => {
                let data = Some(self.type_named(at, "arg-type")?);
                self.schema.events.push(Event { entity: entity(name, features), data, boxed: false });
                return Ok(());
            }
            "builtin" => TypeKind::Builtin(builtin(at)?),
            "enum" => TypeKind::Enum(self.enumeration(at)?),
            "array" => TypeKind::Array(self.type_named(at, "element-type")?),
            "object" => TypeKind::Object(self.object(at)?),
            "alternate" => TypeKind::Alternate(self.alternate(at)?),
            other => return Err(at.error("meta-type", format!("'{other}' is no meta-type that is known"))),
        };
        let name = match &kind {
            TypeKind::Builtin(builtin) => builtin.name().into(),
            _ => name,
        };
        self.push(name, kind, features);
        Ok(())
    }

    fn type_named(&self, at: &At<'v>, key: &str) -> Result<TypeId> {
        let name = at.text(key)?;
        let missing = || at.error(key, format!("there is no type '{name}'"));
        self.ids.get(name).copied().ok_or_else(missing)
    }

    fn features(&self, at: &At<'v>) -> Result<Box<[Feature]>> {
        let Some(value) = at.object.get("features") else { return Ok(Box::default()) };
        let Value::Array(names) = value else { return Err(at.error("features", "expected an array")) };
        let mut seen = HashSet::new();
        let feature = |(index, name): (usize, &'v Value)| match name {
            Value::String(name) if seen.insert(name) => {
                Ok(Feature { name: name.into(), condition: None, span: self.span })
            }
            Value::String(name) => {
                Err(at.error(&format!("features[{index}]"), format!("there is a second '{name}'")))
            }
            _ => Err(at.error(&format!("features[{index}]"), "expected a string")),
        };
        names.iter().enumerate().map(feature).collect()
    }

    fn enumeration(&self, at: &At<'v>) -> Result<Enum> {
        let mut seen = HashSet::new();
        let value = |name, features| EnumValue { name, condition: None, features, span: None };
        // What `members` say without features, `values` said alone before 6.2.
        let values = if at.object.contains_key("members") {
            let member = |at: Result<At<'v>>| {
                let at = at?;
                Ok(value(at.unique("name", at.text("name")?, &mut seen)?, self.features(&at)?))
            };
            at.objects("members")?.map(member).collect::<Result<_>>()?
        } else {
            let member = |(index, name): (usize, &'v Value)| match name {
                Value::String(name) => {
                    Ok(value(at.unique(&format!("values[{index}]"), name, &mut seen)?, Box::default()))
                }
                _ => Err(at.error(&format!("values[{index}]"), "expected a string")),
            };
            at.list("values")?.iter().enumerate().map(member).collect::<Result<_>>()?
        };
        Ok(Enum { values, prefix: None })
    }

    fn object(&self, at: &At<'v>) -> Result<Object> {
        let defined_in = self.ids.get(at.text("name")?).copied().unwrap_or(type_id(0));
        let mut seen = HashSet::new();
        let member = |at: Result<At<'v>>| {
            let at = at?;
            Ok(Member {
                name: at.unique("name", at.text("name")?, &mut seen)?,
                type_id: self.type_named(&at, "type")?,
                optional: at.object.contains_key("default"),
                condition: None,
                features: self.features(&at)?,
                defined_in,
                since: None,
                span: self.span,
            })
        };
        let local_members: Vec<Member> = at.objects("members")?.map(member).collect::<Result<_>>()?;
        let variants = match (at.object.contains_key("tag"), at.object.contains_key("variants")) {
            (false, false) => None,
            (true, true) => Some(Box::new(self.variants(at, &local_members)?)),
            (true, false) => return Err(IntrospectionError::at(&at.path, "'variants' is missing")),
            (false, true) => return Err(IntrospectionError::at(&at.path, "'tag' is missing")),
        };
        Ok(Object { base: None, local_members, variants })
    }

    fn variants(&self, at: &At<'v>, members: &[Member]) -> Result<Variants> {
        let tag = at.text("tag")?;
        if !members.iter().any(|member| member.name == tag) {
            return Err(at.error("tag", format!("there is no member '{tag}'")));
        }
        let mut seen = HashSet::new();
        let branch = |at: Result<At<'v>>| {
            let at = at?;
            Ok(Branch {
                name: at.unique("case", at.text("case")?, &mut seen)?,
                type_id: self.type_named(&at, "type")?,
                condition: None,
                explicit: true,
                span: self.span,
            })
        };
        let branches = at.objects("variants")?.map(branch).collect::<Result<_>>()?;
        Ok(Variants { tag: tag.into(), discriminator_span: self.span, branches })
    }

    fn alternate(&self, at: &At<'v>) -> Result<Alternate> {
        let alternative = |at: Result<At<'v>>| {
            let at = at?;
            Ok(Alternative {
                name: SmolStr::default(),
                type_id: self.type_named(&at, "type")?,
                json_type: JsonType::Null,
                condition: None,
                span: self.span,
            })
        };
        Ok(Alternate { alternatives: at.objects("members")?.map(alternative).collect::<Result<_>>()? })
    }

    /// What can be seen when all types are there: objects where only objects may be, and arrays that have an end.
    fn check_arrays(&mut self, entities: &[At<'v>]) -> Result<()> {
        for at in entities {
            let is_object = |id: TypeId| matches!(self.schema.types[id.index()].kind, TypeKind::Object(_));
            let expected = |at: &At<'v>, key: &str| -> Result<()> {
                let id = self.type_named(at, key)?;
                if is_object(id) { Ok(()) } else { Err(at.error(key, "expected the name of an object type")) }
            };
            match at.text("meta-type")? {
                "command" | "event" => expected(at, "arg-type")?,
                "object" if at.object.contains_key("variants") => {
                    at.objects("variants")?.try_for_each(|at| expected(&at?, "type"))?;
                }
                "array" => {
                    let mut id = self.type_named(at, "element-type")?;
                    let mut depth = 1;
                    while let TypeKind::Array(element) = self.schema.types[id.index()].kind {
                        (id, depth) = (element, depth + 1);
                        if depth > MAX_NESTING {
                            return Err(at.error(
                                "element-type",
                                "arrays of arrays without end, or nested too deeply",
                            ));
                        }
                    }
                }
                "alternate" => self.name_alternatives(at)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// Alternatives are told apart by their JSON type, and have no other name on the wire.
    fn name_alternatives(&mut self, at: &At<'v>) -> Result<()> {
        let Some(&id) = self.ids.get(at.text("name")?) else { return Ok(()) };
        let TypeKind::Alternate(alternate) = &self.schema.types[id.index()].kind else { return Ok(()) };
        let mut forms = Vec::new();
        for (index, alternative) in alternate.alternatives.iter().enumerate() {
            let path = format!("members[{index}].type");
            let form = self.schema.json_type(alternative.type_id);
            forms.push(form.ok_or_else(|| at.error(&path, "an alternative must be of one JSON type"))?);
        }
        if let TypeKind::Alternate(alternate) = &mut self.schema.types[id.index()].kind {
            for (alternative, form) in alternate.alternatives.iter_mut().zip(forms) {
                alternative.json_type = form;
                alternative.name = SmolStr::new_static(form_name(form));
            }
        }
        Ok(())
    }
}

fn type_id(index: usize) -> TypeId {
    TypeId(u32::try_from(index).unwrap_or(u32::MAX))
}

fn entity(name: SmolStr, features: Box<[Feature]>) -> Entity {
    let module = ModuleId(1);
    Entity { name, module, span: None, name_span: None, condition: None, features, documentation: None }
}

/// The built-in type of a JSON type. Of the integer types, the server names but one.
fn builtin(at: &At<'_>) -> Result<Builtin> {
    Ok(match at.text("json-type")? {
        "string" => Builtin::Str,
        "number" => Builtin::Number,
        "int" => Builtin::Int,
        "boolean" => Builtin::Bool,
        "null" => Builtin::Null,
        "value" => Builtin::Any,
        other => return Err(at.error("json-type", format!("'{other}' is no JSON type that is known"))),
    })
}

fn form_name(form: JsonType) -> &'static str {
    match form {
        JsonType::String => "string",
        JsonType::Number => "number",
        JsonType::Bool => "boolean",
        JsonType::Object => "object",
        JsonType::Array => "array",
        JsonType::Null => "null",
    }
}
