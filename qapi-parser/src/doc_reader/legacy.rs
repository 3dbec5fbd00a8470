//! The dialect of QEMU up to 9.0.
//!
//! It changed twice in that time: 8.1 let continuation lines stand at any indentation, and in 9.0 text that is not
//! indented ends a tagged section. This reader takes what any of them took, as long as it meant the same; where a place
//! of an error differs, it is that of 7.2.

use super::draft::{Draft, symbol_of_line};
use super::{
    Block, Line, content, de_indent, indentation, late_description, named_in_free_form, symbol_name,
    unindented,
};
use crate::diagnostic::Diagnostic;
use crate::doc::SectionKind;
use crate::lexer::is_space;

/// Reads a block: several comments if it is free-form and has headings.
pub(super) fn read(block: &Block<'_>) -> Result<Vec<Draft>, Diagnostic> {
    let mut reader = Reader {
        block,
        done: Vec::new(),
        doc: Draft::new(block.span(), None),
        part: Part::Start,
        layout: Layout::default(),
        is_behind_blank: false,
    };
    for line in &block.lines {
        reader.line(line)?;
    }
    let close = block.close.clone()?;
    reader.check_last(close)?;
    reader.done.push(reader.doc);
    Ok(reader.done)
}

/// Which part of a comment is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Nothing was read yet.
    Start,
    FreeForm,
    Body,
    Members,
    Features,
    /// Tagged sections and what is behind them.
    Sections,
}

/// How the lines of a section are indented.
#[derive(Debug, Default)]
struct Layout {
    /// The column of the text that stands on the line of the tag, if some does.
    tag_text: Option<usize>,
    /// The indentation of the first line below the tag.
    below: Option<usize>,
}

struct Reader<'b, 't> {
    block: &'b Block<'t>,
    done: Vec<Draft>,
    doc: Draft,
    part: Part,
    layout: Layout,
    is_behind_blank: bool,
}

impl Reader<'_, '_> {
    fn line(&mut self, line: &Line<'_>) -> Result<(), Diagnostic> {
        if line.text.starts_with("# =") {
            self.heading(line)?;
        }
        let text = content(line)?;
        let is_blank = text.trim_end_matches(is_space).is_empty();
        if is_blank {
            self.doc.append("", line.span);
            if self.part == Part::Start {
                self.part = Part::FreeForm;
            }
        } else {
            self.text(text, line)?;
        }
        self.is_behind_blank = is_blank;
        Ok(())
    }

    /// In free-form text, a heading begins a comment of its own.
    fn heading(&mut self, line: &Line<'_>) -> Result<(), Diagnostic> {
        match self.part {
            Part::Start => Ok(()),
            Part::FreeForm => {
                let next = Draft::new(self.block.span(), None);
                self.done.push(std::mem::replace(&mut self.doc, next));
                Ok(())
            }
            _ => Err(Diagnostic::new(
                "doc-heading",
                line.span,
                "a heading can't stand in the comment of a definition",
            )),
        }
    }

    fn text(&mut self, text: &str, line: &Line<'_>) -> Result<(), Diagnostic> {
        match self.part {
            Part::Start if text.starts_with('@') => self.symbol(text, line),
            Part::Start | Part::FreeForm => {
                self.part = Part::FreeForm;
                self.append(text, line)
            }
            Part::Body if text == "Features:" => {
                self.part = Part::Features;
                Ok(())
            }
            _ => self.definition_text(text, line),
        }
    }

    fn symbol(&mut self, text: &str, line: &Line<'_>) -> Result<(), Diagnostic> {
        let name = symbol_name(text, line.span)?;
        self.doc = Draft::new(self.block.span(), Some(symbol_of_line(name, line)));
        self.part = Part::Body;
        Ok(())
    }

