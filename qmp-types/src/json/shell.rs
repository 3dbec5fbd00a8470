//! serde on top of [`FromJson`] and [`ToJson`].

use std::cell::RefCell;
use std::fmt;

use serde::de::value::{MapDeserializer, SeqAccessDeserializer};
use serde::de::{self, Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::{self, Error as _, Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::{FromJson, Kind, Null, Reader, ToJson};

/// The body of every [`serde::Deserialize`] implementation of the bindings.
///
/// From `serde_json` the value comes as the text it stands in, from other formats through a
/// [`serde_json::Value`].
///
/// # Errors
/// When the value is not one of the type.
pub fn deserialize<'de, D: Deserializer<'de>, T: FromJson>(deserializer: D) -> Result<T, D::Error> {
    let text = Box::<RawValue>::deserialize(JsonText(deserializer))?;
    super::from_str(text.get()).map_err(D::Error::custom)
}

/// The body of every [`serde::Serialize`] implementation of the bindings.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<S: Serializer, T: ToJson>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let text = super::to_string(value);
    NextValue(&RefCell::new(Reader::new(&text))).serialize(serializer)
}

/// The value that comes next in a JSON text, for any serializer.
///
/// It does not go through `serde_json`'s own deserializer, which hands out numbers in a form of its own where
/// a program enables its feature `arbitrary_precision`.
struct NextValue<'r, 'a>(&'r RefCell<Reader<'a>>);

impl Serialize for NextValue<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let kind = self.0.borrow_mut().kind().map_err(S::Error::custom)?;
        match kind {
            Kind::Object => self.object(serializer),
            Kind::Array => self.array(serializer),
            Kind::String => {
                serializer.serialize_str(&self.0.borrow_mut().string().map_err(S::Error::custom)?)
            }
            Kind::Number => number(&mut self.0.borrow_mut(), serializer),
            Kind::Bool => serializer.serialize_bool(self.scalar()?),
            Kind::Null => self.scalar::<Null, _>().and_then(|Null| serializer.serialize_unit()),
        }
    }
}

impl NextValue<'_, '_> {
    fn scalar<T: FromJson, E: ser::Error>(&self) -> Result<T, E> {
        T::from_json(&mut self.0.borrow_mut()).map_err(E::custom)
    }

    fn array<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut sequence = serializer.serialize_seq(None)?;
        self.0.borrow_mut().open(Kind::Array).map_err(S::Error::custom)?;
        let mut first = true;
        while self.next_item(&mut first, b']')? {
            sequence.serialize_element(self)?;
        }
        sequence.end()
    }

    fn object<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.0.borrow_mut().open(Kind::Object).map_err(S::Error::custom)?;
        let mut first = true;
        while self.next_item(&mut first, b'}')? {
            let name = self.0.borrow_mut().name().map_err(S::Error::custom)?;
            map.serialize_entry(&*name, self)?;
        }
        map.end()
    }

    fn next_item<E: ser::Error>(&self, first: &mut bool, close: u8) -> Result<bool, E> {
        self.0.borrow_mut().next_item(std::mem::take(first), close).map_err(E::custom)
    }
}

/// A number as the narrowest of the types in which serde has it.
fn number<S: Serializer>(reader: &mut Reader<'_>, serializer: S) -> Result<S::Ok, S::Error> {
    let text = reader.number("a number").map_err(S::Error::custom)?;
    if let Ok(number) = text.parse() {
        serializer.serialize_u64(number)
    } else if let Ok(number) = text.parse() {
        serializer.serialize_i64(number)
    } else {
        serializer.serialize_f64(text.parse().map_err(S::Error::custom)?)
    }
}

/// Lets a [`RawValue`] be read from any format: `serde_json` hands out the text itself.
struct JsonText<D>(D);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for JsonText<D> {
    type Error = D::Error;

    /// What [`RawValue`] asks for, under a name that only `serde_json` knows.
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let text = self.0.deserialize_newtype_struct(name, JsonTextVisitor { raw_value: name })?;
        visitor.visit_map(MapDeserializer::new(std::iter::once((name, text))))
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_any(visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// Gives any value as JSON text.
struct JsonTextVisitor {
    /// The only key of the map in which `serde_json` hands out text.
    raw_value: &'static str,
}

impl<'de> Visitor<'de> for JsonTextVisitor {
    type Value = String;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value that JSON has")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        Value::deserialize(deserializer).map(|value| value.to_string())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<String, A::Error> {
        let mut object = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            if key == self.raw_value {
                return map.next_value();
            }
            object.insert(key, map.next_value()?);
        }
        Ok(Value::Object(object).to_string())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<String, A::Error> {
        self.visit_newtype_struct(SeqAccessDeserializer::new(seq))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<String, E> {
        Ok(Value::from(value).to_string())
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<String, E> {
        Ok(Value::from(value).to_string())
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<String, E> {
        Ok(Value::from(value).to_string())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<String, E> {
        Ok(Value::from(value).to_string())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<String, E> {
        Ok(Value::from(value).to_string())
    }

    fn visit_unit<E: de::Error>(self) -> Result<String, E> {
        Ok(Value::Null.to_string())
    }
}
