//! A cursor over JSON text that reads values without building a tree.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use super::{Error, ErrorKind, FromJson, PathSegment};

/// How deep the objects and arrays that a type reads may nest. QMP's replies stay below 20.
pub const MAX_DEPTH: usize = 128;

/// A place in a JSON text.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    text: &'a str,
    position: usize,
    depth: usize,
    /// Of each object on the way to this place: the members that were passed over before they were asked for.
    passed: Vec<Passed<'a>>,
    /// Of each object on the way to this place: the names of the members that were read.
    taken: Vec<&'static str>,
}

/// A member that stands in front of one that was asked for earlier.
#[derive(Debug, Clone)]
struct Passed<'a> {
    name: Cow<'a, str>,
    /// Where its value begins.
    position: usize,
}

/// The type of a JSON value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `{…}`
    Object,
    /// `[…]`
    Array,
    /// `"…"`
    String,
    /// An integer or a fraction.
    Number,
    /// `true` or `false`.
    Bool,
    /// `null`
    Null,
}

impl Kind {
    /// The type in words, with its article.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::Object => "an object",
            Self::Array => "an array",
            Self::String => "a string",
            Self::Number => "a number",
            Self::Bool => "a boolean",
            Self::Null => "null",
        }
    }
}

impl<'a> Reader<'a> {
    /// The beginning of a text.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Self { text, position: 0, depth: 0, passed: Vec::new(), taken: Vec::new() }
    }

    /// Makes sure that nothing but white space is left.
    ///
    /// # Errors
    /// When something is.
    pub fn end(&mut self) -> Result<(), Error> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(Error::syntax("text behind the value")),
        }
    }

    /// The type of the value that comes next.
    ///
    /// # Errors
    /// When what comes next cannot begin a value.
    pub fn kind(&mut self) -> Result<Kind, Error> {
        match self.peek() {
            Some(b'{') => Ok(Kind::Object),
            Some(b'[') => Ok(Kind::Array),
            Some(b'"') => Ok(Kind::String),
            Some(b'-' | b'0'..=b'9') => Ok(Kind::Number),
            Some(b't' | b'f') => Ok(Kind::Bool),
            Some(b'n') => Ok(Kind::Null),
            Some(_) => Err(Error::syntax("a value is expected")),
            None => Err(Error::syntax("the text ends where a value is expected")),
        }
    }

    /// Reads a string.
    ///
    /// # Errors
    /// When the next value is not one.
    pub fn string(&mut self) -> Result<Cow<'a, str>, Error> {
        self.expect_kind(Kind::String)?;
        let start = self.position + 1;
        let rest = &self.text.as_bytes()[start..];
        match rest.iter().position(|&byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)) {
            Some(length) if rest[length] == b'"' => {
                self.position = start + length + 1;
                Ok(Cow::Borrowed(&self.text[start..start + length]))
            }
            _ => self.parse::<String>().map(Cow::Owned),
        }
    }

    /// Reads an array, each element by `element`.
    ///
    /// # Errors
    /// When the next value is not an array, or an element is faulty.
    pub fn array(&mut self, mut element: impl FnMut(&mut Self) -> Result<(), Error>) -> Result<(), Error> {
        self.open(Kind::Array)?;
        for index in 0.. {
            if !self.next_item(index == 0, b']')? {
                break;
            }
            element(self).map_err(|error| error.within(PathSegment::Index(index)))?;
        }
        Ok(())
    }

    /// Reads an object, all its members by `members`.
    ///
    /// # Errors
    /// When the next value is not an object, or a member is faulty.
    pub fn object<T>(
        &mut self,
        members: impl FnOnce(&mut Members<'_, 'a>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.open(Kind::Object)?;
        let (passed, taken) = (self.passed.len(), self.taken.len());
        let depth = self.depth;
        let mut object = Members { reader: self, passed, taken, place: Place::First, depth, fault: None };
        let value = members(&mut object);
        object.end(value)
    }

    /// Passes over a value and gives its text.
    ///
    /// # Errors
    /// When the text is not JSON.
    pub fn raw(&mut self) -> Result<&'a str, Error> {
        self.kind()?;
        let start = self.position;
        self.parse::<IgnoredAny>()?;
        Ok(&self.text[start..self.position])
    }

    /// Reads a value by its serde implementation.
    ///
    /// Borrowing types that serde offers for text (`&str`) fail on escapes; own what you read.
    pub(crate) fn parse<T: Deserialize<'a>>(&mut self) -> Result<T, Error> {
        let mut values = serde_json::Deserializer::from_str(&self.text[self.position..]).into_iter::<T>();
        let value = match values.next() {
            Some(Ok(value)) => value,
            Some(Err(error)) => return Err(Error::syntax(describe_without_place(&error))),
            None => return Err(Error::syntax("the text ends where a value is expected")),
        };
        self.position += values.byte_offset();
        Ok(value)
    }

    /// The text of the number that comes next.
    pub(crate) fn number(&mut self, expected: &'static str) -> Result<&'a str, Error> {
        if self.kind()? != Kind::Number {
            return Err(self.unexpected(expected));
        }
        self.raw()
    }

    /// The error that the value that comes next is not what was expected.
    pub fn unexpected(&mut self, expected: &'static str) -> Error {
        match self.kind() {
            Ok(kind) => Error::new(ErrorKind::Type { expected: expected.into(), found: kind.describe() }),
            Err(error) => error,
        }
    }

    fn expect_kind(&mut self, kind: Kind) -> Result<(), Error> {
        if self.kind()? == kind { Ok(()) } else { Err(self.unexpected(kind.describe())) }
    }

    /// Goes into an object or array.
    pub(super) fn open(&mut self, kind: Kind) -> Result<(), Error> {
        self.expect_kind(kind)?;
        if self.depth == MAX_DEPTH {
            return Err(Error::new(ErrorKind::TooDeep));
        }
        self.depth += 1;
        self.position += 1;
        Ok(())
    }

    /// Goes to the next element or member; at the end, goes out of the array or object.
    pub(super) fn next_item(&mut self, first: bool, close: u8) -> Result<bool, Error> {
        match self.peek() {
            Some(byte) if byte == close => {
                self.position += 1;
                self.depth -= 1;
                Ok(false)
            }
            Some(_) if first => Ok(true),
            Some(b',') => {
                self.position += 1;
                Ok(true)
            }
            Some(_) => Err(Error::syntax("expected ',' or the end of an object or array")),
            None => Err(Error::syntax("the text ends inside an object or array")),
        }
    }

    /// Reads the name of a member, and the colon.
    pub(super) fn name(&mut self) -> Result<Cow<'a, str>, Error> {
        let name = self.string()?;
        if self.peek() != Some(b':') {
            return Err(Error::syntax("expected ':' behind the name of a member"));
        }
        self.position += 1;
        Ok(name)
    }

    /// Passes over white space and looks at the byte behind it.
    fn peek(&mut self) -> Option<u8> {
        let rest = &self.text.as_bytes()[self.position..];
        let blank = rest.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))?;
        self.position += blank;
        Some(rest[blank])
    }
}

