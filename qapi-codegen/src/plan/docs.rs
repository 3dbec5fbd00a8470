//! What the documentation of an item says.

use qapi_parser::doc::{DocComment, SectionKind};
use qapi_schema::{Condition, Entity, Feature};

use crate::names::code;
use crate::{DocStyle, Reference};

/// The documentation of an item, as paragraphs of Markdown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Docs {
    pub(crate) paragraphs: Vec<String>,
}

/// How documentation is written.
#[derive(Debug)]
pub(crate) struct DocWriter<'a> {
    pub(crate) style: DocStyle,
    pub(crate) reference: Option<&'a Reference>,
}

/// What is known of an item or a part of one.
pub(crate) struct Facts<'a> {
    pub(crate) since: Option<&'a str>,
    pub(crate) condition: Option<&'a Condition>,
    pub(crate) features: &'a [Feature],
}

impl DocWriter<'_> {
    /// The documentation of a definition of some kind (`struct`, `command` …) in a schema module.
    pub(crate) fn definition(&self, kind: &str, entity: &Entity, module: &str) -> Docs {
        let facts = Facts {
            since: entity.since(),
            condition: entity.condition.as_deref(),
            features: &entity.features,
        };
        let mut paragraphs =
            self.text(entity, |kind| !matches!(kind, SectionKind::Member(_) | SectionKind::Feature(_)));
        paragraphs.push(sentence(&format!("QAPI {kind} {}", code(&entity.name)), &facts));
        if let Some(reference) = self.reference {
            paragraphs.push(format!("[Reference]({})", reference.url(kind, module, &entity.name)));
        }
        Docs { paragraphs }
    }

    /// The documentation of a member, value or branch of a definition.
    pub(crate) fn part(&self, owner: &Entity, name: &str, facts: &Facts<'_>) -> Docs {
        let mut paragraphs =
            self.text(owner, |kind| matches!(kind, SectionKind::Member(symbol) if symbol.name == name));
        paragraphs.push(sentence(&code(name), facts));
        Docs { paragraphs }
    }

    /// The schema's own words, where they are wanted.
    fn text(&self, entity: &Entity, wanted: impl Fn(&SectionKind) -> bool) -> Vec<String> {
        let comment: Option<&DocComment> = entity.comment();
        match (self.style, comment) {
            (DocStyle::Full, Some(comment)) => {
                let sections = comment.sections.iter();
                let wanted =
                    sections.filter(|section| wanted(&section.kind) && section.kind != SectionKind::Since);
                wanted.filter_map(|section| markdown(&section.kind, &section.text)).collect()
            }
            _ => Vec::new(),
        }
    }
}

fn sentence(subject: &str, facts: &Facts<'_>) -> String {
    let mut text = subject.to_owned();
    if let Some(since) = facts.since {
        text.push_str(&format!(", since {since}"));
    }
    for feature in facts.features {
        match feature.name.as_str() {
            "deprecated" => text.push_str(", deprecated"),
            "unstable" => text.push_str(", unstable"),
            name => text.push_str(&format!(", feature {}", code(name))),
        }
    }
    if let Some(condition) = facts.condition {
        text.push_str(&format!(", if {}", code(&condition.to_string())));
    }
    text.push('.');
    text
}

/// A section's text as Markdown that means nothing but text.
///
/// Lines lose their indentation, so that none becomes a code block, and with it a doctest.
fn markdown(kind: &SectionKind, text: &str) -> Option<String> {
    let heading = match kind {
        SectionKind::Returns => "Returns: ",
        SectionKind::Errors => "Errors: ",
        SectionKind::Todo => return None,
        _ => "",
    };
    let lines: Vec<String> = text.lines().map(|line| plain_line(line.trim())).collect();
    let text = lines.join("\n");
    (!text.trim().is_empty()).then(|| format!("{heading}{text}"))
}

/// A line in which Markdown finds no markup.
fn plain_line(line: &str) -> String {
    let words: Vec<String> = line.split_whitespace().map(plain_word).collect();
    let line = words.join(" ");
    // What would begin a list or underline a heading.
    match line.chars().next() {
        Some('-' | '+' | '=') => format!("\\{line}"),
        Some(first) if first.is_ascii_digit() => line.replacen(". ", "\\. ", 1).replacen(") ", "\\) ", 1),
        _ => line,
    }
}

fn plain_word(word: &str) -> String {
    if word.starts_with("http://") || word.starts_with("https://") {
        let end = word.trim_end_matches(['.', ',', ';', ')', '>', '`', '_']).len();
        let (link, rest) = word.split_at(end);
        return format!("<{}>{}", link.replace(['<', '>'], ""), escaped(rest));
    }
    escaped(word)
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars().filter(|character| is_shown(*character)) {
        if matches!(character, '[' | ']' | '<' | '>' | '\\' | '`' | '~' | '#' | '*' | '_' | '&' | '|') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    // An address inside a word is no link.
    escaped.replace("://", ":\\//")
}

/// Neither a control character nor one that turns the direction of the text, which rustc refuses in comments.
fn is_shown(character: char) -> bool {
    !character.is_control()
        && !matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
