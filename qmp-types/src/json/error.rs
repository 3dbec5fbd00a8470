//! Why a JSON text is not a value of the expected type.

use std::borrow::Cow;
use std::fmt;

/// Why a JSON text could not be read as the expected type, and where in the value.
///
/// It displays as `MESSAGE: PATH: what was expected`, for example
/// `reply to query-block: [3].inserted.ro: expected a boolean, found a string`, and without the message where
/// the value was read by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(Box<Inner>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Inner {
    kind: ErrorKind,
    /// From the innermost to the outermost.
    path: Vec<PathSegment>,
    message: Option<(MessageKind, Box<str>)>,
}

/// What the value that could not be read is to a command or an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MessageKind {
    /// The arguments of a command.
    Arguments,
    /// The result of a command.
    Reply,
    /// The data of an event.
    Event,
}

/// What was wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The text is not JSON.
    Syntax(Cow<'static, str>),
    /// The value is JSON of another type.
    Type {
        /// What the type wants, in words.
        expected: Cow<'static, str>,
        /// What stands there, in words.
        found: &'static str,
    },
    /// A number is outside the range of its type.
    Range {
        /// What the type wants, in words.
        expected: Cow<'static, str>,
    },
    /// A required member is absent.
    MissingMember(&'static str),
    /// A member stands twice in an object.
    DuplicateMember(&'static str),
    /// A member that a message must not have.
    UnexpectedMember(Box<str>),
    /// Values are nested deeper than [`MAX_DEPTH`](super::MAX_DEPTH).
    TooDeep,
}

/// A step from a JSON value into one that it contains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PathSegment {
    /// The member of an object.
    Member(Cow<'static, str>),
    /// The element of an array, counted from 0.
    Index(usize),
}

impl Error {
    /// An error at the value that is being read.
    #[must_use]
    pub fn new(kind: ErrorKind) -> Self {
        Self(Box::new(Inner { kind, path: Vec::new(), message: None }))
    }

    pub(crate) fn syntax(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Syntax(message.into()))
    }

    /// The same error, seen from the value that contains the faulty one.
    #[must_use]
    pub fn within(mut self, segment: PathSegment) -> Self {
        self.0.path.push(segment);
        self
    }

    /// The same error, in the message of a command or an event. The innermost message is the one that stays.
    #[must_use]
    pub fn in_message(mut self, kind: MessageKind, name: &str) -> Self {
        self.0.message.get_or_insert_with(|| (kind, name.into()));
        self
    }

    /// The message that holds the value, and the name of its command or event.
    #[must_use]
    pub fn message(&self) -> Option<(MessageKind, &str)> {
        self.0.message.as_ref().map(|(kind, name)| (*kind, &**name))
    }

    /// What was wrong.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// The way from the outermost value to the faulty one.
    pub fn path(&self) -> impl Iterator<Item = &PathSegment> {
        self.0.path.iter().rev()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((kind, name)) = self.message() {
            write!(f, "{kind} {}: ", name.escape_debug())?;
        }
        for (index, segment) in self.path().enumerate() {
            match segment {
                PathSegment::Member(name) if index == 0 => write!(f, "{}", name.escape_debug())?,
                PathSegment::Member(name) => write!(f, ".{}", name.escape_debug())?,
                PathSegment::Index(index) => write!(f, "[{index}]")?,
            }
        }
        if !self.0.path.is_empty() {
            f.write_str(": ")?;
        }
        write!(f, "{}", self.0.kind)
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(message) => write!(f, "not JSON: {message}"),
            Self::Type { expected, found } => write!(f, "expected {expected}, found {found}"),
            Self::Range { expected } => write!(f, "number out of range, expected {expected}"),
            Self::MissingMember(name) => write!(f, "member '{name}' is missing"),
            Self::DuplicateMember(name) => write!(f, "member '{name}' is there twice"),
            Self::UnexpectedMember(name) => write!(f, "member '{}' is unexpected", name.escape_debug()),
            Self::TooDeep => write!(f, "nested deeper than {} levels", super::MAX_DEPTH),
        }
    }
}

impl fmt::Display for MessageKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Arguments => "arguments of",
            Self::Reply => "reply to",
            Self::Event => "event",
        })
    }
}

impl std::error::Error for Error {}
