//! Paths into a server's schema, in the syntax of libvirt's capability queries.

use std::fmt;

use thiserror::Error;

/// A path into a server's schema: what [`ServerSchema::has`](super::ServerSchema::has) is asked for.
///
/// The syntax is that of libvirt's capability queries (`virQEMUQAPISchemaPathGet`), with a step more. A path is a name and steps,
/// with `/` between them:
///
/// ```text
/// path  = name
///       | name "/$" feature                         a feature of the command or event
///       | name "/" ("arg-type" | "ret-type") step*
/// step  = "/" member | "/*" member                  a member; an optional one
///       | "/+" case                                 the branch of a union that a value of its tag selects
///       | "/^" value                                is it an enum with this value?
///       | "/^" value "/$" feature                   does the value have this feature?
///       | "/!" json                                 is it of this JSON type?
///       | "/$" feature                              does the type have this feature?
///       | ("/" | "/*") member "/@" feature          does the member itself have this feature?
/// json  = "null" | "string" | "number" | "value" | "int" | "boolean"
/// ```
///
/// - `name` is a command or an event. What is behind `arg-type` is in the arguments of the command, or the data of the
///   event; behind `ret-type`, in what the command returns. An event does not have that.
/// - The steps `^`, `!`, `$` and `@` are the last ones of a path, but for `$` behind `^`.
/// - Arrays count as what they hold; an alternate as each of its types: the path is there if one of them has the rest of it.
/// - A member whose name does not begin with a letter has a space in front: `x/arg-type/ 2nd`. Behind another sign
///   it has none, `/+9p`, for instance.
/// - `!value` is a type that takes any JSON value; a member that is an object or an enum has no such JSON type as is asked for
///   here.
/// - `@` is ours: in QEMU's schema members have features of their own, such as `deprecated`, which libvirt does not reach.
///
/// What is different from libvirt: types cannot be named in the place of commands and events, for their names mean nothing; a path
/// that no server can have (`stop/args`, `stop/^value`, `…/!text`, an empty step) is an error and not absent; `$` finds features of
/// enums and alternates too.
///
/// ```
/// use qmp_client::introspection::{Query, Step};
///
/// let query = Query::parse("blockdev-add/arg-type/+file/locking/^auto")?;
/// assert_eq!(query.name(), "blockdev-add");
/// let steps = [Step::Arguments, Step::Branch("file"), Step::Member("locking"), Step::Value("auto")];
/// assert!(query.steps().eq(steps));
///
/// let error = Query::parse("blockdev-add/arg-type/!text").unwrap_err();
/// assert_eq!((error.position(), &*error.to_string()),
///     (22, "column 23: expected one of !null, !string, !number, !value, !int and !boolean"));
/// # Ok::<(), qmp_client::introspection::QueryError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Query<'q> {
    text: &'q str,
}

/// A step of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Step<'q> {
    /// `arg-type`: to what a command takes, or what comes with an event.
    Arguments,
    /// `ret-type`: to what a command returns.
    Returns,
    /// `NAME`: to the member of this name.
    Member(&'q str),
    /// `*NAME`: to the member of this name, which is optional.
    OptionalMember(&'q str),
    /// `+CASE`: to the branch of a union.
    Branch(&'q str),
    /// `^VALUE`: is it an enum with this value?
    Value(&'q str),
    /// `!TYPE`: is it of this JSON type?
    Json(JsonKind),
    /// `$FEATURE`: does what the path has led to, a command, an event, a value or a type, have this feature?
    Feature(&'q str),
    /// `@FEATURE`: does the member that the path has led to have this feature itself?
    MemberFeature(&'q str),
}

/// A JSON type that a path may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JsonKind {
    /// `null`.
    Null,
    /// A string.
    String,
    /// A number.
    Number,
    /// Any value.
    Value,
    /// An integer.
    Int,
    /// A boolean.
    Boolean,
}

/// Where and why a text is not a [`Query`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[error("column {}: {}", .at + 1, .reason)]
pub struct QueryError {
    pub(super) at: usize,
    pub(super) reason: &'static str,
}

impl QueryError {
    /// How many bytes of the text are in front of the step that is wrong.
    #[must_use]
    pub fn position(&self) -> usize {
        self.at
    }
}

impl<'q> Query<'q> {
    /// Reads a path.
    ///
    /// # Errors
    /// When it is none.
    pub const fn parse(text: &'q str) -> Result<Self, QueryError> {
        let query = Self { text };
        let (name, mut steps) = query.split();
        if name.is_empty() || !is_name_start(name.as_bytes()[0]) {
            return Err(QueryError {
                at: 0,
                reason: "a query begins with the name of a command or an event",
            });
        }
        loop {
            match steps.step() {
                Ok(Some(_)) => {}
                Ok(None) => return Ok(query),
                Err(error) => return Err(error),
            }
        }
    }

    /// The name of the command or event.
    #[must_use]
    pub const fn name(self) -> &'q str {
        self.split().0
    }

    /// The path's text.
    #[must_use]
    pub const fn as_str(self) -> &'q str {
        self.text
    }

    /// The steps behind the name.
    #[must_use]
    pub const fn steps(self) -> Steps<'q> {
        self.split().1
    }

    const fn split(self) -> (&'q str, Steps<'q>) {
        let (name, rest) = component(self.text);
        (name, Steps { text: self.text, rest, place: Place::Name })
    }
}

impl<'q> TryFrom<&'q str> for Query<'q> {
    type Error = QueryError;

    fn try_from(text: &'q str) -> Result<Self, QueryError> {
        Self::parse(text)
    }
}

