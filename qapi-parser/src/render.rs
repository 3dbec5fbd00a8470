//! Shows diagnostics to people.
//!
//! The snippets are drawn by annotate-snippets, which is rustc's own renderer as a crate: what it draws is what
//! Rust programmers are used to, it has no dependency worth naming, and writes plain text as well as colours. The
//! line above them is ours, in the form that editors and QEMU's own front end use: `path:line:column: error: …`.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::Range;

use annotate_snippets::renderer::{DEFAULT_ERROR_STYLE, DEFAULT_HELP_STYLE, DEFAULT_NOTE_STYLE, Style};
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::diagnostic::Diagnostic;
use crate::report::{Place, inclusions, place};
use crate::source::{SourceId, Sources, Span};

/// Whether the text may carry colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Color {
    /// Plain text.
    #[default]
    Never,
    /// Colours as ANSI escape sequences.
    Always,
}

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
        let title = self.styled("error", DEFAULT_ERROR_STYLE);
        let place = place(self.sources, diagnostic);
        push_line(&mut text, &format!("{}: {title}: {}", self.shown(place), printable(&diagnostic.message)));
        push_line(&mut text, &self.main_snippet(diagnostic));
        for note in &diagnostic.notes {
            let title = self.styled("note", DEFAULT_NOTE_STYLE);
            let place = Place::of(self.sources, note.span);
            push_line(&mut text, &format!("{}: {title}: {}", self.shown(place), printable(&note.message)));
            push_line(&mut text, &self.snippet(&Excerpt::new(self.sources, note.span), None, Level::NOTE));
        }
        if let Some(hint) = &diagnostic.hint {
            push_line(
                &mut text,
                &format!("{}: {}", self.styled("hint", DEFAULT_HELP_STYLE), printable(hint)),
            );
        }
        if let Some(context) = &diagnostic.context {
            push_line(&mut text, &format!("in {}", printable(&context.description)));
        }
        for place in inclusions(self.sources, diagnostic.span.source) {
            let path = printable(&self.path(place.source));
            push_line(&mut text, &format!("included from {path}:{}", place.position.line));
        }
        text
    }

    fn path(&self, source: SourceId) -> String {
        self.sources.get(source).path().to_string_lossy().into_owned()
    }

    /// `path:line:column`.
    fn shown(&self, place: Place) -> String {
        format!("{}:{}:{}", printable(&self.path(place.source)), place.position.line, place.position.column)
    }

    /// The place of the mistake and, on a line above it, the beginning of the definition that it is in.
    fn main_snippet(&self, diagnostic: &Diagnostic) -> String {
        let label = diagnostic.label.as_deref();
        let excerpt = Excerpt::new(self.sources, diagnostic.span);
        let reported = diagnostic.reported_at();
        if self.sources.get(reported.source).line(reported.start) == excerpt.line {
            self.snippet(&excerpt, label, Level::ERROR)
        } else {
            let excerpt = Excerpt::two_lines(self.sources, reported, diagnostic.span);
            self.snippet(&excerpt, label, Level::ERROR)
        }
    }

    fn snippet(&self, excerpt: &Excerpt, label: Option<&str>, level: Level<'_>) -> String {
        let label = label.map(printable);
        let primary = AnnotationKind::Primary.span(excerpt.marked.clone()).label(label.as_deref());
        let context = excerpt.context.clone().map(|context| AnnotationKind::Context.span(context));
        let snippet = Snippet::source(excerpt.text.as_str())
            .line_start(excerpt.line as usize)
            .annotations(context)
            .annotation(primary);
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

/// The line a place begins in, or the part of it around the place if it is long; below a line of context, if there is one.
struct Excerpt {
    text: String,
    /// The number of its first line.
    line: u32,
    /// The place in `text`, to the end of the line at most.
    marked: Range<usize>,
    context: Option<Range<usize>>,
}

impl Excerpt {
    fn new(sources: &Sources, span: Span) -> Self {
        /// How much of a line is shown in front of a place and from its beginning on, in bytes.
        const BEFORE: usize = 60;
        const BEHIND: usize = 120;
        let source = sources.get(span.source).text();
        let start = (span.start as usize).min(source.len());
        let before = &source[..start];
        let behind = &source[start..];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line_end = start + behind.find('\n').unwrap_or(behind.len());
        let from = source.ceil_char_boundary(start.saturating_sub(BEFORE).max(line_start));
        let to = source.ceil_char_boundary((start + BEHIND).min(line_end));
        let end = (span.end as usize).clamp(start, to);

        let mut text = String::new();
        text.push_str(if from > line_start { "… " } else { "" });
        push_visible(&mut text, &source[from..start]);
        let marked_start = text.len();
        push_visible(&mut text, &source[start..end]);
        let marked_end = text.len();
        push_visible(&mut text, &source[end..to]);
        text.push_str(if to < line_end { " …" } else { "" });
        let line = sources.get(span.source).line(span.start);
        Self { text, line, marked: marked_start..marked_end, context: None }
    }

    /// The line of one place, and below it that of another. Of the lines between, one alone is shown by the renderer; several
    /// are left out, and stay blank here.
    fn two_lines(sources: &Sources, above: Span, below: Span) -> Self {
        let (first, last) = (Self::new(sources, above), Self::new(sources, below));
        let mut text = first.text;
        text.push('\n');
        let lines = last.line.saturating_sub(first.line);
        if let (2, Some(between)) = (lines, Self::below(sources, above)) {
            text.push_str(&between.text);
        }
        text.extend((1..lines).map(|_| '\n'));
        let marked = last.marked.start + text.len()..last.marked.end + text.len();
        text.push_str(&last.text);
        Self { text, line: first.line, marked, context: Some(first.marked) }
    }

    /// The line below that of a place.
    fn below(sources: &Sources, span: Span) -> Option<Self> {
        let text = sources.get(span.source).text().get(span.start as usize..)?;
        let newline = u32::try_from(text.find('\n')?).ok()?;
        let start = span.start.checked_add(newline)?.checked_add(1)?;
        Some(Self::new(sources, Span { start, end: start, ..span }))
    }
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

/// A text from a schema or of a path as it may reach a terminal: what commands it, changes the direction of text or is
/// invisible is written as an escape sequence.
#[must_use]
pub fn printable(text: &str) -> String {
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

/// JSON text of which every character can be seen: what commands a terminal, changes the direction of text or is invisible is
/// written as an escape sequence. Outside of strings there is no such character, so the value stays the same.
#[must_use]
pub fn visible_json(json: &str) -> Cow<'_, str> {
    let is_hidden = |character: char| is_invisible(character) && character != '\n';
    if !json.contains(is_hidden) {
        return json.into();
    }
    let mut visible = String::with_capacity(json.len());
    for character in json.chars() {
        if is_hidden(character) {
            // Writing to a string can't fail. All such characters are in the basic plane.
            let _ = write!(visible, "\\u{:04x}", u32::from(character));
        } else {
            visible.push(character);
        }
    }
    visible.into()
}