/// serde_json's message without the line and column, which count from a place in the middle of the text.
fn describe_without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let end = text.rfind(" at line ").unwrap_or(text.len());
    text[..end].to_owned()
}

/// Where in an object the reader is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In front of the first member.
    First,
    /// Behind a member.
    Next,
    /// Behind the object.
    End,
}

/// Where a member was found.
enum Found {
    Nowhere,
    Here,
    /// Among those that were passed over. Behind it the reader is to go back to where it was: at this position, as
    /// deep as this.
    Earlier {
        position: usize,
        depth: usize,
    },
}

/// The members of an object that is being read.
///
/// They are asked for by name, in any order, each once. Members that come before the one that is asked for are passed
/// over and remembered, so that in a union base and branch ask for their members in turn. What nobody asks for is
/// passed over, but a member that was asked for may stand in the object once.
#[derive(Debug)]
pub struct Members<'r, 'a> {
    reader: &'r mut Reader<'a>,
    /// How many passed members belong to objects around this one.
    passed: usize,
    /// How many taken members belong to objects around this one.
    taken: usize,
    place: Place,
    /// How deep its values are.
    depth: usize,
    /// The first mistake in a member that is optional.
    fault: Option<Error>,
}

impl<'a> Members<'_, 'a> {
    /// Reads a member that must be there.
    ///
    /// # Errors
    /// When it is absent, not of the type, or there twice.
    pub fn required<T: FromJson>(&mut self, name: &'static str) -> Result<T, Error> {
        self.take(name)?.ok_or_else(|| Error::new(ErrorKind::MissingMember(name)))
    }

    /// Reads a member that may be absent. A mistake in it becomes the error of the whole object.
    pub fn optional<T: FromJson>(&mut self, name: &'static str) -> Option<T> {
        self.take(name).unwrap_or_else(|error| {
            self.fault.get_or_insert(error);
            None
        })
    }

    /// Reads the member that selects a union's branch.
    ///
    /// # Errors
    /// As [`required`](Self::required).
    pub fn tag(&mut self, name: &'static str) -> Result<Cow<'a, str>, Error> {
        self.take_by(name, Reader::string)?.ok_or_else(|| Error::new(ErrorKind::MissingMember(name)))
    }

    /// Reads all members that nobody asked for.
    ///
    /// # Errors
    /// When the text is not JSON.
    pub fn rest(&mut self) -> Result<Map<String, Value>, Error> {
        let mut rest = Map::new();
        let here = self.reader.position;
        for passed in self.reader.passed.split_off(self.passed) {
            self.reader.position = passed.position;
            rest.insert(passed.name.into_owned(), self.reader.parse()?);
        }
        self.reader.position = here;
        while let Some(name) = self.next_name()? {
            let value = self.reader.parse()?;
            rest.insert(name.into_owned(), value);
        }
        Ok(rest)
    }

    /// Makes sure that there are no members that nobody asked for.
    ///
    /// # Errors
    /// When there is one.
    pub fn refuse_rest(&mut self) -> Result<(), Error> {
        let name = match self.reader.passed.get(self.passed) {
            Some(passed) => Some(passed.name.clone()),
            None => self.next_name()?,
        };
        match name {
            None => Ok(()),
            Some(name) => Err(Error::new(ErrorKind::UnexpectedMember((*name).into()))),
        }
    }

    fn take<T: FromJson>(&mut self, name: &'static str) -> Result<Option<T>, Error> {
        self.take_by(name, T::from_json)
    }

    fn take_by<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Reader<'a>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        // Behind a fault the reader is in the middle of a value.
        let found = if self.fault.is_some() { Found::Nowhere } else { self.find(name)? };
        if matches!(found, Found::Nowhere) {
            return Ok(None);
        }
        let value = read(self.reader).map_err(|error| error.within(PathSegment::Member(name.into())))?;
        if let Found::Earlier { position, depth } = found {
            (self.reader.position, self.reader.depth) = (position, depth);
        }
        Ok(Some(value))
    }

    /// Goes to the value of a member.
    fn find(&mut self, name: &'static str) -> Result<Found, Error> {
        if let Some(index) = self.passed_index(name) {
            let position = self.reader.passed.remove(index).position;
            if self.passed_index(name).is_some() {
                return Err(Error::new(ErrorKind::DuplicateMember(name)));
            }
            self.reader.taken.push(name);
            // At the end of the object the reader is outside of it.
            let depth = std::mem::replace(&mut self.reader.depth, self.depth);
            return Ok(Found::Earlier {
                position: std::mem::replace(&mut self.reader.position, position),
                depth,
            });
        }
        while let Some(next) = self.next_name()? {
            if next == name {
                self.reader.taken.push(name);
                return Ok(Found::Here);
            }
            let passed = Passed { name: next, position: self.reader.position };
            self.reader.raw()?;
            self.reader.passed.push(passed);
        }
        Ok(Found::Nowhere)
    }

    fn passed_index(&self, name: &str) -> Option<usize> {
        let of_this_object = self.reader.passed.get(self.passed..)?;
        of_this_object.iter().position(|passed| passed.name == name).map(|index| index + self.passed)
    }

    /// The name of the next member in the text, which must not have been read already.
    fn next_name(&mut self) -> Result<Option<Cow<'a, str>>, Error> {
        if self.place == Place::End || !self.reader.next_item(self.place == Place::First, b'}')? {
            self.place = Place::End;
            return Ok(None);
        }
        self.place = Place::Next;
        let name = self.reader.name()?;
        match self.reader.taken[self.taken..].iter().find(|taken| **taken == name) {
            Some(taken) => Err(Error::new(ErrorKind::DuplicateMember(taken))),
            None => Ok(Some(name)),
        }
    }

    /// Goes behind the object, from which a value was read.
    fn end<T>(mut self, value: Result<T, Error>) -> Result<T, Error> {
        // A member that was faulty is reported, not what was found to be absent behind it.
        if let Some(fault) = self.fault.take() {
            return Err(fault);
        }
        let value = value?;
        while self.next_name()?.is_some() {
            self.reader.raw()?;
        }
        self.reader.passed.truncate(self.passed);
        self.reader.taken.truncate(self.taken);
        Ok(value)
    }
}
