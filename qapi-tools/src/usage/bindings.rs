//! The bindings that a crate uses: what can be named in them.

use std::collections::{BTreeMap, BTreeSet};

use qapi_codegen::{Namespace, RustItem, RustType, rust_names};
use qapi_schema::{Schema, SchemaName};

use crate::OLDEST_SERVER;
use crate::error::Error;

/// An item of the bindings: which of the schemas, and which of its items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ItemId {
    schema: usize,
    item: usize,
}

/// Something of the schema that code uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Used {
    /// A command, an event or a type.
    Definition(ItemId),
    /// A member, by the number of its field.
    Member(ItemId, usize),
    /// A value, a branch or an alternative, by the number of its variant.
    Variant(ItemId, usize),
}

/// What a path into the bindings leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// An item.
    Item(ItemId),
    /// A variant of an item.
    Variant(ItemId, usize),
    /// The constructor of an item.
    New(ItemId),
    /// Nothing that these bindings have, by its path.
    Unknown(String),
    /// Something that is no part of the schema, or a module.
    Other,
}

#[derive(Debug, Default)]
pub(super) struct Bindings {
    schemas: Vec<(SchemaName, Vec<RustItem>)>,
    /// By the schema, the namespace and the name in Rust.
    by_name: BTreeMap<(usize, Namespace, String), ItemId>,
}

impl Bindings {
    /// Adds the bindings of a schema.
    pub(super) fn add(&mut self, name: SchemaName, schema: &Schema) -> Result<(), Error> {
        let options = qapi_codegen::Options {
            oldest_server: Some(OLDEST_SERVER.to_owned()),
            ..qapi_codegen::Options::default()
        };
        let items = rust_names(schema, &options)?;
        let index = self.schemas.len();
        let ids = items
            .iter()
            .enumerate()
            .map(|(item, it)| ((index, it.namespace, it.rust_name.clone()), ItemId { schema: index, item }));
        self.by_name.extend(ids);
        self.schemas.push((name, items));
        Ok(())
    }

    pub(super) fn item(&self, id: ItemId) -> &RustItem {
        &self.schemas[id.schema].1[id.item]
    }

    pub(super) fn schema_of(&self, id: ItemId) -> SchemaName {
        self.schemas[id.schema].0
    }

    fn find(&self, schema: usize, namespace: Namespace, name: &str) -> Option<ItemId> {
        self.by_name.get(&(schema, namespace, name.to_owned())).copied()
    }

    /// The item that a type leads to, and how many lists are around it.
    pub(super) fn named(&self, near: ItemId, rust_type: &RustType) -> Option<(ItemId, usize)> {
        match rust_type {
            RustType::Item(name) => Some((self.find(near.schema, Namespace::Types, name)?, 0)),
            RustType::Vec(inner) => self.named(near, inner).map(|(id, lists)| (id, lists + 1)),
            RustType::Other => None,
        }
    }

    /// The command of a name on the wire.
    pub(super) fn command(&self, wire_name: &str) -> Option<ItemId> {
        let all = self.schemas.iter().enumerate();
        let mut found = all.flat_map(|(schema, (_, items))| {
            items.iter().enumerate().map(move |(item, it)| (ItemId { schema, item }, it))
        });
        let is_it = |it: &RustItem| it.namespace == Namespace::Commands && it.definition == wire_name;
        found.find(|(_, it)| is_it(it)).map(|(id, _)| id)
    }

    /// Where a path leads that begins in `qmp_types`, without that name.
    pub(super) fn resolve(&self, path: &[String]) -> Target {
        let Some((schema, rest)) = path.split_first() else { return Target::Other };
        let Some(schema) = self.schemas.iter().position(|(name, _)| name.as_str() == schema) else {
            return Target::Other;
        };
        let (namespace, name, rest) = match rest {
            [namespace, name, rest @ ..] if namespace == "types" => (Namespace::Types, name, rest),
            [namespace, name, rest @ ..] if namespace == "commands" => (Namespace::Commands, name, rest),
            [namespace, name, rest @ ..] if namespace == "events" => (Namespace::Events, name, rest),
            // All commands, or all events, as one: the variants are called like them.
            [set, name, rest @ ..] if set == "AnyCommand" => (Namespace::Commands, name, rest),
            [set, name, rest @ ..] if set == "AnyEvent" => (Namespace::Events, name, rest),
            _ => return Target::Other,
        };
        let Some(id) = self.find(schema, namespace, name) else {
            let is_type = name.starts_with(char::is_uppercase) && name != "Unrecognized";
            return if is_type { Target::Unknown(path.join("::")) } else { Target::Other };
        };
        match rest.first().map(String::as_str) {
            None => Target::Item(id),
            Some("new") => Target::New(id),
            Some(part) => {
                let variants = &self.item(id).variants;
                match variants.iter().position(|variant| variant.rust_name == part) {
                    Some(variant) => Target::Variant(id, variant),
                    None => Target::Item(id),
                }
            }
        }
    }

    /// The items that one can come to from some: by their fields, their variants and what they return.
    pub(super) fn reach(&self, from: &BTreeSet<ItemId>) -> BTreeSet<ItemId> {
        let mut reached = from.clone();
        let mut waiting: Vec<ItemId> = from.iter().copied().collect();
        while let Some(id) = waiting.pop() {
            let item = self.item(id);
            let fields = item.fields.iter().map(|field| &field.field_type);
            let data = item.variants.iter().filter_map(|variant| variant.data.as_ref());
            let whole = item.around.iter().chain(&item.returns);
            for rust_type in fields.chain(data).chain(whole) {
                let Some((next, _)) = self.named(id, rust_type) else { continue };
                if reached.insert(next) {
                    waiting.push(next);
                }
            }
        }
        reached
    }
}
