//! The sections of a documentation comment, in the order in which readers of Rust expect them.

use std::collections::BTreeSet;

use qapi_parser::doc::{Section, SectionKind};

use super::links::{Scope, Target};
use super::markdown::Writer;
use super::rest::{self, Block, Definitions};

/// What a comment says, read.
#[derive(Default)]
pub(super) struct Text {
    definitions: Definitions,
    /// Text without heading.
    prose: Vec<Block>,
    features: Vec<(String, Vec<Block>)>,
    returns: Vec<Block>,
    errors: Vec<Block>,
    /// The examples at the end of the prose.
    examples: Vec<Block>,
}

impl Text {
    pub(super) fn read(sections: &[Section]) -> Self {
        let mut text = Self::default();
        for section in sections {
            text.add(section);
        }
        let is_example = |block: &Block| matches!(block, Block::Example { .. });
        let end = text.prose.iter().rposition(|block| !is_example(block)).map_or(0, |last| last + 1);
        text.examples = text.prose.split_off(end);
        text
    }

    /// Whether it says something in the first place.
    pub(super) fn is_description(&self) -> bool {
        !self.prose.is_empty()
    }

    fn add(&mut self, section: &Section) {
        let titled = |title: &str, body| Block::Admonition { title: title.to_owned(), body };
        let mut blocks = || rest::read(&section.text, &mut self.definitions);
        match &section.kind {
            SectionKind::Body | SectionKind::Member(_) | SectionKind::Plain => self.prose.extend(blocks()),
            SectionKind::Note => self.prose.push(titled("Note", blocks())),
            SectionKind::Notes => self.prose.push(titled("Notes", blocks())),
            SectionKind::Example | SectionKind::Examples => {
                self.prose.push(rest::read_example(&section.text));
            }
            SectionKind::Feature(symbol) => self.features.push((symbol.name.to_string(), blocks())),
            SectionKind::Returns => self.returns.extend(blocks()),
            SectionKind::Errors => self.errors.extend(blocks()),
            // The release is a fact, and what is left to do is nothing for users.
            SectionKind::Since | SectionKind::Todo => {}
        }
    }

    /// The text as paragraphs of Markdown, around those with the facts, and what their links lead to.
    pub(super) fn paragraphs(
        &self,
        facts: Vec<String>,
        scope: &Scope<'_>,
    ) -> (Vec<String>, BTreeSet<Target>) {
        let mut writer = Writer { scope, definitions: &self.definitions, linked: BTreeSet::new() };
        let mut paragraphs = writer.blocks(&self.prose);
        // The first paragraph is the summary, which a note or list is not.
        let begins_with_text = matches!(self.prose.first(), Some(Block::Paragraph(_)));
        let place = if begins_with_text { paragraphs.len() } else { 0 };
        paragraphs.splice(place..place, facts);
        let described = self.features.iter().filter(|(_, blocks)| !blocks.is_empty()).cloned();
        let features: Vec<_> = described.collect();
        if !features.is_empty() {
            add_section(&mut paragraphs, "Features", vec![writer.described(&features)]);
        }
        add_section(&mut paragraphs, "Returns", writer.blocks(&self.returns));
        add_section(&mut paragraphs, "Errors", writer.blocks(&self.errors));
        let examples = self.examples.iter().flat_map(|example| writer.example(example)).collect();
        add_section(&mut paragraphs, "Examples", examples);
        (paragraphs, writer.linked)
    }
}

fn add_section(paragraphs: &mut Vec<String>, heading: &str, content: Vec<String>) {
    if !content.is_empty() {
        paragraphs.push(format!("# {heading}"));
        paragraphs.extend(content);
    }
}
