//! A documentation comment that is being read.

use std::collections::HashMap;

use smol_str::SmolStr;

use super::Line;
use crate::diagnostic::Diagnostic;
use crate::doc::{DocComment, Section, SectionKind, Symbol};
use crate::source::Span;

/// A documentation comment whose end is not reached, or whose sections are not checked for emptiness yet.
#[derive(Debug)]
pub(crate) struct Draft {
    span: Span,
    symbol: Option<Symbol>,
    sections: Vec<SectionDraft>,
    members: HashMap<SmolStr, Span>,
    features: HashMap<SmolStr, Span>,
}

/// A section, with the blank lines around its text still there.
#[derive(Debug)]
pub(super) struct SectionDraft {
    pub(super) kind: SectionKind,
    pub(super) text: String,
    /// The line it begins with.
    pub(super) head: Span,
    span: Span,
}

impl SectionDraft {
    fn is_empty(&self) -> bool {
        self.text.trim_matches('\n').is_empty()
    }

    /// The error of a section that has to have text and has none.
    pub(super) fn empty_at(&self, place: Span) -> Option<Diagnostic> {
        if matches!(self.kind, SectionKind::Body | SectionKind::Plain) || !self.is_empty() {
            return None;
        }
        let title = match &self.kind {
            SectionKind::Member(symbol) | SectionKind::Feature(symbol) => format!("@{}:", symbol.name),
            kind => format!("{}:", tag(kind)),
        };
        Some(Diagnostic::new("doc-empty-section", place, format!("text must follow '{title}'")))
    }
}

/// How a kind of section is spelled.
fn tag(kind: &SectionKind) -> &'static str {
    match kind {
        SectionKind::Returns => "Returns",
        SectionKind::Errors => "Errors",
        SectionKind::Since => "Since",
        SectionKind::Todo => "TODO",
        SectionKind::Note => "Note",
        SectionKind::Notes => "Notes",
        SectionKind::Example => "Example",
        SectionKind::Examples => "Examples",
        SectionKind::Body | SectionKind::Plain => "text",
        SectionKind::Member(_) | SectionKind::Feature(_) => "description",
    }
}

impl Draft {
    /// An empty comment, free-form or that of a definition. It has a body, if only an empty one.
    pub(super) fn new(span: Span, symbol: Option<Symbol>) -> Self {
        let body = SectionDraft {
            kind: SectionKind::Body,
            text: String::new(),
            head: span.at_start(),
            span: span.at_start(),
        };
        Self { span, symbol, sections: vec![body], members: HashMap::new(), features: HashMap::new() }
    }

    /// The section that text goes to.
    pub(super) fn last(&mut self) -> Option<&mut SectionDraft> {
        self.sections.last_mut()
    }

    pub(super) fn has_features(&self) -> bool {
        !self.features.is_empty()
    }

    /// Adds a line to the last section.
    pub(super) fn append(&mut self, text: &str, line: Span) {
        let Some(section) = self.sections.last_mut() else { return };
        if !text.is_empty() {
            let begins_here = section.kind == SectionKind::Body && section.is_empty();
            section.span = if begins_here { line } else { section.span.to(line) };
        }
        section.text.push_str(text);
        section.text.push('\n');
    }

    /// Begins a section that is neither a member's nor a feature's.
    pub(super) fn begin(&mut self, kind: SectionKind, line: Span) -> Result<(), Diagnostic> {
        let only_once = matches!(kind, SectionKind::Returns | SectionKind::Errors | SectionKind::Since);
        if let Some(first) = self.sections.iter().find(|section| only_once && section.kind == kind) {
            let message = format!("a second '{}:' section", tag(&kind));
            return Err(Diagnostic::new("doc-duplicate-section", line, message)
                .with_note(first.head, "the first one"));
        }
        self.sections.push(SectionDraft { kind, text: String::new(), head: line, span: line });
        Ok(())
    }

    /// Begins the section of a member, `name` standing behind the line's marker and an `@`.
    pub(super) fn begin_member(&mut self, name: &str, line: &Line<'_>) -> Result<(), Diagnostic> {
        let symbol = checked_name(&mut self.members, name, line)?;
        self.begin(SectionKind::Member(symbol), line.span)
    }

    /// Begins the section of a feature, `name` standing behind the line's marker and an `@`.
    pub(super) fn begin_feature(&mut self, name: &str, line: &Line<'_>) -> Result<(), Diagnostic> {
        let symbol = checked_name(&mut self.features, name, line)?;
        self.begin(SectionKind::Feature(symbol), line.span)
    }

    /// Goes on with text without a tag, in a section of its own if the last one is something else.
    pub(super) fn ensure_plain(&mut self, line: Span) -> Result<(), Diagnostic> {
        match self.sections.last_mut() {
            Some(last) if matches!(last.kind, SectionKind::Body | SectionKind::Plain) => {
                last.text.push('\n');
                Ok(())
            }
            _ => self.begin(SectionKind::Plain, line),
        }
    }

    /// The comment, if every section that needs text has some.
    pub(crate) fn finish(self) -> Result<DocComment, Diagnostic> {
        if let Some(error) = self.sections.iter().find_map(|section| section.empty_at(section.head)) {
            return Err(error);
        }
        let sections = self.sections.into_iter().filter(|section| !section.is_empty());
        let sections = sections.map(|section| Section {
            text: section.text.trim_matches('\n').into(),
            kind: section.kind,
            span: section.span,
        });
        Ok(DocComment { symbol: self.symbol, sections: sections.collect(), span: self.span })
    }
}

/// The symbol of a line's `@NAME:`.
pub(super) fn symbol_of_line(name: &str, line: &Line<'_>) -> Symbol {
    const MARKER: u32 = "# @".len() as u32;
    let start = line.span.start.saturating_add(MARKER);
    let length = u32::try_from(name.len()).unwrap_or(u32::MAX);
    let span = Span { start, end: start.saturating_add(length), ..line.span };
    Symbol { name: name.into(), span }
}

fn checked_name(
    known: &mut HashMap<SmolStr, Span>,
    name: &str,
    line: &Line<'_>,
) -> Result<Symbol, Diagnostic> {
    if name.is_empty() {
        return Err(Diagnostic::new("doc-empty-name", line.span, "a name must stand between '@' and ':'"));
    }
    if let Some(&first) = known.get(name) {
        let message = format!("'@{name}:' is described twice");
        return Err(Diagnostic::new("doc-duplicate-name", line.span, message)
            .with_note(first, "the first description"));
    }
    let symbol = symbol_of_line(name, line);
    known.insert(symbol.name.clone(), symbol.span);
    Ok(symbol)
}
