//! The members of an object, as a type asks for them.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::reader::{Kind, Reader};
use super::{Error, ErrorKind, FromJson, PathSegment};

/// A member that stands in front of one that was asked for earlier.
#[derive(Debug, Clone)]
pub(super) struct Passed<'a> {
    name: Cow<'a, str>,
    /// Where its value begins.
    position: usize,
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
#[derive(Debug, Clone, Copy)]
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

impl<'r, 'a> Members<'r, 'a> {
    /// Goes into the object that comes next.
    pub(super) fn open(reader: &'r mut Reader<'a>) -> Result<Self, Error> {
        reader.open(Kind::Object)?;
        let (passed, taken, depth) = (reader.passed.len(), reader.taken.len(), reader.depth);
        Ok(Self { reader, passed, taken, place: Place::First, depth, fault: None })
    }

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
        self.text(name)?.ok_or_else(|| Error::new(ErrorKind::MissingMember(name)))
    }

    /// Reads the member that selects a union's branch, and is as good as `default` where it is absent.
    ///
    /// # Errors
    /// When it is not a string, or there twice.
    pub fn tag_or(&mut self, name: &'static str, default: &'static str) -> Result<Cow<'a, str>, Error> {
        Ok(self.text(name)?.unwrap_or(Cow::Borrowed(default)))
    }

    /// Gives the text of a member that may be absent, for whoever knows its type later.
    ///
    /// # Errors
    /// When it is not JSON, or there twice.
    pub fn raw(&mut self, name: &'static str) -> Result<Option<&'a str>, Error> {
        let found = self.find(name)?;
        if let Found::Nowhere = found {
            return Ok(None);
        }
        let text = self.reader.raw().map_err(|error| error.within(PathSegment::Member(name.into())))?;
        self.go_back(found);
        Ok(Some(text))
    }

    /// Reads all members that nobody asked for.
    ///
    /// # Errors
    /// When the text is not JSON.
    pub fn rest(&mut self) -> Result<Map<String, Value>, Error> {
        let mut rest = Map::new();
        let here = self.reader.position;
        let passed: Vec<_> = self.reader.passed.drain(self.passed..).collect();
        for passed in passed {
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

    fn text(&mut self, name: &'static str) -> Result<Option<Cow<'a, str>>, Error> {
        let found = self.find(name)?;
        if let Found::Nowhere = found {
            return Ok(None);
        }
        let text = self.reader.string().map_err(|error| error.within(PathSegment::Member(name.into())))?;
        self.go_back(found);
        Ok(Some(text))
    }

    fn take<T: FromJson>(&mut self, name: &'static str) -> Result<Option<T>, Error> {
        let found = self.find(name)?;
        if let Found::Nowhere = found {
            return Ok(None);
        }
        match T::from_json(self.reader) {
            Ok(value) => {
                self.go_back(found);
                Ok(Some(value))
            }
            Err(error) => Err(error.within(PathSegment::Member(name.into()))),
        }
    }

    /// Goes to where the reader was before a member was looked for.
    fn go_back(&mut self, found: Found) {
        if let Found::Earlier { position, depth } = found {
            (self.reader.position, self.reader.depth) = (position, depth);
        }
    }

    /// Goes to the value of a member.
    fn find(&mut self, name: &'static str) -> Result<Found, Error> {
        if self.fault.is_some() {
            // The reader is in the middle of a value.
            return Ok(Found::Nowhere);
        }
        // Asked first, for mostly nothing was passed over.
        if self.reader.passed.len() > self.passed
            && let Some(index) = self.passed_index(name)
        {
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
        while self.next_member()? {
            // Servers mostly send members in the order of the schema, which is the one in which they are asked for.
            if self.reader.skip_name(name) {
                self.reader.taken.push(name);
                return Ok(Found::Here);
            }
            let next = self.name()?;
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
        if self.next_member()? { self.name().map(Some) } else { Ok(None) }
    }

    /// Goes to the name of the next member in the text, if there is one.
    fn next_member(&mut self) -> Result<bool, Error> {
        if self.place == Place::End || !self.reader.next_item(self.place == Place::First, b'}')? {
            self.place = Place::End;
            return Ok(false);
        }
        self.place = Place::Next;
        Ok(true)
    }

    /// The name of a member, which must not have been read already.
    fn name(&mut self) -> Result<Cow<'a, str>, Error> {
        let name = self.reader.name()?;
        match self.reader.taken[self.taken..].iter().find(|taken| **taken == name) {
            Some(taken) => Err(Error::new(ErrorKind::DuplicateMember(taken))),
            None => Ok(name),
        }
    }

    /// Goes behind the object, if a value was read from it.
    ///
    /// # Errors
    /// When there was a mistake in an optional member, or there is one in what nobody asked for.
    pub(super) fn end(mut self, is_read: bool) -> Result<(), Error> {
        // A member that was faulty is reported, not what was found to be absent behind it.
        if let Some(fault) = self.fault.take() {
            return Err(fault);
        }
        while is_read && self.next_name()?.is_some() {
            self.reader.raw()?;
        }
        self.reader.passed.truncate(self.passed);
        self.reader.taken.truncate(self.taken);
        Ok(())
    }
}
