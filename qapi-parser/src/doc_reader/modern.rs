//! The dialect of QEMU 9.1 and later.

use super::draft::{Draft, symbol_of_line};
use super::{
    Block, Line, content, de_indent, indentation, late_description, named_in_free_form, symbol_name,
    unindented,
};
use crate::diagnostic::Diagnostic;
use crate::doc::SectionKind;
use crate::lexer::is_space;
use crate::source::Span;

/// Reads a block.
pub(super) fn read(block: &Block<'_>) -> Result<Draft, Diagnostic> {
    let mut lines = Lines { block, next: 0 };
    match lines.next()? {
        Some(line) if line.text.starts_with('@') => {
            let name = symbol_name(line.text, line.place.span)?;
            let doc = Draft::new(block.span(), Some(symbol_of_line(name, &line.place)));
            Reader { lines, doc, is_past_members: false }.definition()
        }
        first => free_form(block, lines, first),
    }
}

fn free_form<'t>(
    block: &Block<'t>,
    mut lines: Lines<'_, 't>,
    first: Option<Text<'t>>,
) -> Result<Draft, Diagnostic> {
    let mut doc = Draft::new(block.span(), None);
    let mut next = first;
    while let Some(line) = next {
        if let Some((name, _)) = line.description() {
            return Err(named_in_free_form(line.place.span, name));
        }
        doc.append(line.text, line.place.span);
        next = lines.next()?;
    }
    Ok(doc)
}

/// The lines of a block without their markers.
struct Lines<'b, 't> {
    block: &'b Block<'t>,
    next: usize,
}

impl<'t> Lines<'_, 't> {
    /// The next line, `None` at the closing marker.
    fn next(&mut self) -> Result<Option<Text<'t>>, Diagnostic> {
        let Some(place) = self.block.lines.get(self.next) else {
            return self.block.close.clone().map(|_| None);
        };
        self.next += 1;
        let text = content(place)?.trim_end_matches(is_space);
        Ok(Some(Text { text, place: *place }))
    }

    fn next_not_blank(&mut self) -> Result<Option<Text<'t>>, Diagnostic> {
        loop {
            match self.next()? {
                Some(line) if line.text.is_empty() => {}
                other => return Ok(other),
            }
        }
    }
}

/// A line without its marker and without white space at its end.
#[derive(Clone, Copy)]
struct Text<'t> {
    text: &'t str,
    place: Line<'t>,
}

impl<'t> Text<'t> {
    /// Name and text, if the line begins a description: `@NAME: text`. The name is whatever stands in front of the colon.
    fn description(&self) -> Option<(&'t str, &'t str)> {
        let (name, text) = self.text.strip_prefix('@')?.split_once(':')?;
        Some((name, text.trim_start_matches(' ')))
    }

    /// Tag and text, if the line begins a tagged section. Two colons are reStructuredText.
    fn tagged(&self) -> Option<(Tag, &'t str)> {
        let (word, text) = self.text.split_once(':')?;
        let tag = match word {
            "Returns" => Tag::Section(SectionKind::Returns),
            "Errors" => Tag::Section(SectionKind::Errors),
            "Since" => Tag::Section(SectionKind::Since),
            "TODO" => Tag::Section(SectionKind::Todo),
            "Note" | "Notes" => Tag::Removed { instead: ".. note::" },
            "Example" | "Examples" => Tag::Removed { instead: ".. qmp-example::" },
            _ => return None,
        };
        (!text.starts_with(':')).then(|| (tag, text.trim_start_matches(' ')))
    }
}

/// What a tag is today.
enum Tag {
    /// One that begins a section.
    Section(SectionKind),
    /// One of the older dialect.
    Removed { instead: &'static str },
}

/// Reads the comment of a definition, behind its symbol.
struct Reader<'b, 't> {
    lines: Lines<'b, 't>,
    doc: Draft,
    /// Whether something stood there behind which no member may be described.
    is_past_members: bool,
}

impl<'t> Reader<'_, 't> {
    fn definition(mut self) -> Result<Draft, Diagnostic> {
        let mut next = self.lines.next_not_blank()?;
        while let Some(line) = next {
            next = self.section(line)?;
            if next.is_some_and(|line| line.text.is_empty()) {
                next = self.lines.next_not_blank()?;
            }
        }
        Ok(self.doc)
    }

