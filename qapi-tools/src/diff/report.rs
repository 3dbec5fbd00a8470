//! What is shown, in whatever format.

use jiff::civil::Date;
use qapi_schema::diff::{Assessment, Change, Message, MessageKind, Severity};

use super::allow::AllowFile;
use super::side::Comparison;

/// All severities, worst first.
pub(super) const SEVERITIES: [Severity; 3] = [Severity::Breaking, Severity::Warning, Severity::Additive];

/// A comparison to be shown.
pub(super) struct Report<'a> {
    /// The old and the new schema, as the user called them.
    pub(super) names: [&'a str; 2],
    /// The worst first.
    pub(super) findings: Vec<Finding<'a>>,
    /// How much was not compared, by condition.
    pub(super) left_out: &'a [(String, usize)],
}

/// A change to be shown.
pub(super) struct Finding<'a> {
    pub(super) change: &'a Change,
    pub(super) severity: Severity,
    /// Why it is allowed.
    pub(super) allowed: Option<&'a str>,
    /// Whether it makes the comparison fail.
    pub(super) fails: bool,
}

impl<'a> Report<'a> {
    pub(super) fn new(
        comparison: &'a Comparison,
        allow: &'a AllowFile,
        today: Date,
        least: Severity,
    ) -> Self {
        let finding = |change: &'a Change| {
            let severity = change.severity();
            let allowed = allow.find(change, today).map(|entry| entry.reason.as_str());
            Finding { change, severity, allowed, fails: allowed.is_none() && severity >= least }
        };
        let mut findings: Vec<_> = comparison.changes.iter().map(finding).collect();
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        let names = comparison.names.each_ref().map(String::as_str);
        Self { names, findings, left_out: &comparison.left_out }
    }

    pub(super) fn has_failed(&self) -> bool {
        self.findings.iter().any(|finding| finding.fails)
    }

    pub(super) fn of(&self, severity: Severity) -> impl Iterator<Item = &Finding<'a>> {
        self.findings.iter().filter(move |finding| finding.severity == severity)
    }

    /// What was found, in words: `2 breaking, 1 warning, 0 additive`.
    pub(super) fn counts(&self) -> String {
        let allowed = self.findings.iter().filter(|finding| finding.allowed.is_some()).count();
        let counts = SEVERITIES.map(|severity| format!("{} {severity}", self.of(severity).count()));
        let allowed = if allowed == 0 { String::new() } else { format!("; {allowed} of them allowed") };
        format!("{}{allowed}", counts.join(", "))
    }
}

impl Finding<'_> {
    /// What it means, in words, for each respect in which it means anything.
    pub(super) fn meanings(&self) -> impl Iterator<Item = (&'static str, Assessment)> {
        let respects = [("wire", self.change.wire), ("Rust API", self.change.api)];
        respects.into_iter().filter_map(|(respect, assessment)| Some((respect, assessment?)))
    }

    /// All of that on one line.
    pub(super) fn meaning(&self) -> String {
        let told = |(respect, Assessment { severity, reason })| format!("{respect} {severity}: {reason}");
        self.meanings().map(told).collect::<Vec<_>>().join("; ")
    }

    /// The commands and events that it reaches, by direction: `sent in`, `received from`. Not for what is one of them.
    pub(super) fn reach(&self, most: usize) -> Vec<String> {
        let directions = [("sent in", &self.change.sent), ("received from", &self.change.received)];
        let reached = directions.into_iter().filter(|(_, messages)| !messages.is_empty());
        let is_itself =
            |messages: &[Message]| matches!(messages, [only] if only.name == self.change.path.name);
        reached
            .filter(|(_, messages)| !is_itself(messages))
            .map(|(direction, messages)| format!("{direction} {}", listed(messages, most)))
            .collect()
    }
}

fn listed(messages: &[Message], most: usize) -> String {
    let name = |message: &Message| match message.kind {
        MessageKind::Command => message.name.to_string(),
        MessageKind::Event => format!("event {}", message.name),
    };
    let mut names: Vec<String> = messages.iter().take(most).map(name).collect();
    if messages.len() > most {
        names.push(format!("{} more", messages.len() - most));
    }
    names.join(", ")
}
