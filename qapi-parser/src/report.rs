//! Everything that is wrong with a schema, for people and for programs.

use std::fmt;

use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use crate::diagnostic::Diagnostic;
use crate::render::{Color, render};
use crate::source::{LineColumn, SourceId, Sources, Span};

/// What is wrong with a schema, together with the text it is wrong in.
///
/// Its `Display` is the plain form of [`render`](Self::render), as is its `Debug`: what `unwrap` and a `main` that returns
/// an error show is that. With serde it is an array of objects, one for each
/// diagnostic:
///
/// - `code`, `message`: those of the [`Diagnostic`].
/// - `file`, `line`, `column`: where QEMU's own front end reports the mistake ([`Report::place`]).
/// - `span`: what is underlined, an object of `file`, `start` and `end`, the last two with `line` and `column`; `end` is
///   behind it.
/// - `label`, `hint`: where there is one.
/// - `definition`: the definition or directive it is in, where there is one.
/// - `notes`: further places, each with `message` and `span`.
/// - `included-from`: the chain of `include` directives that led to the file, each with `file` and `line`.
#[derive(Clone)]
pub struct Report {
    /// The files.
    pub sources: Sources,
    /// The mistakes, in the order in which they were found.
    pub diagnostics: Vec<Diagnostic>,
}

impl Report {
    /// Shows all of it.
    #[must_use]
    pub fn render(&self, color: Color) -> String {
        render(&self.sources, &self.diagnostics, color)
    }

    /// Where QEMU's own front end reports a mistake: the place itself, or the beginning of the definition that it is in if
    /// that stands on a line above it.
    #[must_use]
    pub fn place(&self, diagnostic: &Diagnostic) -> Place {
        place(&self.sources, diagnostic)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.render(Color::Never).trim_end())
    }
}

impl fmt::Debug for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl std::error::Error for Report {}

/// A file, a line and a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub source: SourceId,
    /// Line and column in it.
    pub position: LineColumn,
}

impl Place {
    /// The beginning of a span.
    pub(crate) fn of(sources: &Sources, span: Span) -> Self {
        Self { source: span.source, position: sources.line_column(span) }
    }
}

pub(crate) fn place(sources: &Sources, diagnostic: &Diagnostic) -> Place {
    let exact = Place::of(sources, diagnostic.span);
    let reported = Place::of(sources, diagnostic.reported_at());
    if reported.position.line == exact.position.line { exact } else { reported }
}

/// The `include` directives that led to a file, the one that names it first.
pub(crate) fn inclusions(sources: &Sources, file: SourceId) -> impl Iterator<Item = Place> {
    let directive = |file| sources.get(file).included_at();
    let directives = std::iter::successors(directive(file), move |span| directive(span.source));
    directives.map(|span| Place::of(sources, span))
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.diagnostics.len()))?;
        for diagnostic in &self.diagnostics {
            list.serialize_element(&DiagnosticFacts::new(self, diagnostic))?;
        }
        list.end()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct DiagnosticFacts<'a> {
    code: &'a str,
    message: &'a str,
    file: String,
    line: u32,
    column: u32,
    span: SpanFacts,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    definition: Option<&'a str>,
    notes: Vec<NoteFacts<'a>>,
    included_from: Vec<InclusionFacts>,
}

#[derive(Serialize)]
struct SpanFacts {
    file: String,
    start: PositionFacts,
    end: PositionFacts,
}

#[derive(Serialize)]
struct PositionFacts {
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct NoteFacts<'a> {
    message: &'a str,
    span: SpanFacts,
}

#[derive(Serialize)]
struct InclusionFacts {
    file: String,
    line: u32,
}

impl<'a> DiagnosticFacts<'a> {
    fn new(report: &'a Report, diagnostic: &'a Diagnostic) -> Self {
        let sources = &report.sources;
        let place = report.place(diagnostic);
        let notes = diagnostic.notes.iter();
        let included_from = inclusions(sources, diagnostic.span.source);
        Self {
            code: diagnostic.code,
            message: &diagnostic.message,
            file: path(sources, place.source),
            line: place.position.line,
            column: place.position.column,
            span: SpanFacts::new(sources, diagnostic.span),
            label: diagnostic.label.as_deref(),
            hint: diagnostic.hint.as_deref(),
            definition: diagnostic.context.as_ref().map(|context| &*context.description),
            notes: notes
                .map(|note| NoteFacts { message: &note.message, span: SpanFacts::new(sources, note.span) })
                .collect(),
            included_from: included_from
                .map(|place| InclusionFacts { file: path(sources, place.source), line: place.position.line })
                .collect(),
        }
    }
}

impl SpanFacts {
    fn new(sources: &Sources, span: Span) -> Self {
        let position = |span| {
            let LineColumn { line, column } = sources.line_column(span);
            PositionFacts { line, column }
        };
        Self { file: path(sources, span.source), start: position(span), end: position(span.at_end()) }
    }
}

fn path(sources: &Sources, source: SourceId) -> String {
    sources.get(source).path().to_string_lossy().into_owned()
}