    /// Reads the section that a line begins, and gives the line behind it.
    fn section(&mut self, line: Text<'t>) -> Result<Option<Text<'t>>, Diagnostic> {
        if line.text == "Features:" {
            self.features(line)
        } else if line.description().is_some() {
            self.members(line)
        } else if let Some((tag, text)) = line.tagged() {
            self.tagged(line, tag, text)
        } else {
            self.paragraph(line)
        }
    }

    fn features(&mut self, line: Text<'t>) -> Result<Option<Text<'t>>, Diagnostic> {
        if self.doc.has_features() {
            return Err(Diagnostic::new(
                "doc-duplicate-section",
                line.place.span,
                "a second 'Features:' line",
            ));
        }
        let mut next = self.lines.next_not_blank()?;
        while let Some((line, (name, text))) = next.and_then(|line| Some((line, line.description()?))) {
            self.doc.begin_feature(name, &line.place)?;
            next = self.indented(line, text)?;
        }
        if !self.doc.has_features() {
            let place = next.map_or_else(|| self.closing_marker(line.place.span), |line| line.place.span);
            let message = "expected the description of a feature, '@NAME: text'";
            return Err(Diagnostic::new("doc-empty-features", place, message)
                .with_note(line.place.span, "features begin here"));
        }
        self.is_past_members = true;
        Ok(next)
    }

    fn closing_marker(&self, otherwise: Span) -> Span {
        self.lines.block.close.as_ref().map_or(otherwise, |&span| span)
    }

    fn members(&mut self, first: Text<'t>) -> Result<Option<Text<'t>>, Diagnostic> {
        let mut next = Some(first);
        while let Some((line, (name, text))) = next.and_then(|line| Some((line, line.description()?))) {
            if self.is_past_members {
                return Err(late_description(line.place.span, name));
            }
            self.doc.begin_member(name, &line.place)?;
            next = self.indented(line, text)?;
        }
        self.is_past_members = true;
        Ok(next)
    }

    fn tagged(&mut self, line: Text<'t>, tag: Tag, text: &str) -> Result<Option<Text<'t>>, Diagnostic> {
        match tag {
            Tag::Section(kind) => self.doc.begin(kind, line.place.span)?,
            Tag::Removed { instead } => {
                let message = "QEMU 9.1 and later have no such section";
                let error = Diagnostic::new("doc-removed-section", line.place.span, message);
                return Err(
                    error.with_hint(format!("use '{instead}', or read the schema in the legacy dialect"))
                );
            }
        }
        self.is_past_members = true;
        self.indented(line, text)
    }

    /// Reads the text of a description or a tagged section: what stands behind the tag, and the indented lines below.
    ///
    /// Only the second of these lines is held to the indentation of the first. From the third on, a smaller one ends the
    /// section, with or without a blank line: so does QEMU's front end, whatever it meant to do.
    fn indented(&mut self, head: Text<'t>, text: &str) -> Result<Option<Text<'t>>, Diagnostic> {
        if !text.is_empty() {
            self.doc.append(text, head.place.span);
        }
        let mut next = self.lines.next()?;
        while let Some(line) = next.filter(|line| line.text.is_empty()) {
            self.doc.append("", line.place.span);
            next = self.lines.next()?;
        }
        let Some(first) = next.filter(|line| indentation(line.text) > 0) else { return Ok(next) };
        let least = indentation(first.text);
        self.doc.append(unindented(first.text, least), first.place.span);
        let mut is_second = true;
        loop {
            let Some(line) = self.lines.next()? else { return Ok(None) };
            if line.description().is_some() {
                return Ok(Some(line));
            }
            if !line.text.is_empty() && indentation(line.text) < least {
                return if is_second { Err(de_indent(line.place.span, least)) } else { Ok(Some(line)) };
            }
            self.doc.append(unindented(line.text, least), line.place.span);
            is_second = false;
        }
    }

    /// Reads a paragraph without a tag, to the blank line behind it.
    fn paragraph(&mut self, first: Text<'t>) -> Result<Option<Text<'t>>, Diagnostic> {
        self.doc.ensure_plain(first.place.span)?;
        let mut next = Some(first);
        while let Some(line) = next.filter(|line| !line.text.is_empty()) {
            self.doc.append(line.text, line.place.span);
            next = self.lines.next()?;
        }
        Ok(next)
    }
}
