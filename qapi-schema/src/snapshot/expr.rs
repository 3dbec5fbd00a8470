//! JSON as the expressions of a syntax tree.

use std::collections::HashSet;
use std::fmt;

use qapi_parser::ast::{Array, BoolLiteral, Expr, KeyValue, Object, StringLiteral};
use qapi_parser::source::Span;
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

/// Reads JSON into an expression. All of it has the same place: that of its line.
#[derive(Clone, Copy)]
pub(super) struct ExprAt(pub(super) Span);

impl ExprAt {
    fn literal(self, value: String) -> StringLiteral {
        StringLiteral { value: value.into(), span: self.0 }
    }
}

impl<'de> DeserializeSeed<'de> for ExprAt {
    type Value = Expr;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Expr, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ExprAt {
    type Value = Expr;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object, an array, a string or a boolean")
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Expr, E> {
        Ok(Expr::Bool(BoolLiteral { value, span: self.0 }))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Expr, E> {
        Ok(Expr::String(self.literal(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Expr, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = seq.next_element_seed(self)? {
            elements.push(element);
        }
        Ok(Expr::Array(Array { elements, span: self.0 }))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Expr, A::Error> {
        let mut object = Object { members: Vec::new(), span: self.0 };
        let mut seen = HashSet::new();
        while let Some(key) = map.next_key::<String>()? {
            if !seen.insert(key.clone()) {
                return Err(de::Error::custom(format_args!("duplicate key '{key}'")));
            }
            let value = map.next_value_seed(self)?;
            object.members.push(KeyValue { key: self.literal(key), value });
        }
        Ok(Expr::Object(object))
    }
}
