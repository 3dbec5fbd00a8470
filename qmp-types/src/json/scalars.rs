//! QAPI's built-in types, arrays and boxes.

use std::borrow::Cow;

use serde_json::Value;
use serde_json::value::RawValue;

use super::{
    Error, ErrorKind, FromJson, FromMembers, Kind, Members, ObjectWriter, Reader, ToJson, ToMembers, Writer,
};

macro_rules! integers {
    ($($type:ty)*) => {$(
        impl FromJson for $type {
            fn from_json(reader: &mut Reader<'_>) -> Result<Self, Error> {
                let number = reader.number("an integer")?;
                let digits = if number == "-0" { "0" } else { number };
                digits.parse().map_err(|_| not_an_integer(number, || {
                    format!("an integer from {} to {}", <$type>::MIN, <$type>::MAX)
                }))
            }
        }

        impl ToJson for $type {
            fn to_json(&self, writer: &mut Writer) {
                writer.value(self);
            }
        }
    )*};
}

integers!(i8 i16 i32 i64 u8 u16 u32 u64);

/// Why a number is not an integer of some type.
fn not_an_integer(number: &str, range: impl FnOnce() -> String) -> Error {
    if number.contains(['.', 'e', 'E']) {
        Error::new(ErrorKind::Type {
            expected: "an integer".into(),
            found: "a number with fraction or exponent",
        })
    } else {
        Error::new(ErrorKind::Range { expected: Cow::Owned(range()) })
    }
}

impl FromJson for f64 {
    fn from_json(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let number: Self =
            reader.number("a number")?.parse().map_err(|_| Error::syntax("malformed number"))?;
        match number.is_finite() {
            true => Ok(number),
            false => Err(Error::new(ErrorKind::Range { expected: "a number that 64 bits can hold".into() })),
        }
    }
}

/// A number that is not finite becomes `null`, for JSON has none.
impl ToJson for f64 {
    fn to_json(&self, writer: &mut Writer) {
        writer.value(self);
    }
}

impl FromJson for bool {
    fn from_json(reader: &mut Reader<'_>) -> Result<Self, Error> {
        if reader.kind()? != Kind::Bool {
            return Err(reader.unexpected("a boolean"));
        }
        if reader.word("true") {
            Ok(true)
        } else if reader.word("false") {
            Ok(false)
        } else {
            reader.parse()
        }
    }
}

impl ToJson for bool {
    fn to_json(&self, writer: &mut Writer) {
        writer.value(self);
    }
}

impl FromJson for String {
    fn from_json(reader: &mut Reader<'_>) -> Result<Self, Error> {
        reader.string().map(Cow::into_owned)
    }
}

impl ToJson for String {
    fn to_json(&self, writer: &mut Writer) {
        writer.value(self);
    }
}

impl ToJson for str {
    fn to_json(&self, writer: &mut Writer) {
        writer.value(self);
    }
}

/// QAPI's `any`.
impl FromJson for Value {
    fn from_json(reader: &mut Reader<'_>) -> Result<Self, Error> {
        match reader.kind()? {
            // What `query-qmp-schema` has for thousands of members.
            Kind::Null if reader.word("null") => Ok(Self::Null),
            _ => reader.parse(),
        }
    }
}

impl ToJson for Value {
    fn to_json(&self, writer: &mut Writer) {
        writer.value(self);
    }
}

/// A value that stays text until its type is known.
impl FromJson for Box<RawValue> {
    fn from_json(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let text = reader.raw()?;
        RawValue::from_string(text.to_owned()).map_err(|error| Error::syntax(error.to_string()))
    }
}

impl ToJson for RawValue {
    fn to_json(&self, writer: &mut Writer) {
        writer.value(self);
    }
}

/// QAPI's `null`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Null;

impl FromJson for Null {
    fn from_json(reader: &mut Reader<'_>) -> Result<Self, Error> {
        if reader.kind()? != Kind::Null {
            return Err(reader.unexpected("null"));
        }
        reader.parse::<()>().map(|()| Self)
    }
}

impl ToJson for Null {
    fn to_json(&self, writer: &mut Writer) {
        writer.value(&());
    }
}

crate::impl_serde!(Null);

/// No members: what a command without arguments takes and a command without a result returns.
impl FromJson for () {
    fn from_json(reader: &mut Reader<'_>) -> Result<Self, Error> {
        reader.object(|_| Ok(()))
    }
}

impl ToJson for () {
    fn to_json(&self, writer: &mut Writer) {
        writer.object(|_| ());
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let mut elements = Self::new();
        reader.array(|reader| {
            elements.push(T::from_json(reader)?);
            Ok(())
        })?;
        Ok(elements)
    }
}

impl<T: ToJson> ToJson for Vec<T> {
    fn to_json(&self, writer: &mut Writer) {
        writer.array(self);
    }
}

/// An object with members.
impl<T: FromMembers> FromJson for T {
    fn from_json(reader: &mut Reader<'_>) -> Result<Self, Error> {
        reader.object(T::from_members)
    }
}

impl<T: ToMembers> ToJson for T {
    fn to_json(&self, writer: &mut Writer) {
        writer.members_of(self);
    }
}

impl<T: FromMembers> FromMembers for Box<T> {
    fn from_members(members: &mut Members<'_, '_>) -> Result<Self, Error> {
        T::from_members(members).map(Self::new)
    }
}

impl<T: ToMembers> ToMembers for Box<T> {
    fn to_members(&self, object: &mut ObjectWriter<'_>) {
        T::to_members(self, object);
    }
}