impl fmt::Display for Query<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

/// The steps of a [`Query`].
#[derive(Debug, Clone)]
pub struct Steps<'q> {
    text: &'q str,
    /// What is left, without the `/` in front; `None` behind the last step.
    pub(super) rest: Option<&'q str>,
    place: Place,
}

/// What a step stands behind, which decides what it may be.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// The name of the command or event.
    Name,
    /// A type.
    Type,
    /// A member, which is a type too.
    Member,
    /// A value of an enum.
    Value,
    /// A step that nothing follows.
    End,
}

impl<'q> Steps<'q> {
    /// The step at the front, as [`Iterator::next`] has it, when the program is compiled.
    pub(super) const fn step(&mut self) -> Result<Option<Step<'q>>, QueryError> {
        let Some(text) = self.rest else { return Ok(None) };
        let (step, rest) = component(text);
        match read(self.place, step) {
            Ok(step) => {
                self.place = step.place();
                self.rest = rest;
                Ok(Some(step))
            }
            Err(reason) => Err(QueryError { at: self.offset(), reason }),
        }
    }

    /// How many bytes are in front of the step at the front.
    pub(super) const fn offset(&self) -> usize {
        match self.rest {
            Some(rest) => self.text.len() - rest.len(),
            None => self.text.len(),
        }
    }

    #[cfg(feature = "metadata")]
    pub(super) const fn copied(&self) -> Self {
        Self { text: self.text, rest: self.rest, place: self.place }
    }
}

impl<'q> Iterator for Steps<'q> {
    type Item = Step<'q>;

    fn next(&mut self) -> Option<Step<'q>> {
        // A query was read once, without an error.
        self.step().ok().flatten()
    }
}

impl Step<'_> {
    const fn place(self) -> Place {
        match self {
            Self::Arguments | Self::Returns | Self::Branch(_) => Place::Type,
            Self::Member(_) | Self::OptionalMember(_) => Place::Member,
            Self::Value(_) => Place::Value,
            Self::Json(_) | Self::Feature(_) | Self::MemberFeature(_) => Place::End,
        }
    }
}

const BEHIND_NAME: &str = "expected arg-type, ret-type or $FEATURE behind the name of a command or an event";

/// A step of this text at a place.
const fn read(place: Place, text: &str) -> Result<Step<'_>, &'static str> {
    let Some(first) = text.as_bytes().first() else { return Err("an empty step") };
    match place {
        Place::Name => match text.as_bytes() {
            b"arg-type" => return Ok(Step::Arguments),
            b"ret-type" => return Ok(Step::Returns),
            [b'$', ..] => {}
            _ => return Err(BEHIND_NAME),
        },
        Place::Value if *first != b'$' => return Err("only $FEATURE may stand behind ^VALUE"),
        Place::End => return Err("nothing may stand behind !TYPE, $FEATURE and @FEATURE"),
        Place::Value | Place::Type | Place::Member => {}
    }
    if first.is_ascii_alphabetic() {
        return Ok(Step::Member(text));
    }
    if !first.is_ascii() || is_name_start(*first) {
        return Err("a member whose name does not begin with a letter has a space in front");
    }
    let (_, name) = text.split_at(1);
    if name.is_empty() {
        return Err("a name is missing behind the sign");
    }
    match *first {
        b' ' => Ok(Step::Member(name)),
        b'*' => Ok(Step::OptionalMember(name)),
        b'+' => Ok(Step::Branch(name)),
        b'^' => Ok(Step::Value(name)),
        b'$' => Ok(Step::Feature(name)),
        b'!' => match JsonKind::of(name) {
            Some(kind) => Ok(Step::Json(kind)),
            None => Err("expected one of !null, !string, !number, !value, !int and !boolean"),
        },
        b'@' if matches!(place, Place::Member) => Ok(Step::MemberFeature(name)),
        b'@' => Err("@FEATURE stands behind a member only"),
        _ => Err("expected a member, *MEMBER, +CASE, ^VALUE, !TYPE, $FEATURE or @FEATURE"),
    }
}

impl JsonKind {
    const fn of(name: &str) -> Option<Self> {
        match name.as_bytes() {
            b"null" => Some(Self::Null),
            b"string" => Some(Self::String),
            b"number" => Some(Self::Number),
            b"value" => Some(Self::Value),
            b"int" => Some(Self::Int),
            b"boolean" => Some(Self::Boolean),
            _ => None,
        }
    }

    /// Its name in introspection.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::String => "string",
            Self::Number => "number",
            Self::Value => "value",
            Self::Int => "int",
            Self::Boolean => "boolean",
        }
    }
}

/// Whether a name may begin so: those of downstream extensions begin with `_`, some values of enums with a digit.
const fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

/// What is in front of the first `/`, and what is behind it, if there is one.
pub(super) const fn component(text: &str) -> (&str, Option<&str>) {
    let bytes = text.as_bytes();
    let mut index = 0;
    while index < bytes.len() {
        if bytes[index] == b'/' {
            let (front, rest) = text.split_at(index);
            return (front, Some(rest.split_at(1).1));
        }
        index += 1;
    }
    (text, None)
}
