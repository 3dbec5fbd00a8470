//! What names in documentation lead to.

use std::collections::{BTreeSet, HashMap};

use crate::plan::{FieldPlan, Item, MessagePlan, Plan, TypePlan, VariantPlan};

/// A namespace of the bindings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum NamespaceName {
    Commands,
    Events,
    Handlers,
    Types,
}

impl NamespaceName {
    /// The name of its module.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Commands => "commands",
            Self::Events => "events",
            Self::Handlers => "handlers",
            Self::Types => "types",
        }
    }
}

/// An item that documentation leads to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Target {
    pub(crate) namespace: NamespaceName,
    /// Its Rust name.
    pub(crate) name: String,
    /// The Rust module that defines it.
    pub(crate) module: String,
}

impl Target {
    pub(super) fn new(namespace: NamespaceName, item: &Item) -> Self {
        Self { namespace, name: item.name.clone(), module: item.module.clone() }
    }
}

/// The items that are emitted, by their names in the schema.
#[derive(Debug)]
pub(super) struct Targets(HashMap<String, Target>);

impl Targets {
    /// Those of a plan. `type_names` has the names of its types, and perhaps of others, in the schema and in Rust.
    pub(super) fn new<'a>(plan: &Plan, type_names: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let rust_types: HashMap<&str, &TypePlan> =
            plan.types.iter().map(|plan| (plan.item().name.as_str(), plan)).collect();
        let types = type_names.filter_map(|(name, rust_name)| {
            let item = rust_types.get(rust_name)?.item();
            Some((name.to_owned(), Target::new(NamespaceName::Types, item)))
        });
        let commands = messages(NamespaceName::Commands, &plan.commands);
        let events = messages(NamespaceName::Events, &plan.events);
        Self(types.chain(commands).chain(events).collect())
    }
}

fn messages(namespace: NamespaceName, plans: &[MessagePlan]) -> impl Iterator<Item = (String, Target)> {
    plans.iter().map(move |plan| (plan.wire_name.clone(), Target::new(namespace, plan.item())))
}

/// From where names are looked up: an item.
#[derive(Debug)]
pub(super) struct Scope<'a> {
    pub(super) targets: &'a Targets,
    pub(super) item: &'a Target,
    pub(super) members: &'a Members,
}

impl Scope<'_> {
    /// The path to what the schema calls so, which is added to `linked`. Nothing leads to the item itself.
    pub(super) fn entity(&self, name: &str, linked: &mut BTreeSet<Target>) -> Option<String> {
        let target = self.targets.0.get(name).filter(|target| *target != self.item)?;
        linked.insert(target.clone());
        Some(match target.namespace == self.item.namespace {
            true => target.name.clone(),
            false => format!("{}::{}", target.namespace.as_str(), target.name),
        })
    }

    /// The path to a member, value or branch of the item.
    pub(super) fn member(&self, name: &str) -> Option<&str> {
        self.members.0.get(name).map(String::as_str)
    }
}

/// The paths to the members, values and branches of an item, by their names in the schema.
#[derive(Debug, Default)]
pub(super) struct Members(HashMap<String, String>);

impl Members {
    /// Adds the fields of a type.
    pub(super) fn with_fields<'p>(
        mut self,
        owner: &str,
        fields: impl IntoIterator<Item = &'p FieldPlan>,
    ) -> Self {
        // The method that sets a field has its name.
        let path = |field: &FieldPlan| (field.member.clone(), format!("field@{owner}::{}", field.name));
        self.0.extend(fields.into_iter().map(path));
        self
    }

    /// Adds the variants of a type.
    pub(super) fn with_variants<'p>(
        mut self,
        owner: &str,
        variants: impl IntoIterator<Item = &'p VariantPlan>,
    ) -> Self {
        let path = |variant: &VariantPlan| (variant.value.clone(), format!("{owner}::{}", variant.name));
        self.0.extend(variants.into_iter().map(path));
        self
    }
}
