//! What the documentation of an item says: facts and, where they are wanted, the schema's own words.
//!
//! Those are reStructuredText with additions of QAPI's ([`rest`] and [`directive`] read its blocks, [`inline`] its
//! lines), and become Markdown ([`markdown`]) in the order that readers of Rust are used to ([`sections`]). What they
//! name becomes a link ([`links`]), for which all names must be known, so that they are written last ([`finish`]).

mod directive;
mod finish;
mod inline;
mod links;
mod markdown;
mod rest;
mod sections;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use qapi_parser::doc::{Section, SectionKind};
use qapi_schema::{Condition, Entity, Feature};

use crate::names::{code, field_name};
use crate::{DocStyle, Reference};
use links::Target;

pub(crate) use finish::finish;
pub(crate) use links::NamespaceName;

/// The documentation of an item or of a part of one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Docs {
    /// Paragraphs, lists and the like, in Markdown.
    pub(crate) paragraphs: Vec<String>,
    /// The items that they link to.
    pub(crate) linked: BTreeSet<Target>,
    /// Whether the facts are but a name that the reader sees anyway, to be left out beside a description.
    says_little: bool,
    /// The schema's own words, until [`finish`] makes paragraphs of them.
    source: Vec<Section>,
}

/// How documentation is written.
#[derive(Debug)]
pub(crate) struct DocWriter<'a> {
    pub(crate) style: DocStyle,
    pub(crate) reference: Option<&'a Reference>,
}

/// What is known of an item or a part of one.
pub(crate) struct Facts<'a> {
    pub(crate) dated: Dated<'a>,
    pub(crate) condition: Option<&'a Condition>,
    pub(crate) features: &'a [Feature],
}

/// From when on something is there.
#[derive(Debug, Default)]
pub(crate) struct Dated<'a> {
    /// The releases that have it, in words.
    pub(crate) releases: Option<String>,
    /// The release that introduced it, as its documentation says.
    pub(crate) since: Option<&'a str>,
    /// Whether to say that it is the documentation that says so, for there are facts that may say otherwise.
    pub(crate) is_documentation: bool,
}

impl Facts<'_> {
    fn are_none(&self) -> bool {
        self.dated.releases.is_none()
            && self.dated.since.is_none()
            && self.condition.is_none()
            && self.features.is_empty()
    }
}

impl DocWriter<'_> {
    /// The documentation of a definition of some kind (`struct`, `command` …) in a schema module.
    pub(crate) fn definition(&self, kind: &str, entity: &Entity, module: &str, dated: Dated<'_>) -> Docs {
        let facts = Facts { dated, condition: entity.condition.as_deref(), features: &entity.features };
        let mut paragraphs = Vec::new();
        if self.style != DocStyle::None {
            paragraphs.push(sentence(&format!("QAPI {kind} {}", code(&entity.name)), &facts));
            let url = self.reference.map(|reference| reference.url(kind, module, &entity.name));
            paragraphs.extend(url.map(|url| format!("[Reference]({url})")));
        }
        let source = self.source(entity, |kind| !matches!(kind, SectionKind::Member(_)));
        Docs { paragraphs, source, ..Docs::default() }
    }

    /// The documentation of a member, value or branch of a definition.
    pub(crate) fn part(&self, owner: &Entity, name: &str, facts: &Facts<'_>) -> Docs {
        let source =
            self.source(owner, |kind| matches!(kind, SectionKind::Member(symbol) if symbol.name == name));
        let is_described = source.iter().any(|section| !section.text.trim().is_empty());
        let subject = if is_described { format!("QAPI name {}", code(name)) } else { code(name) };
        let fact = (self.style != DocStyle::None).then(|| sentence(&subject, facts));
        let says_little = facts.are_none() && field_name(name) == name;
        Docs { paragraphs: fact.into_iter().collect(), says_little, source, ..Docs::default() }
    }

    /// The schema's own words, where they are wanted.
    fn source(&self, entity: &Entity, wanted: impl Fn(&SectionKind) -> bool) -> Vec<Section> {
        let comment = entity.comment().filter(|_| self.style == DocStyle::Full);
        let sections = comment.iter().flat_map(|comment| &comment.sections);
        sections.filter(|section| wanted(&section.kind)).cloned().collect()
    }
}

fn sentence(subject: &str, facts: &Facts<'_>) -> String {
    let mut text = subject.to_owned();
    if let Some(releases) = &facts.dated.releases {
        text.push_str(&format!(", {releases}"));
    }
    if let Some(since) = facts.dated.since {
        let documented = if facts.dated.is_documentation { "documented " } else { "" };
        text.push_str(&format!(", {documented}since {since}"));
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
