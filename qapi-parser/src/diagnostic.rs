//! What is wrong with a schema, and where.

use crate::source::Span;

/// A mistake in a schema: a place, what is wrong there, and what may help.
///
/// It says nothing about how it is shown; that is [`render`](crate::render())'s. Its texts are boxed slices, which keeps it
/// small enough to be the error of a `Result`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of mistake it is: a kebab-case word that stays the same from release to release.
    pub code: &'static str,
    /// One sentence without a full stop.
    pub message: Box<str>,
    /// The place. Its beginning is where QEMU's own front end reports the mistake.
    pub span: Span,
    /// A remark under the underlined place.
    pub label: Option<Box<str>>,
    /// Further places that belong to the mistake, such as the first of two duplicates.
    pub notes: Vec<Note>,
    /// What the author might want to do.
    pub hint: Option<Box<str>>,
    /// The definition it happened in, in words: `command 'query-foo'`.
    pub definition: Option<Box<str>>,
}

/// A further place that belongs to a [`Diagnostic`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What is to be seen there.
    pub message: Box<str>,
    /// The place.
    pub span: Span,
}

impl Diagnostic {
    /// A mistake without further remarks.
    #[must_use]
    pub fn new(code: &'static str, span: Span, message: impl Into<Box<str>>) -> Self {
        Self {
            code,
            message: message.into(),
            span,
            label: None,
            notes: Vec::new(),
            hint: None,
            definition: None,
        }
    }

    /// Adds the remark under the underlined place.
    #[must_use]
    pub fn with_label(mut self, label: impl Into<Box<str>>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Adds a further place.
    #[must_use]
    pub fn with_note(mut self, span: Span, message: impl Into<Box<str>>) -> Self {
        self.notes.push(Note { message: message.into(), span });
        self
    }

    /// Adds what the author might want to do.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<Box<str>>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the definition it happened in.
    #[must_use]
    pub fn in_definition(mut self, definition: impl Into<Box<str>>) -> Self {
        self.definition = Some(definition.into());
        self
    }
}
