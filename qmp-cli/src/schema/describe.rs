//! What a definition is, in words.

use std::fmt::Write;

use qmp_client::introspection::{self, ServerSchema};
use qmp_types::metadata::{Facts, Schema, TypeKind};

use crate::typing::{Object, Shape, TypeRef, bindings, live};

/// What is said of a command that may be.
const OUT_OF_BAND: &str = "may be executed out-of-band";

/// The longest list of values or branches on one line.
const MAX_LINE: usize = 100;

/// Where definitions come from.
#[derive(Clone, Copy)]
pub(super) enum Source<'s> {
    /// The bindings.
    Bindings(&'static Schema),
    /// A server.
    Live(&'s ServerSchema),
}

impl<'s> Source<'s> {
    /// The names of all commands.
    pub(super) fn commands(self) -> Vec<&'s str> {
        match self {
            Self::Bindings(schema) => schema.commands.iter().map(|command| command.name).collect(),
            Self::Live(schema) => schema.commands().map(introspection::Command::name).collect(),
        }
    }

    /// The names of all events.
    pub(super) fn events(self) -> Vec<&'s str> {
        match self {
            Self::Bindings(schema) => schema.events.iter().map(|event| event.name).collect(),
            Self::Live(schema) => schema.events().map(introspection::Event::name).collect(),
        }
    }

    /// The names of all types. A server's have those of the bindings.
    pub(super) fn types(self) -> Vec<&'s str> {
        match self {
            Self::Bindings(schema) => schema.types.iter().map(|type_| type_.name).collect(),
            Self::Live(schema) => live::types(schema).into_keys().collect(),
        }
    }

    /// Whether there is a command, an event or a type of this name.
    pub(super) fn has(self, name: &str) -> bool {
        [self.commands(), self.events(), self.types()].concat().contains(&name)
    }

    /// What a command takes and returns, what comes with an event, what a type is.
    pub(super) fn definition(self, name: &str, depth: usize) -> Option<String> {
        let mut text = Text { out: String::new(), depth };
        match self {
            Self::Bindings(schema) => text.of_bindings(schema, name)?,
            Self::Live(schema) => text.of_server(schema, name)?,
        }
        Some(text.out)
    }
}

fn noted(facts: Facts) -> Vec<String> {
    let since = facts.since.map(|release| format!("since {release}"));
    let features = facts.features.iter().map(|feature| (*feature).to_owned());
    let condition = facts.condition.map(|condition| format!("if {condition}"));
    since.into_iter().chain(features).chain(condition).collect()
}

struct Text {
    out: String,
    depth: usize,
}

impl Text {
    fn of_bindings(&mut self, schema: &'static Schema, name: &str) -> Option<()> {
        if let Some(command) = schema.command(name) {
            let mut notes = noted(command.facts);
            notes.extend(command.allow_oob.then(|| OUT_OF_BAND.to_owned()));
            notes.extend((!command.success_response).then(|| "not answered on success".to_owned()));
            self.title("command", command.name, &notes);
            self.members("takes", bindings::members(schema, command.arguments)?);
            if command.takes_more {
                self.line(1, "and more, which the schema does not list: for devices their properties");
            }
            match command.returns {
                Some(returned) => self.type_("returns", TypeRef::Bindings(schema, returned)),
                None => self.line(0, "returns nothing"),
            }
        } else if let Some(event) = schema.event(name) {
            self.title("event", event.name, &noted(event.facts));
            self.members("comes with", bindings::members(schema, event.data)?);
        } else {
            let type_ = schema.type_named(name)?;
            let kind = match type_.kind {
                TypeKind::Enum(_) => "enum",
                TypeKind::Object { tag: Some(_), .. } => "union",
                TypeKind::Alternate(_) => "alternate",
                _ => "struct",
            };
            self.title(kind, type_.name, &noted(type_.facts));
            self.shape(1, &bindings::shape(schema, type_.name)?, self.depth);
        }
        Some(())
    }

