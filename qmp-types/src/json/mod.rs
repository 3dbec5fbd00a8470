//! How the bindings read and write JSON.
//!
//! The generated types implement [`FromJson`] and [`ToJson`], two traits without type parameters, over a reader and a
//! writer that are compiled once, in this crate. A program adds the code of the types that it uses. On top lie thin
//! [`serde`] implementations, so that `serde_json::from_str` and friends work on every type.
//!
//! Reading never builds a tree. Where well-formed values end is found here, all else is asked of `serde_json`: what is
//! JSON and what is not is the same, but that `-0` is an integer. Types nested deeper than [`MAX_DEPTH`] are refused, as
//! are objects that hold a known member twice.

mod error;
mod members;
mod reader;
mod scalars;
mod scan;
mod shell;
mod writer;

pub use error::{Error, ErrorKind, MessageKind, PathSegment};
pub use members::Members;
pub use reader::{Kind, MAX_DEPTH, Reader};
pub use scalars::Null;
pub use shell::{deserialize, serialize};
pub use writer::{ObjectWriter, Writer};

use serde_json::value::RawValue;

/// A type that can be read from JSON.
pub trait FromJson: Sized {
    /// Reads one value at the reader's place and leaves the reader behind it.
    ///
    /// # Errors
    /// When the text is not JSON, or the value is not one of this type.
    fn from_json(reader: &mut Reader<'_>) -> Result<Self, Error>;
}

/// A type that can be written as JSON.
pub trait ToJson {
    /// Appends this value.
    fn to_json(&self, writer: &mut Writer);
}

/// An object type, whose members may share a JSON object with those of a union's base.
pub trait FromMembers: Sized {
    /// Reads the members of this type and leaves the others.
    ///
    /// # Errors
    /// When a member is malformed or a required one is absent.
    fn from_members(members: &mut Members<'_, '_>) -> Result<Self, Error>;
}

/// An object type, whose members may share a JSON object with those of a union's base.
pub trait ToMembers {
    /// Appends all members that are present.
    fn to_members(&self, object: &mut ObjectWriter<'_>);
}

/// The branches of a union: an enum whose variants carry each branch's members.
pub trait Branches: Sized {
    /// Reads the members of the branch that `tag` selects.
    ///
    /// # Errors
    /// As [`FromMembers::from_members`].
    fn from_branch(tag: &str, members: &mut Members<'_, '_>) -> Result<Self, Error>;

    /// The value of the union's tag member that selects this branch.
    fn tag(&self) -> &str;

    /// Appends the members of the branch, without the tag.
    fn branch_to_members(&self, object: &mut ObjectWriter<'_>);
}

/// Reads a value from a text that holds it and nothing else.
///
/// ```
/// # use qmp_types::json;
/// assert_eq!(json::from_str::<Vec<i64>>("[1, 2]")?, [1, 2]);
/// let error = json::from_str::<Vec<i64>>("[1, true]").unwrap_err();
/// assert_eq!(error.to_string(), "[1]: expected an integer, found a boolean");
/// # Ok::<(), json::Error>(())
/// ```
///
/// # Errors
/// When the text is not JSON, holds more than one value, or the value is not one of the type.
pub fn from_str<T: FromJson>(text: &str) -> Result<T, Error> {
    let mut reader = Reader::new(text);
    let value = T::from_json(&mut reader)?;
    reader.end()?;
    Ok(value)
}

/// Writes a value as compact JSON.
///
/// Numbers that JSON does not have, infinite ones and NaN, become `null`.
#[must_use]
pub fn to_string<T: ToJson + ?Sized>(value: &T) -> String {
    let mut writer = Writer::new();
    value.to_json(&mut writer);
    writer.into_string()
}

/// Writes a value as JSON text of a type of its own, to be part of a message.
#[must_use]
pub fn to_raw_value<T: ToJson + ?Sized>(value: &T) -> Box<RawValue> {
    // What a writer writes is JSON.
    RawValue::from_string(to_string(value)).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

/// A part of a message that is read once it is known whose it is.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// What it is to the message.
    pub kind: MessageKind,
    /// The command or event.
    pub name: &'a str,
    /// The text; an empty object if there is none.
    pub text: Option<&'a str>,
}

impl Part<'_> {
    /// Reads it.
    ///
    /// # Errors
    /// As [`from_str`], in the message that it is part of.
    pub fn read<T: FromJson>(&self) -> Result<T, Error> {
        from_str(self.text.unwrap_or("{}")).map_err(|error| error.in_message(self.kind, self.name))
    }
}
