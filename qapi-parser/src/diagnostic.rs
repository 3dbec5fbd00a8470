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
    /// The place.
    pub span: Span,
    /// A remark under the underlined place.
    pub label: Option<Box<str>>,
    /// Further places that belong to the mistake, such as the first of two duplicates.
    pub notes: Vec<Note>,
    /// What the author might want to do.
    pub hint: Option<Box<str>>,
    /// The definition or directive that it belongs to.
    pub context: Option<Box<Context>>,
}

/// What a [`Diagnostic`] belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// In words: `command 'query-foo'`.
    pub description: Box<str>,
    /// The whole expression.
    pub span: Span,
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
            context: None,
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

    /// Adds the definition or directive that it belongs to, in words and as the place of the whole expression.
    #[must_use]
    pub fn in_context(mut self, description: impl Into<Box<str>>, span: Span) -> Self {
        self.context = Some(Box::new(Context { description: description.into(), span }));
        self
    }

    /// The place at whose beginning QEMU's own front end reports the mistake.
    ///
    /// Inside an expression it knows no places: whatever is wrong with a definition is wrong at its opening brace.
    #[must_use]
    pub fn reported_at(&self) -> Span {
        match &self.context {
            Some(context) if context.span.contains(self.span) => context.span,
            _ => self.span,
        }
    }
}