    fn of_server(&mut self, schema: &ServerSchema, name: &str) -> Option<()> {
        if let Some(command) = schema.command(name) {
            let mut notes: Vec<_> = command.features().names().map(str::to_owned).collect();
            notes.extend(command.allows_oob().then(|| OUT_OF_BAND.to_owned()));
            self.title("command", command.name(), &notes);
            self.members("takes", live::takes(command));
            self.type_("returns", live::returns(command));
        } else if let Some(event) = schema.event(name) {
            let notes: Vec<_> = event.features().names().map(str::to_owned).collect();
            self.title("event", event.name(), &notes);
            self.members("comes with", live::data(event));
        } else {
            let type_ = *live::types(schema).get(name)?;
            self.title(type_.kind(), name, &type_.features());
            self.shape(1, &TypeRef::Live(type_).shape()?, self.depth);
        }
        Some(())
    }

    fn line(&mut self, indent: usize, text: &str) {
        // Writing to a string can't fail.
        let _ = writeln!(self.out, "{:1$}{text}", "", indent * 2);
    }

    fn title(&mut self, kind: &str, name: &str, notes: &[String]) {
        let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join(", ")) };
        self.line(0, &format!("{kind} {name}{notes}"));
    }

    fn members(&mut self, what: &str, object: Object<'_>) {
        if object.members.is_empty() && object.tag.is_none() {
            return self.line(0, &format!("{what} nothing"));
        }
        self.line(0, what);
        self.shape(1, &Shape::Object(object), self.depth);
    }

    fn type_(&mut self, what: &str, type_: TypeRef<'_>) {
        if let Some(Shape::Object(Object { members, tag: None, .. })) = type_.shape()
            && members.is_empty()
        {
            return self.line(0, &format!("{what} nothing"));
        }
        self.line(0, &format!("{what} {}", type_.label()));
        // What a command returns is looked into, as what it takes is.
        self.inside(1, type_, self.depth + 1);
    }

    /// What is in a type, down to a depth.
    fn inside(&mut self, indent: usize, type_: TypeRef<'_>, depth: usize) {
        match type_.shape() {
            Some(Shape::List(element)) => self.inside(indent, element, depth),
            Some(shape) if depth > 0 || matches!(shape, Shape::Enum(_)) => {
                self.shape(indent, &shape, depth.saturating_sub(1));
            }
            _ => {}
        }
    }

    fn shape(&mut self, indent: usize, shape: &Shape<'_>, depth: usize) {
        match shape {
            Shape::Enum(values) => self.words(indent, "one of", values),
            Shape::Object(object) => {
                let width = object.members.iter().map(|member| member.name.len()).max().unwrap_or(0);
                for member in &object.members {
                    let optional = if member.is_optional { ", optional" } else { "" };
                    let text = format!("{:width$}  {}{optional}", member.name, member.type_.label());
                    self.line(indent, &text);
                    // The values of an enum without a name can be had nowhere else.
                    if depth > 0 || matches!(member.type_, TypeRef::Live(type_) if !type_.is_named()) {
                        self.inside(indent + 1, member.type_, depth);
                    }
                }
                for (value, branch) in &object.branches {
                    let tag = object.tag.unwrap_or_default();
                    self.line(indent, &format!("with {tag}={value}: {}", branch.label()));
                    if depth > 0 {
                        self.inside(indent + 1, *branch, depth);
                    }
                }
            }
            Shape::Alternate(types) => {
                for type_ in types {
                    self.line(indent, &format!("or {}", type_.label()));
                    if depth > 0 {
                        self.inside(indent + 1, *type_, depth);
                    }
                }
            }
            _ => {}
        }
    }

    /// Words with commas between them, on as many lines as they need.
    fn words(&mut self, indent: usize, what: &str, words: &[&str]) {
        let mut line = what.to_owned();
        for (index, word) in words.iter().enumerate() {
            if line.len() + word.len() > MAX_LINE {
                self.line(indent, &line);
                line = " ".repeat(what.len());
            }
            let comma = if index + 1 < words.len() { "," } else { "" };
            let _ = write!(line, " {word}{comma}");
        }
        self.line(indent, &line);
    }
}
