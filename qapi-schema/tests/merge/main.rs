//! The merge of releases.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod cases;
mod mistakes;
mod releases;

use std::path::Path;

use qapi_schema::merge::{MergeError, Rules, merge};
use qapi_schema::{EntityId, Feature, Member, ReleaseSet, Schema, TypeId, TypeKind, from_ast};

/// Schemas of the releases 1.0, 2.0 and so on.
fn schemas(texts: &[&str]) -> Vec<Schema> {
    let schema = |(number, text): (usize, &&str)| {
        let path = format!("{number}.json");
        let ast = qapi_parser::parse_text(Path::new(&path), *text, &Default::default());
        let ast = ast.unwrap_or_else(|error| panic!("{error}"));
        from_ast(ast, Some(&format!("{number}.0"))).unwrap_or_else(|error| panic!("{text}: {error}"))
    };
    (1..).zip(texts).map(schema).collect()
}

fn merged(texts: &[&str], rules: &Rules<'_>) -> Result<Schema, MergeError> {
    merge(&schemas(texts), rules)
}

/// What is defined in a merged schema, a definition a line, each part with the releases that have it if not all have that have
/// the definition.
fn shown(schema: &Schema) -> String {
    let printer = Printer { schema };
    let mut lines: Vec<String> =
        schema.definition_order().iter().filter_map(|&id| printer.line(id)).collect();
    lines.sort();
    lines.join("\n")
}

struct Printer<'s> {
    schema: &'s Schema,
}

impl Printer<'_> {
    fn line(&self, id: EntityId) -> Option<String> {
        let entity = self.schema.entity(id);
        let body = match id {
            EntityId::Type(id) if self.schema.type_of(id).implicit => return None,
            EntityId::Type(type_id) => self.type_body(type_id, entity.releases),
            EntityId::Command(index) => {
                let command = &self.schema.commands()[index as usize];
                let returns = command.returns.map(|id| format!(" -> {}", self.name(id)));
                self.data(command.arguments, entity.releases) + &returns.unwrap_or_default()
            }
            EntityId::Event(index) => self.data(self.schema.events()[index as usize].data, entity.releases),
        };
        let all = self.schema.all_releases();
        let keyword = self.schema.keyword(id);
        let features = features(&entity.features, entity.releases);
        Some(format!("{keyword} {}{}{features}{body}", entity.name, releases(entity.releases, all)))
    }

    fn type_body(&self, id: TypeId, all: ReleaseSet) -> String {
        match &self.schema.type_of(id).kind {
            TypeKind::Enum(values) => {
                let value = |it: &qapi_schema::Value| {
                    format!(
                        "{}{}{}",
                        it.name,
                        releases(it.releases, all),
                        features(&it.features, it.releases)
                    )
                };
                format!(": {}", joined(values.values.iter().map(value)))
            }
            TypeKind::Alternate(alternate) => {
                let alternatives = alternate.alternatives.iter();
                let shown = alternatives.map(|it| {
                    format!("{}: {}{}", it.name, self.name(it.type_id), releases(it.releases, all))
                });
                format!(" {{ {} }}", joined(shown))
            }
            TypeKind::Object(object) => {
                let base = object.base.filter(|&base| !self.schema.type_of(base).implicit);
                let base = base.map(|base| format!(" of {}", self.name(base))).unwrap_or_default();
                let branches = object.variants.iter().flat_map(|variants| {
                    variants.branches.iter().map(|branch| {
                        let is_default = variants.default_branch.as_ref() == Some(&branch.name);
                        let mark = if is_default { " or nothing" } else { "" };
                        let releases = releases(branch.releases, all);
                        format!("{}{mark} => {}{releases}", branch.name, self.name(branch.type_id))
                    })
                });
                let members = self.schema.members(id).into_iter().map(|it| self.member(it, all));
                format!("{base} {{ {} }}", joined(members.chain(branches)))
            }
            TypeKind::Builtin(_) | TypeKind::Array(_) => String::new(),
        }
    }

    fn data(&self, id: Option<TypeId>, all: ReleaseSet) -> String {
        match id {
            None => "()".to_owned(),
            Some(id) if self.schema.type_of(id).implicit => {
                let members = self.schema.members(id).into_iter();
                format!("({})", joined(members.map(|member| self.member(member, all))))
            }
            Some(id) => format!("({})", self.name(id)),
        }
    }

    fn member(&self, member: &Member, all: ReleaseSet) -> String {
        let optional = if member.optional { "*" } else { "" };
        let releases = releases(member.releases, all);
        let features = features(&member.features, member.releases);
        format!("{optional}{}: {}{releases}{features}", member.name, self.name(member.type_id))
    }

    fn name(&self, id: TypeId) -> String {
        let type_ = self.schema.type_of(id);
        match type_.kind {
            TypeKind::Array(element) => format!("[{}]", self.name(element)),
            _ => type_.entity.name.to_string(),
        }
    }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

fn features(features: &[Feature], all: ReleaseSet) -> String {
    features.iter().map(|it| format!(" #{}{}", it.name, releases(it.releases, all))).collect()
}

/// The releases of something, if not all of what it is part of have it.
fn releases(set: ReleaseSet, of: ReleaseSet) -> String {
    if set.is_superset(of) {
        return String::new();
    }
    let run = |(first, last): (usize, usize)| match first == last {
        true => format!("{}", first + 1),
        false => format!("{}-{}", first + 1, last + 1),
    };
    format!(" [{}]", joined(set.runs().map(run)))
}
