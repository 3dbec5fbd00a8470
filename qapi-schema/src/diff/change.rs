//! What a comparison finds.

use std::fmt;

use serde::{Serialize, Serializer};
use smol_str::SmolStr;

use super::code::Code;

/// How much a change matters to those who know the old schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// There is more than before, and what was there stays as it was.
    Additive,
    /// It works as before, but not under all circumstances, or not for long.
    Warning,
    /// What worked may not work any more.
    Breaking,
}

impl Severity {
    /// The word for it, which stays the same from release to release.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Additive => "additive",
            Self::Warning => "warning",
            Self::Breaking => "breaking",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How much a change matters in one respect, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Assessment {
    /// How much.
    pub severity: Severity,
    /// Why, in words.
    pub reason: &'static str,
}

impl Assessment {
    pub(super) const fn additive(reason: &'static str) -> Self {
        Self { severity: Severity::Additive, reason }
    }

    pub(super) const fn warning(reason: &'static str) -> Self {
        Self { severity: Severity::Warning, reason }
    }

    pub(super) const fn breaking(reason: &'static str) -> Self {
        Self { severity: Severity::Breaking, reason }
    }

    /// The worse of two; the first if they are as bad.
    pub(super) fn worse(first: Option<Self>, second: Option<Self>) -> Option<Self> {
        match (first, second) {
            (Some(one), Some(other)) if other.severity > one.severity => Some(other),
            (one, other) => one.or(other),
        }
    }
}

/// A difference between two schemas.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Change {
    /// What kind of change it is.
    pub code: Code,
    /// What changed.
    pub path: EntityPath,
    /// What the definition is called in QEMU's documentation: `command`, `struct`, `union`…
    pub keyword: &'static str,
    /// What it was, for a change from something to something else: a type, a condition, a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<String>,
    /// What it is now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<String>,
    /// For a change from one type to another: how what they are made of differs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inside: Vec<String>,
    /// Whether the old schema called it `deprecated` or `unstable`: those who used it were warned.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub formerly: Vec<SmolStr>,
    /// What it means to a client on the wire; nothing if no client can see it.
    pub wire: Option<Assessment>,
    /// What it means to code that is written against the bindings; nothing if they are the same.
    pub api: Option<Assessment>,
    /// The commands of both schemas in whose arguments it can be sent, sorted.
    pub sent: Vec<Message>,
    /// The commands of both schemas in whose results, and the events in whose data it can be received, sorted.
    pub received: Vec<Message>,
}

impl Change {
    /// How much it matters at all: on the wire or to the bindings, whichever is worse.
    #[must_use]
    pub fn severity(&self) -> Severity {
        let worse = Assessment::worse(self.wire, self.api);
        worse.map_or(Severity::Additive, |assessment| assessment.severity)
    }

    /// The change in words, on one line. Names stand as they are in the schema: escape them for where they go.
    #[must_use]
    pub fn summary(&self) -> String {
        told(&self.path.described(self.keyword), self.code, self.old.as_deref(), self.new.as_deref())
    }
}

/// A change in words.
pub(super) fn told(subject: &str, code: Code, old: Option<&str>, new: Option<&str>) -> String {
    let what = code.predicate();
    match (old, new) {
        (Some(old), Some(new)) => format!("{subject} {what}: {old} -> {new}"),
        (None, Some(only)) | (Some(only), None) => format!("{subject} {what}: {only}"),
        (None, None) => format!("{subject} {what}"),
    }
}

/// A command or an event.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Message {
    /// Which of the two.
    pub kind: MessageKind,
    /// Its name.
    pub name: SmolStr,
}

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MessageKind {
    /// A command.
    Command,
    /// An event.
    Event,
}

/// What changed: a definition, or a part of one. Displayed, it is a path such as `type/StatusInfo/member/running` or
/// `command/quit/feature/deprecated`, by which allow-files name it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityPath {
    /// What is defined.
    pub kind: EntityKind,
    /// The name of the definition.
    pub name: SmolStr,
    /// Which part of it, unless it is the whole.
    pub part: Option<Part>,
    /// Which feature of that.
    pub feature: Option<SmolStr>,
}

/// What a definition defines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntityKind {
    /// A command.
    Command,
    /// An event.
    Event,
    /// A type of whatever kind: it may change.
    Type,
}

/// A part of a definition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// An argument of a command.
    Argument(SmolStr),
    /// What a command returns.
    Returns,
    /// A member of an event's data, or of a struct or union.
    Member(SmolStr),
    /// A branch of a union.
    Branch(SmolStr),
    /// A value of an enum.
    Value(SmolStr),
    /// An alternative of an alternate.
    Alternative(SmolStr),
}

impl Part {
    fn words(&self) -> (&'static str, Option<&str>) {
        match self {
            Self::Argument(name) => ("argument", Some(name)),
            Self::Returns => ("returns", None),
            Self::Member(name) => ("member", Some(name)),
            Self::Branch(name) => ("branch", Some(name)),
            Self::Value(name) => ("value", Some(name)),
            Self::Alternative(name) => ("alternative", Some(name)),
        }
    }
}

impl EntityPath {
    /// In words: `member running of struct StatusInfo`.
    pub(super) fn described(&self, keyword: &str) -> String {
        let feature = self.feature.iter().map(|name| format!("feature {name} of ")).collect::<String>();
        let part = match self.part.as_ref().map(Part::words) {
            None => String::new(),
            Some(("returns", _)) => "result of ".to_owned(),
            Some((word, name)) => format!("{word} {} of ", name.unwrap_or_default()),
        };
        format!("{feature}{part}{keyword} {}", self.name)
    }
}

impl fmt::Display for EntityPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            EntityKind::Command => "command",
            EntityKind::Event => "event",
            EntityKind::Type => "type",
        };
        write!(f, "{kind}/{}", self.name)?;
        if let Some(part) = &self.part {
            let (word, name) = part.words();
            write!(f, "/{word}")?;
            name.map_or(Ok(()), |name| write!(f, "/{name}"))?;
        }
        self.feature.as_ref().map_or(Ok(()), |name| write!(f, "/feature/{name}"))
    }
}

impl Serialize for EntityPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
