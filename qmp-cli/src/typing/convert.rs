//! From text to values of the types that are known.

use serde_json::{Map, Value};

use super::scalars::{boolean, guessed, number, size};
use super::{Leaf, Member, Node, Object, Shape, Tree};

/// Arguments with types.
#[derive(Debug)]
pub(crate) struct Conversion {
    /// The arguments.
    pub(crate) arguments: Map<String, Value>,
    /// The keys whose types nobody knows: their values are guessed.
    pub(crate) untyped: Vec<String>,
}

/// A value that is not of its type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mistake {
    /// The key.
    pub(crate) key: String,
    /// What is wrong.
    pub(crate) message: String,
}

impl std::fmt::Display for Mistake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "argument {}: {}", self.key, self.message)
    }
}

/// Gives arguments their types. Of the sources of facts, the first that knows a value's type decides.
///
/// # Errors
/// The first value that cannot be of its type.
pub(crate) fn convert(tree: &Tree, sources: &[Object<'_>]) -> Result<Conversion, Mistake> {
    let mut converter = Converter { untyped: Vec::new() };
    let arguments = converter.members(sources, tree, "")?;
    Ok(Conversion { arguments, untyped: converter.untyped })
}

/// What the sources know of the type of a value, those first that decide.
type Known<'f> = Vec<Shape<'f>>;

struct Converter {
    untyped: Vec<String>,
}

impl Converter {
    fn members(
        &mut self,
        objects: &[Object<'_>],
        tree: &Tree,
        key: &str,
    ) -> Result<Map<String, Value>, Mistake> {
        let mut members = Map::new();
        for (name, node) in &tree.0 {
            let key = if key.is_empty() { name.clone() } else { format!("{key}.{name}") };
            let known = objects.iter().filter_map(|object| member(object, name, tree)).collect();
            members.insert(name.clone(), self.value(&known, node, &key)?);
        }
        Ok(members)
    }

    fn value(&mut self, known: &Known<'_>, node: &Node, key: &str) -> Result<Value, Mistake> {
        match node {
            Node::Leaf(Leaf::Json(value)) => Ok(value.clone()),
            Node::Leaf(Leaf::Text(text)) => self.text(known, text, key),
            Node::Branch(tree) => self.branch(known, tree, key),
        }
    }

    fn branch(&mut self, known: &Known<'_>, tree: &Tree, key: &str) -> Result<Value, Mistake> {
        let known = narrowed(known, |shape| match shape {
            Shape::Object(_) => !tree.is_list(),
            Shape::List(_) => tree.is_list(),
            _ => false,
        });
        match known.first() {
            Some(Shape::List(_)) => self.list(&known, tree, key),
            Some(Shape::Object(_)) => {
                let objects: Vec<_> = known.into_iter().filter_map(into_object).collect();
                self.members(&objects, tree, key).map(Value::Object)
            }
            None | Some(Shape::Any) if tree.is_list() => self.list(&known, tree, key),
            None | Some(Shape::Any) => self.members(&[], tree, key).map(Value::Object),
            Some(shape) => Err(mistake(key, format!("it is {}, which has no members", described(shape)))),
        }
    }

    fn list(&mut self, known: &Known<'_>, tree: &Tree, key: &str) -> Result<Value, Mistake> {
        if !tree.is_list() {
            return Err(mistake(key, "it is a list: its elements are numbered from 0 on, without a gap"));
        }
        let known: Known<'_> = known.iter().filter_map(element).collect();
        let numbered = (0..tree.0.len()).map(|index| index.to_string());
        let elements = numbered.filter_map(|index| {
            let node = tree.get(&index)?;
            Some(self.value(&known, node, &format!("{key}.{index}")))
        });
        elements.collect::<Result<_, _>>().map(Value::Array)
    }

    fn text(&mut self, known: &Known<'_>, text: &str, key: &str) -> Result<Value, Mistake> {
        let Some(shape) = known.first() else {
            self.untyped.push(key.to_owned());
            return Ok(guessed(text));
        };
        of_text(shape, text).ok_or_else(|| mistake(key, expected(shape, text, key)))
    }
}

/// What is known of a member, among those of the branches that the tags select.
fn member<'f>(object: &Object<'f>, name: &str, tree: &Tree) -> Option<Shape<'f>> {
    let found = members(object, tree).into_iter().find(|member| member.name == name);
    found.and_then(|member| member.type_.shape())
}

/// The members of an object, with those of the branches that the tags select.
pub(crate) fn members<'f>(object: &Object<'f>, tree: &Tree) -> Vec<Member<'f>> {
    let mut members = object.members.clone();
    let mut branch = selected(object, tree);
    while let Some(object) = branch {
        members.extend(&object.members);
        branch = selected(&object, tree);
    }
    members
}

fn selected<'f>(object: &Object<'f>, tree: &Tree) -> Option<Object<'f>> {
    let tag = tree.text(object.tag?)?;
    let (_, branch) = object.branches.iter().find(|(value, _)| *value == tag)?;
    into_object(branch.shape()?)
}

