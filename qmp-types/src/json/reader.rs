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
        Self { text, position: 0, depth: 0 }
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
        members(&mut Members { reader: self, first: true, claim: &mut |_, _| Ok(false) })
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

/// What a union's base does with a member that the branch does not know: whether it took it.
type Claim<'c, 'a> = dyn FnMut(&str, &mut Reader<'a>) -> Result<bool, Error> + 'c;

/// The members of an object that is being read.
///
/// In a union the members of the base and of the branch stand in one object: the branch reads all of
/// them, and what it does not know is offered to the base before it is passed over.
pub struct Members<'r, 'a> {
    reader: &'r mut Reader<'a>,
    first: bool,
    claim: &'r mut Claim<'r, 'a>,
}

impl std::fmt::Debug for Members<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Members").field("reader", &self.reader).finish_non_exhaustive()
    }
}

impl<'a> Members<'_, 'a> {
    /// The name of the next member, or `None` at the end of the object. Its value is to be read by
    /// [`fill`](Self::fill), or handed to [`other`](Self::other).
    ///
    /// # Errors
    /// When the text is not JSON.
    pub fn next_name(&mut self) -> Result<Option<Cow<'a, str>>, Error> {
        if !self.reader.next_item(std::mem::take(&mut self.first), b'}')? {
            return Ok(None);
        }
        self.reader.name().map(Some)
    }

    /// Reads the value of the member `name` into its place.
    ///
    /// # Errors
    /// When it is not of the type, or the place is filled: a member may stand in an object once.
    pub fn fill<T: FromJson>(&mut self, place: &mut Option<T>, name: &'static str) -> Result<(), Error> {
        self.reader.fill(place, name)
    }

    /// Hands on a member that this type does not know.
    ///
    /// # Errors
    /// When the text is not JSON, or the base knows the member and its value is faulty.
    pub fn other(&mut self, name: &str) -> Result<(), Error> {
        if !(self.claim)(name, self.reader)? {
            self.reader.raw()?;
        }
        Ok(())
    }

    /// Reads a member that this type does not know into a map, unless the base takes it.
    ///
    /// # Errors
    /// As [`other`](Self::other).
    pub fn other_into(&mut self, name: Cow<'a, str>, rest: &mut Map<String, Value>) -> Result<(), Error> {
        if !(self.claim)(&name, self.reader)? {
            let value = self.reader.parse()?;
            rest.insert(name.into_owned(), value);
        }
        Ok(())
    }

    /// Passes over all members.
    ///
    /// # Errors
    /// As [`other`](Self::other).
    pub fn ignore(&mut self) -> Result<(), Error> {
        while let Some(name) = self.next_name()? {
            self.other(&name)?;
        }
        Ok(())
    }

    /// Reads all members into a map, but for those that the base takes.
    ///
    /// # Errors
    /// As [`other`](Self::other).
    pub fn collect(&mut self) -> Result<Map<String, Value>, Error> {
        let mut rest = Map::new();
        while let Some(name) = self.next_name()? {
            self.other_into(name, &mut rest)?;
        }
        Ok(rest)
    }

    /// Looks ahead for the member that selects a union's branch: it may stand anywhere in the object.
    ///
    /// # Errors
    /// When it is absent or not a string.
    pub fn tag(&self, name: &'static str) -> Result<Cow<'a, str>, Error> {
        let mut ahead = self.reader.clone();
        let mut first = self.first;
        while ahead.next_item(std::mem::take(&mut first), b'}')? {
            if ahead.name()? == name {
                return ahead.string().map_err(|error| error.within(PathSegment::Member(name.into())));
            }
            ahead.raw()?;
        }
        Err(Error::new(ErrorKind::MissingMember(name)))
    }

    /// Reads a union's branch from the same object; members that the branch does not know go to `base`,
    /// which answers whether it took them.
    ///
    /// # Errors
    /// Those of the branch and of the base.
    pub fn branch<T>(
        &mut self,
        base: &mut dyn FnMut(&str, &mut Reader<'a>) -> Result<bool, Error>,
        branch: impl FnOnce(&mut Members<'_, 'a>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let outer = &mut *self.claim;
        let mut claim = |name: &str, reader: &mut Reader<'a>| Ok(base(name, reader)? || outer(name, reader)?);
        branch(&mut Members { reader: self.reader, first: self.first, claim: &mut claim })
    }
}

impl Reader<'_> {
    /// Reads the value of the member `name` into its place.
    ///
    /// # Errors
    /// When it is not of the type, or the place is filled: a member may stand in an object once.
    pub fn fill<T: FromJson>(&mut self, place: &mut Option<T>, name: &'static str) -> Result<(), Error> {
        if place.is_some() {
            return Err(Error::new(ErrorKind::DuplicateMember(name)));
        }
        *place = Some(T::from_json(self).map_err(|error| error.within(PathSegment::Member(name.into())))?);
        Ok(())
    }
}

/// The value of a required member.
///
/// # Errors
/// When there is none.
pub fn required<T>(value: Option<T>, name: &'static str) -> Result<T, Error> {
    value.ok_or_else(|| Error::new(ErrorKind::MissingMember(name)))
}