    fn definition_text(&mut self, text: &str, line: &Line<'_>) -> Result<(), Diagnostic> {
        let word = text.split(' ').next().unwrap_or_default();
        if let Some(name) = word.strip_prefix('@').and_then(|name| name.strip_suffix(':')) {
            self.description(name, line)?;
            self.tag_text(text, word, line)
        } else if let Some(kind) = section_tag(word) {
            self.check_last(line.span)?;
            self.doc.begin(kind, line.span)?;
            self.part = Part::Sections;
            self.tag_text(text, word, line)
        } else if self.ends_section(text) {
            self.untagged(text, line)
        } else {
            self.append(text, line)
        }
    }

    fn description(&mut self, name: &str, line: &Line<'_>) -> Result<(), Diagnostic> {
        if self.part == Part::Sections {
            return Err(late_description(line.span, name));
        }
        self.check_last(line.span)?;
        if self.part == Part::Features {
            self.doc.begin_feature(name, line)
        } else {
            self.part = Part::Members;
            self.doc.begin_member(name, line)
        }
    }

    /// Adds the text that stands behind a tag on the same line.
    fn tag_text(&mut self, line_text: &str, tag: &str, line: &Line<'_>) -> Result<(), Diagnostic> {
        let text = line_text[tag.len()..].trim_matches(is_space);
        let column = indentation(&line_text[tag.len()..]) + tag.chars().count();
        self.layout = Layout { tag_text: (!text.is_empty()).then_some(column), below: None };
        self.doc.append(text, line.span);
        Ok(())
    }

    /// Whether a line without a tag ends the section above it.
    fn ends_section(&self, text: &str) -> bool {
        let is_possible = self.is_behind_blank && indentation(text) == 0;
        match self.part {
            Part::Members | Part::Features => is_possible,
            Part::Sections => {
                let is_indented =
                    self.layout.tag_text.is_some() || self.layout.below.is_some_and(|width| width > 0);
                is_possible && (is_indented || text == "Features:")
            }
            Part::Start | Part::FreeForm | Part::Body => false,
        }
    }

    /// Begins what stands behind a section without a tag of its own.
    fn untagged(&mut self, text: &str, line: &Line<'_>) -> Result<(), Diagnostic> {
        if text == "Features:" && self.part != Part::Features {
            self.part = Part::Features;
            return Ok(());
        }
        self.check_last(line.span)?;
        self.part = Part::Sections;
        self.layout = Layout::default();
        self.doc.ensure_plain(line.span)?;
        self.append(text, line)
    }

    fn append(&mut self, text: &str, line: &Line<'_>) -> Result<(), Diagnostic> {
        if let Some(name) = leading_name(text) {
            return Err(named_in_free_form(line.span, name));
        }
        let width = indentation(text);
        let below = *self.layout.below.get_or_insert(width);
        let least = match self.layout.tag_text {
            Some(column) => {
                let least = column.min(below);
                if width < least {
                    return Err(de_indent(line.span, least));
                }
                least
            }
            None => below,
        };
        self.doc.append(unindented(text, least).trim_end_matches(is_space), line.span);
        Ok(())
    }

    /// Refuses a section that ends at `place` without any text.
    fn check_last(&mut self, place: crate::source::Span) -> Result<(), Diagnostic> {
        let Some(last) = self.doc.last() else { return Ok(()) };
        let head = last.head;
        last.empty_at(place).map_or(Ok(()), |error| Err(error.with_note(head, "the section begins here")))
    }
}

fn section_tag(word: &str) -> Option<SectionKind> {
    Some(match word {
        "Returns:" => SectionKind::Returns,
        "Errors:" => SectionKind::Errors,
        "Since:" => SectionKind::Since,
        "TODO:" => SectionKind::Todo,
        "Note:" => SectionKind::Note,
        "Notes:" => SectionKind::Notes,
        "Example:" => SectionKind::Example,
        "Examples:" => SectionKind::Examples,
        _ => return None,
    })
}

/// The name, if a text begins with `@NAME:`, whatever follows the colon.
fn leading_name(text: &str) -> Option<&str> {
    let word = text.strip_prefix('@')?.split(is_space).next()?;
    let (name, _) = word.rsplit_once(':')?;
    (!name.is_empty()).then_some(name)
}
