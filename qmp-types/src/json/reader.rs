//! A cursor over JSON text that reads values without building a tree.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;
use smallvec::SmallVec;

use super::members::{Members, Passed};
use super::{Error, ErrorKind, PathSegment, scan};

/// How deep the objects and arrays that a type reads may nest. QMP's replies stay below 20.
pub const MAX_DEPTH: usize = 128;

/// A place in a JSON text.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    text: &'a str,
    pub(super) position: usize,
    pub(super) depth: usize,
    /// Of each object on the way to this place: the members that were passed over before they were asked for.
    pub(super) passed: SmallVec<[Passed<'a>; 4]>,
    /// Of each object on the way to this place: the names of the members that were read.
    pub(super) taken: SmallVec<[&'static str; 8]>,
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
        Self { text, position: 0, depth: 0, passed: SmallVec::new(), taken: SmallVec::new() }
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
    #[inline]
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
        if let Some(text) = self.plain_string() {
            return Ok(Cow::Borrowed(text));
        }
        self.expect_kind(Kind::String)?;
        self.parse().map(Cow::Owned)
    }

    /// Reads a string, if that is what comes next and it is without escapes.
    #[inline]
    fn plain_string(&mut self) -> Option<&'a str> {
        if self.peek()? != b'"' {
            return None;
        }
        let start = self.position + 1;
        let end = scan::plain(self.text.as_bytes(), start);
        if *self.text.as_bytes().get(end)? != b'"' {
            return None;
        }
        self.position = end + 1;
        self.text.get(start..end)
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
        let mut object = Members::open(self)?;
        let value = members(&mut object);
        // Not in a function with the value, which would be compiled for each type, and move each value once more.
        match object.end(value.is_ok()) {
            Ok(()) => value,
            Err(error) => Err(error),
        }
    }

    /// Passes over a value and gives its text.
    ///
    /// # Errors
    /// When the text is not JSON.
    pub fn raw(&mut self) -> Result<&'a str, Error> {
        self.kind()?;
        let start = self.position;
        match scan::value(self.text.as_bytes(), start) {
            Some(end) => self.position = end,
            None => drop(self.parse::<IgnoredAny>()?),
        }
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
        let start = self.position;
        match scan::number(self.text.as_bytes(), start) {
            Some(end) => self.position = end,
            None => drop(self.parse::<IgnoredAny>()?),
        }
        Ok(&self.text[start..self.position])
    }

    /// Reads `true`, `false` or `null`, if it is what comes next.
    pub(crate) fn word(&mut self, word: &str) -> bool {
        let end = scan::literal(self.text.as_bytes(), self.position, word.as_bytes());
        self.position = end.unwrap_or(self.position);
        end.is_some()
    }

    /// The error that the value that comes next is not what was expected.
    pub fn unexpected(&mut self, expected: &'static str) -> Error {
        match self.kind() {
            Ok(kind) => Error::new(ErrorKind::Type { expected: expected.into(), found: kind.describe() }),
            Err(error) => error,
        }
    }

    #[inline]
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
    #[inline]
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

    /// Passes over the name of a member and the colon, if that is what stands here and as QEMU writes it.
    #[inline]
    pub(super) fn skip_name(&mut self, name: &str) -> bool {
        let rest = self.text.as_bytes().get(self.position..);
        let behind = rest
            .and_then(|rest| rest.strip_prefix(b"\""))
            .and_then(|rest| rest.strip_prefix(name.as_bytes()))
            .is_some_and(|rest| rest.starts_with(b"\":"));
        if behind {
            self.position += name.len() + 3;
        }
        behind
    }

    /// Passes over white space and looks at the byte behind it.
    #[inline]
    fn peek(&mut self) -> Option<u8> {
        match self.text.as_bytes().get(self.position) {
            Some(&byte) if byte > b' ' => Some(byte),
            _ => self.peek_behind_blank(),
        }
    }

    fn peek_behind_blank(&mut self) -> Option<u8> {
        self.position = scan::blank(self.text.as_bytes(), self.position);
        self.text.as_bytes().get(self.position).copied()
    }
}

/// serde_json's message without the line and column, which count from a place in the middle of the text.
fn describe_without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let end = text.rfind(" at line ").unwrap_or(text.len());
    text[..end].to_owned()
}
