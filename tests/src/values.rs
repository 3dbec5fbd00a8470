//! JSON values, compared as a program compares them.

use std::collections::HashMap;

use serde_json::{Map, Number, Value};

use crate::shapes::{ObjectShape, Shape, ShapeId, Shapes};

/// Whether two values are the same: numbers by what they are worth, members in any order.
#[must_use]
pub fn are_equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => are_equal_numbers(one, other),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| are_equal(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let is_same = |(name, one)| other.get(name).is_some_and(|other| are_equal(one, other));
            one.len() == other.len() && one.iter().all(is_same)
        }
        _ => one == other,
    }
}

/// Integers are compared as such: a fraction does not hold all of them.
fn are_equal_numbers(one: &Number, other: &Number) -> bool {
    match (one.as_i128(), other.as_i128()) {
        (Some(one), Some(other)) => one == other,
        _ => one.as_f64() == other.as_f64(),
    }
}

/// How a value differs from what bindings made of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// A member is gone that its type does not have: `Type.member`.
    UnknownMember(String),
    /// Anything else, with its place.
    Other(String),
}

/// How a value of a type differs from what bindings made of it.
#[must_use]
pub fn differences(shapes: &Shapes, id: Option<ShapeId>, before: &Value, after: &Value) -> Vec<Difference> {
    let mut comparison = Comparison { shapes, found: Vec::new() };
    match id {
        Some(id) => comparison.compare(id, before, after, ""),
        // No type: an empty object.
        None if *before == Value::Object(Map::new()) && before == after => {}
        None => comparison.found.push(Difference::Other(format!("{before} became {after}"))),
    }
    comparison.found
}

struct Comparison<'s> {
    shapes: &'s Shapes,
    found: Vec<Difference>,
}

impl Comparison<'_> {
    fn compare(&mut self, id: ShapeId, before: &Value, after: &Value, place: &str) {
        let shapes = self.shapes;
        match (shapes.shape(id), before, after) {
            (Shape::Alternate(alternatives), ..) => {
                match alternatives.iter().find(|id| is_of(shapes.shape(**id), before)) {
                    Some(id) => self.compare(*id, before, after, place),
                    None => self.other(before, after, place),
                }
            }
            (Shape::Array(element), Value::Array(before), Value::Array(after))
                if before.len() == after.len() =>
            {
                for (index, (before, after)) in before.iter().zip(after).enumerate() {
                    self.compare(*element, before, after, &format!("{place}[{index}]"));
                }
            }
            (Shape::Object(object), Value::Object(before), Value::Object(after)) => {
                let members = members(shapes, object, before);
                for (name, value) in before {
                    let place = format!("{place}.{name}");
                    match (members.get(name.as_str()), after.get(name)) {
                        (Some(id), Some(after)) => self.compare(*id, value, after, &place),
                        (None, None) => {
                            let lost = format!("{}.{name}", self.shapes.name(id));
                            self.found.push(Difference::UnknownMember(lost));
                        }
                        // What a branch has that is not known.
                        (None, Some(after)) if are_equal(value, after) => {}
                        (_, after) => self.other(value, after.unwrap_or(&Value::Null), &place),
                    }
                }
                let is_default = |name: &str, value: &Value| {
                    let variants = object.variants.as_ref().filter(|variants| variants.tag == name);
                    variants.and_then(|it| it.default.as_deref()).is_some_and(|default| value == default)
                };
                let new = after.iter().filter(|(name, _)| !before.contains_key(*name));
                for (name, value) in new.filter(|(name, value)| !is_default(name, value)) {
                    self.other(&Value::Null, value, &format!("{place}.{name}"));
                }
            }
            _ if are_equal(before, after) => {}
            _ => self.other(before, after, place),
        }
    }

    fn other(&mut self, before: &Value, after: &Value, place: &str) {
        self.found.push(Difference::Other(format!("{place}: {before} became {after}")));
    }
}

/// The members that an object may have, those of its branch too.
fn members<'s>(
    shapes: &'s Shapes,
    object: &'s ObjectShape,
    value: &Map<String, Value>,
) -> HashMap<&'s str, ShapeId> {
    let mut members: HashMap<&str, ShapeId> =
        object.members.iter().map(|member| (member.name.as_str(), member.shape)).collect();
    let branch = object.variants.as_ref().and_then(|variants| {
        let tag = match value.get(&variants.tag) {
            Some(tag) => tag.as_str()?,
            None => variants.default.as_deref()?,
        };
        variants.branches.iter().find(|(value, _)| value == tag)?.1
    });
    if let Some(Shape::Object(branch)) = branch.map(|id| shapes.shape(id)) {
        members.extend(self::members(shapes, branch, value));
    }
    members
}

/// Whether a value is of the JSON type of an alternative.
fn is_of(shape: &Shape, value: &Value) -> bool {
    match shape {
        Shape::String | Shape::Enum(_) => value.is_string(),
        Shape::Bool => value.is_boolean(),
        Shape::Null => value.is_null(),
        Shape::Number | Shape::Integer(..) => value.is_number(),
        Shape::Array(_) => value.is_array(),
        Shape::Object(_) => value.is_object(),
        Shape::Any | Shape::Alternate(_) => true,
    }
}
