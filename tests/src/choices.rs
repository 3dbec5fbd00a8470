//! The bindings of the generator's tests that keep some definitions, replace types and add attributes: what is committed
//! as a snapshot compiles too, without a warning, with the Rust types that take part.

#![deny(warnings, reason = "generated code gives its user no warnings")]

use qmp_types::json::{Error, FromJson, Reader, ToJson, Writer};
use qmp_types::{json_newtype, json_struct};

include!(concat!(env!("OUT_DIR"), "/choices.rs"));

/// In the place of a struct: read from its only member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours(pub u32);

#[derive(Debug)]
struct HoursMembers {
    count: u32,
}

json_struct!(HoursMembers { required "count" => count });

impl FromJson for Hours {
    fn from_json(reader: &mut Reader<'_>) -> Result<Self, Error> {
        HoursMembers::from_json(reader).map(|members| Self(members.count))
    }
}

impl ToJson for Hours {
    fn to_json(&self, writer: &mut Writer) {
        HoursMembers { count: self.0 }.to_json(writer);
    }
}

/// In the place of what holds the arguments of a command.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// A member that the schema has.
    pub items: Vec<String>,
    /// One that it does not have.
    pub discount: Option<i64>,
}

json_struct!(Order { required "items" => items, optional "discount" => discount });

/// In the place of a union.
#[derive(Debug, Clone, PartialEq)]
pub struct Tool {
    /// Its name.
    pub id: String,
}

json_struct!(Tool { required "id" => id });

/// In the place of a branch.
#[derive(Debug, Clone, PartialEq)]
pub struct Drill(pub everything::types::Drill);

json_newtype!(Drill);

/// In the place of a branch without members.
#[derive(Debug, Clone, PartialEq)]
pub struct Tape {
    /// A member that the schema does not have.
    pub width: Option<f64>,
}

json_struct!(Tape { optional "width" => width });
