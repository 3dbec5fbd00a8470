//! Shows diagnostics to people.
//!
//! The snippets are drawn by annotate-snippets, which is rustc's own renderer as a crate: what it draws is what
//! Rust programmers are used to, it has no dependency worth naming, and writes plain text as well as colours. The
//! line above them is ours, in the form that editors and QEMU's own front end use: `path:line:column: error: …`.

use std::fmt::{self, Write as _};

use annotate_snippets::renderer::{DEFAULT_ERROR_STYLE, DEFAULT_HELP_STYLE, DEFAULT_NOTE_STYLE, Style};
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::diagnostic::Diagnostic;
use crate::source::{Sources, Span};

/// Whether the text may carry colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Color {
    /// Plain text.
    #[default]
    Never,
    /// Colours as ANSI escape sequences.
    Always,
}

/// What is wrong with a schema, together with the text it is wrong in. Its `Display` is the plain form.
#[derive(Debug, Clone)]
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
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.render(Color::Never).trim_end())
    }
}

impl std::error::Error for Report {}

/// Shows diagnostics, one below the other, with a blank line in between.
#[must_use]
pub fn render(sources: &Sources, diagnostics: &[Diagnostic], color: Color) -> String {
    let canvas = Canvas { sources, color };
    let shown: Vec<_> = diagnostics.iter().map(|diagnostic| canvas.diagnostic(diagnostic)).collect();
    shown.join("\n")
}

struct Canvas<'s> {
    sources: &'s Sources,
    color: Color,
}

impl Canvas<'_> {
    fn diagnostic(&self, diagnostic: &Diagnostic) -> String {
        let mut text = String::new();
        if let Some(definition) = &diagnostic.definition {
            push_line(&mut text, &format!("in {}:", printable(definition)));
        }
        let title = self.styled("error", DEFAULT_ERROR_STYLE);
        push_line(
            &mut text,
            &format!("{}: {title}: {}", self.place(diagnostic.span), printable(&diagnostic.message)),
        );
        push_line(&mut text, &self.snippet(diagnostic.span, diagnostic.label.as_deref(), Level::ERROR));
        for note in &diagnostic.notes {
            let title = self.styled("note", DEFAULT_NOTE_STYLE);
            push_line(
                &mut text,
                &format!("{}: {title}: {}", self.place(note.span), printable(&note.message)),
            );
            push_line(&mut text, &self.snippet(note.span, None, Level::NOTE));
        }
        if let Some(hint) = &diagnostic.hint {
            push_line(
                &mut text,
                &format!("{}: {}", self.styled("hint", DEFAULT_HELP_STYLE), printable(hint)),
            );
        }
        let mut file = diagnostic.span.source;
        while let Some(directive) = self.sources.get(file).included_at() {
            let including = self.sources.get(directive.source);
            let path = printable(&including.path().to_string_lossy());
            push_line(&mut text, &format!("included from {path}:{}", including.line(directive.start)));
            file = directive.source;
        }
        text
    }

    /// `path:line:column`.
    fn place(&self, span: Span) -> String {
        let place = self.sources.line_column(span);
        let path = printable(&self.sources.get(span.source).path().to_string_lossy());
        format!("{path}:{}:{}", place.line, place.column)
    }

    fn snippet(&self, span: Span, label: Option<&str>, level: Level<'_>) -> String {
        let source = self.sources.get(span.source);
        let excerpt = Excerpt::new(source.text(), span);
        let label = label.map(printable);
        let annotation = AnnotationKind::Primary.span(excerpt.marked.clone()).label(label.as_deref());
        let snippet = Snippet::source(excerpt.text.as_str())
            .line_start(source.line(span.start) as usize)
            .annotation(annotation);
        let renderer = match self.color {
            Color::Never => Renderer::plain(),
            Color::Always => Renderer::styled(),
        };
        renderer.render(&[Group::with_level(level).element(snippet)])
    }

    fn styled(&self, word: &str, style: Style) -> String {
        match self.color {
            Color::Never => word.to_owned(),
            Color::Always => format!("{style}{word}{style:#}"),
        }
    }
}

fn push_line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

/// The line a place begins in, or the part of it around the place if it is long.
struct Excerpt {
    text: String,
    /// The place in `text`, to the end of the line at most.
    marked: std::ops::Range<usize>,
}

impl Excerpt {
    fn new(source: &str, span: Span) -> Self {
        /// How much of a line is shown in front of a place and from its beginning on, in bytes.
        const BEFORE: usize = 60;
        const BEHIND: usize = 120;
        let start = (span.start as usize).min(source.len());
        let before = &source[..start];
        let behind = &source[start..];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line_end = start + behind.find('\n').unwrap_or(behind.len());
        let from = boundary(source, start.saturating_sub(BEFORE).max(line_start));
        let to = boundary(source, (start + BEHIND).min(line_end));
        let end = (span.end as usize).clamp(start, to);

        let mut text = String::new();
        text.push_str(if from > line_start { "… " } else { "" });
        push_visible(&mut text, &source[from..start]);
        let marked_start = text.len();
        push_visible(&mut text, &source[start..end]);
        let marked_end = text.len();
        push_visible(&mut text, &source[end..to]);
        text.push_str(if to < line_end { " …" } else { "" });
        Self { text, marked: marked_start..marked_end }
    }
}

/// The first boundary between characters from `at` on.
fn boundary(text: &str, at: usize) -> usize {
    (at..text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len())
}

/// Adds a source text, what the renderer would let through to the terminal replaced. It draws symbols for the control
/// characters of ASCII itself.
fn push_visible(text: &mut String, source: &str) {
    text.extend(source.chars().map(|character| match character {
        '\0'..='\x7f' => character,
        _ if is_invisible(character) => char::REPLACEMENT_CHARACTER,
        _ => character,
    }));
}

/// Whether a character commands a terminal, changes the direction of text or can't be seen.
fn is_invisible(character: char) -> bool {
    let is_format = matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    character.is_control() || is_format
}

/// A text from the schema or of a path as it may reach a terminal.
fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for character in text.chars() {
        if is_invisible(character) {
            // Writing to a string can't fail.
            let _ = write!(printable, "{}", character.escape_unicode());
        } else {
            printable.push(character);
        }
    }
    printable
}