/// The object in which the members below a key are, and what is given there.
pub(crate) fn inside<'f>(object: &Object<'f>, tree: &Tree, key: Option<&str>) -> Option<(Object<'f>, Tree)> {
    let (mut object, mut tree) = (object.clone(), tree.clone());
    for name in key.into_iter().flat_map(|key| key.split('.')) {
        let mut shape = member(&object, name, &tree)?;
        if let Shape::Alternate(types) = &shape {
            let mut shapes = types.iter().filter_map(|type_| type_.shape());
            shape = shapes.find(|shape| matches!(shape, Shape::Object(_)))?;
        }
        object = into_object(shape)?;
        tree = match tree.get(name) {
            Some(Node::Branch(below)) => below.clone(),
            _ => Tree::default(),
        };
    }
    Some((object, tree))
}

/// The same, with alternates replaced by the first of their types that is asked for.
fn narrowed<'f>(known: &Known<'f>, is_wanted: impl Fn(&Shape<'f>) -> bool) -> Known<'f> {
    let narrow = |shape: &Shape<'f>| match shape {
        Shape::Alternate(types) => {
            let found = types.iter().filter_map(|type_| type_.shape()).find(&is_wanted);
            found.unwrap_or_else(|| shape.clone())
        }
        shape => shape.clone(),
    };
    known.iter().map(narrow).collect()
}

/// What the elements of a list look like.
fn element<'f>(list: &Shape<'f>) -> Option<Shape<'f>> {
    match list {
        Shape::List(element) => element.shape(),
        _ => None,
    }
}

fn into_object(shape: Shape<'_>) -> Option<Object<'_>> {
    match shape {
        Shape::Object(object) => Some(object),
        _ => None,
    }
}

/// A text as a value of a type.
fn of_text(shape: &Shape<'_>, text: &str) -> Option<Value> {
    let json = |is_right: fn(&Value) -> bool| serde_json::from_str(text).ok().filter(is_right);
    match shape {
        Shape::Text | Shape::Enum(_) => Some(text.into()),
        // Much that is a number of bytes is a plain `int` in the schema, and no server tells which is which.
        Shape::Integer | Shape::Size => size(text).map(Value::Number),
        Shape::Number => number(text).map(Value::Number),
        Shape::Boolean => boolean(text).map(Value::Bool),
        Shape::Null => (text == "null").then_some(Value::Null),
        Shape::Any => Some(guessed(text)),
        Shape::List(_) => json(Value::is_array),
        Shape::Object(_) => json(Value::is_object),
        Shape::Alternate(types) => {
            alternative(&types.iter().filter_map(|type_| type_.shape()).collect::<Vec<_>>(), text)
        }
    }
}

/// A text as a value of one of several types: what it says first, then what it could be, and a string if it may be one.
fn alternative(shapes: &[Shape<'_>], text: &str) -> Option<Value> {
    let is_value = |shape: &Shape<'_>| matches!(shape, Shape::Enum(values) if values.contains(&text));
    if shapes.iter().any(is_value) {
        return Some(text.into());
    }
    // `null` is a string where one may stand: only `:=null` says otherwise.
    let may_be_text = shapes.iter().any(|shape| matches!(shape, Shape::Text));
    let is_text = |shape: &&Shape<'_>| {
        matches!(shape, Shape::Text | Shape::Enum(_)) || (may_be_text && matches!(shape, Shape::Null))
    };
    let other = shapes.iter().filter(|shape| !is_text(shape)).find_map(|shape| of_text(shape, text));
    let is_any_text = shapes.iter().any(|shape| matches!(shape, Shape::Text | Shape::Enum(_)));
    other.or_else(|| is_any_text.then(|| text.into()))
}

fn mistake(key: &str, message: impl Into<String>) -> Mistake {
    Mistake { key: key.to_owned(), message: message.into() }
}

fn described(shape: &Shape<'_>) -> &'static str {
    match shape {
        Shape::Text | Shape::Enum(_) => "a string",
        Shape::Integer => "a whole number, such as 4096, 0x1000 or 4K",
        Shape::Size => "a number of bytes, such as 4096 or 4K",
        Shape::Number => "a number",
        Shape::Boolean => "true or false (on, off)",
        Shape::Null => "null",
        Shape::Any => "any value",
        Shape::List(_) => "a list",
        Shape::Object(_) => "an object",
        Shape::Alternate(_) => "one of several types",
    }
}

fn expected(shape: &Shape<'_>, text: &str, key: &str) -> String {
    let how = match shape {
        Shape::List(_) => format!(": its elements are {key}.0=… and so on, or {key}:=[…] for JSON"),
        Shape::Object(_) => format!(": its members are {key}.NAME=…, or {key}:={{…}} for JSON"),
        _ => String::new(),
    };
    format!("expected {}{how}, found '{text}'", described(shape))
}
