//! What differs between two schemas, and whom it concerns.
//!
//! ```
//! use std::path::Path;
//! use qapi_schema::diff::{self, Code, Severity};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let schema = |text| -> Result<_, Box<dyn std::error::Error>> {
//!     let ast = qapi_parser::parse_text(Path::new("point.json"), text, &Default::default())?;
//!     Ok(qapi_schema::from_ast(ast, None)?)
//! };
//! let old = schema("{ 'struct': 'Point', 'data': { 'x': 'int' } } { 'command': 'get', 'returns': 'Point' }")?;
//! let new = schema("{ 'struct': 'Point', 'data': { '*x': 'int' } } { 'command': 'get', 'returns': 'Point' }")?;
//! let changes = diff::compare(&old, &new, diff::Options::default());
//! assert_eq!((changes.len(), changes[0].code), (1, Code::MemberMadeOptional));
//! assert_eq!(changes[0].wire.unwrap().severity, Severity::Breaking); // what is received may be absent now
//! # Ok(())
//! # }
//! ```
//!
//! A change is told once, where its cause is: at the type that defines a member, with all commands and events that the
//! type is part of. Each is assessed in two respects.
//!
//! # The wire
//!
//! Would a client that was written for the old schema break? QEMU's document on the schema language
//! (`docs/devel/qapi-code-gen.rst`, section *Compatibility considerations*) has the rules. They are opposite for what clients
//! send and for what they receive, and what goes both ways takes both:
//!
//! | change | sent | received |
//! | --- | --- | --- |
//! | member added | additive if it is optional, else breaking | additive |
//! | member removed | breaking | breaking, or a warning if it was optional |
//! | mandatory member made optional | additive | breaking |
//! | optional member made mandatory | breaking | additive |
//! | value or branch added | additive | warning |
//! | value or branch removed | breaking | warning |
//! | alternative added | additive | breaking: a value of another JSON type |
//! | alternative removed | breaking | additive |
//! | type made wider (`int8` to `int`, an enum to `str`) | additive | warning |
//! | type made narrower | breaking | additive |
//! | `deprecated`, `unstable` or a condition added | warning | warning |
//! | feature removed | warning | warning |
//!
//! Names of types are not on the wire, and neither is it there where a member is inherited from: a member is compared
//! with all members of the object, and a type of another name by what it is made of. A command that is gone is
//! breaking; so is an event, for whether it could ever come, the schema does not say. What counts are commands and events of
//! both schemas that the type is part of in both: to a client of the old schema, what is in new commands alone does not exist,
//! and of a command that is gone, that is told.
//!
//! # The Rust API
//!
//! Would code that compiles with the bindings of the old schema still compile with those of the new one?
//! `qapi-codegen` decides what they look like:
//!
//! - Structs, enums and unions are open (`#[non_exhaustive]`): fields and variants may be added. The enum of an alternate is not.
//! - A constructor takes the fields that are always there, setters set the others, which are `Option`s. So a member that
//!   becomes always there, or not, breaks code, as does a new one that always is. One that is mandatory is nevertheless
//!   an `Option` if it is conditional or, in what clients receive, younger than both its container and the oldest server that the
//!   bindings are for ([`Options::oldest_server`]).
//! - Types have the names of the schema: another name is another type. `int` and `int64` are the same, as are `size` and `uint64`.
//! - A command or event has the members of its struct as fields, whatever the struct is called; a union is in it whole.
//! - A union is an enum of its branches. If it has members besides the tag, it is a struct with such an enum: the first such
//!   member breaks code. A branch without members has no data.
//! - The enum of branches converts `From` the data that a single branch has: a second branch with that data breaks code.
//! - What is deprecated is `#[deprecated]`, of which the compiler warns.
//! - With the feature `server`, commands are methods of a trait for each module. They have a default: a new one breaks nothing.
//!   One that moves to another module is a warning, for clients do not see it.
//!
//! Not looked at: boxes around data that outgrows a variant, and names that are the same in Rust, or numbered because they are.

mod api;
mod bounds;
mod change;
mod code;
mod facts;
mod finding;
mod members;
mod messages;
mod parts;
mod shape;
mod usage;
mod variants;
mod wire;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Deref;

use smol_str::SmolStr;

use crate::model::EMPTY_OBJECT;
use crate::{EntityId, Schema, Type, TypeId, TypeKind};

pub use bounds::{MOST_PARTS, TooLarge};
pub use change::{Assessment, Change, EntityKind, EntityPath, Message, MessageKind, Part, Severity};
pub use code::Code;
use finding::Finding;
use usage::{Direction, Usage, Users};
use wire::Effect;

/// How schemas are compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options<'a> {
    /// The oldest release whose servers the bindings understand: members that it may not send yet are optional in them.
    pub oldest_server: Option<&'a str>,
    /// Whether the wire alone is looked at: what a server tells of itself ([`introspection`](crate::introspection)) says nothing of
    /// bindings.
    pub wire_only: bool,
}

/// One of the schemas.
struct Side<'a> {
    schema: &'a Schema,
    users: Users<'a>,
    /// The types that clients receive.
    received: HashSet<TypeId>,
    oldest_server: Option<&'a str>,
}

impl Deref for Side<'_> {
    type Target = Schema;

    fn deref(&self) -> &Schema {
        self.schema
    }
}

impl<'a> Side<'a> {
    fn new(schema: &'a Schema, options: Options<'a>) -> Self {
        Self {
            schema,
            users: Users::new(schema),
            received: schema.received(),
            oldest_server: options.oldest_server,
        }
    }

    fn empty_object(&self) -> Option<TypeId> {
        match self.schema.lookup(EMPTY_OBJECT) {
            Some(EntityId::Type(id)) => Some(id),
            _ => None,
        }
    }

    /// What is defined in it, by namespace and name.
    fn definitions(&self) -> BTreeMap<(EntityKind, &'a str), EntityId> {
        let schema = self.schema;
        let ids = schema.definition_order().iter().copied();
        let is_defined = |&id: &EntityId| match id {
            EntityId::Type(id) => {
                let type_ = schema.type_of(id);
                !type_.implicit && !matches!(type_.kind, TypeKind::Builtin(_))
            }
            _ => true,
        };
        let keyed = |id| {
            let kind = match id {
                EntityId::Command(_) => EntityKind::Command,
                EntityId::Event(_) => EntityKind::Event,
                EntityId::Type(_) => EntityKind::Type,
            };
            ((kind, schema.entity(id).name.as_str()), id)
        };
        ids.filter(is_defined).map(keyed).collect()
    }
}

/// What a comparison looks at.
struct Context<'a> {
    old: Side<'a>,
    new: Side<'a>,
    /// The types that are branches in the old schema.
    old_branches: HashSet<SmolStr>,
}

/// As [`compare`], for schemas that anybody may have written: the work has a bound.
///
/// # Errors
/// When a schema has more than [`MOST_PARTS`] members, inherited ones included, or more commands and events than go with so many.
pub fn compare_bounded(old: &Schema, new: &Schema, options: Options<'_>) -> Result<Vec<Change>, TooLarge> {
    bounds::check(old)?;
    bounds::check(new)?;
    Ok(compare(old, new, options))
}

/// What differs, sorted by what changed: first commands, then events, then types, each by name.
#[must_use]
pub fn compare(old: &Schema, new: &Schema, options: Options<'_>) -> Vec<Change> {
    let cx = Context {
        old: Side::new(old, options),
        new: Side::new(new, options),
        old_branches: api::branch_types(old),
    };
    let (before, after) = (cx.old.definitions(), cx.new.definitions());
    let mut changes = Vec::new();
    let mut types = BTreeMap::new();
    for (&(kind, name), &id) in &after {
        match before.get(&(kind, name)) {
            Some(&old) => match (old, id) {
                (EntityId::Type(old), EntityId::Type(new)) => {
                    types.insert(name, TypePair { old, new, findings: type_findings(&cx, old, new) });
                }
                _ => changes.extend(message_changes(&cx, old, id)),
            },
            None => changes.push(whole(&cx.new, kind, id, added)),
        }
    }
    let gone = before.iter().filter(|(key, _)| !after.contains_key(key));
    changes.extend(gone.map(|(&(kind, _), &id)| whole(&cx.old, kind, id, removed)));
    changes.extend(type_changes(&cx, &types));
    if options.wire_only {
        changes.iter_mut().for_each(|change| change.api = None);
    }
    changes.retain(|change| change.wire.is_some() || change.api.is_some());
    changes.sort_by(|a, b| (&a.path, a.code).cmp(&(&b.path, b.code)));
    changes
}

fn added(kind: EntityKind) -> Code {
    match kind {
        EntityKind::Command => Code::CommandAdded,
        EntityKind::Event => Code::EventAdded,
        EntityKind::Type => Code::TypeAdded,
    }
}

fn removed(kind: EntityKind) -> Code {
    match kind {
        EntityKind::Command => Code::CommandRemoved,
        EntityKind::Event => Code::EventRemoved,
        EntityKind::Type => Code::TypeRemoved,
    }
}

/// A definition that is in one of the schemas alone.
fn whole(side: &Side<'_>, kind: EntityKind, id: EntityId, code: fn(EntityKind) -> Code) -> Change {
    let entity = side.schema.entity(id);
    let mut finding = Finding::new(code(kind), None);
    if code(kind) == removed(kind) {
        finding = finding.of_one_with(&entity.features);
    }
    change(finding, Place { kind, name: &entity.name, keyword: side.schema.keyword(id) }, own_usage(side, id))
}

/// A message as what it is in itself.
fn own_usage(side: &Side<'_>, id: EntityId) -> Usage {
    let direction = match id {
        EntityId::Command(_) => Direction::Sent,
        EntityId::Event(_) => Direction::Received,
        EntityId::Type(_) => return Usage::new(),
    };
    Usage::from([(direction, usage::message(side.schema, id))])
}

fn message_changes(cx: &Context<'_>, old: EntityId, new: EntityId) -> Vec<Change> {
    let findings = match (old, new) {
        (EntityId::Command(old), EntityId::Command(new)) => {
            messages::commands(cx, &cx.old.commands()[old as usize], &cx.new.commands()[new as usize])
        }
        (EntityId::Event(old), EntityId::Event(new)) => {
            messages::events(cx, &cx.old.events()[old as usize], &cx.new.events()[new as usize])
        }
        _ => Vec::new(),
    };
    let entity = cx.new.entity(new);
    let kind = if matches!(new, EntityId::Event(_)) { EntityKind::Event } else { EntityKind::Command };
    let change_of = |finding: Finding| {
        let usage = match finding.part {
            Some(Part::Returns) => Usage::from([(Direction::Received, usage::message(cx.new.schema, new))]),
            _ => own_usage(&cx.new, new),
        };
        let finding = finding.of_one_with(&cx.old.entity(old).features);
        change(finding, Place { kind, name: &entity.name, keyword: cx.new.keyword(new) }, usage)
    };
    findings.into_iter().map(change_of).collect()
}

/// A type that is in both schemas.
struct TypePair {
    old: TypeId,
    new: TypeId,
    findings: Vec<Finding>,
}

fn type_findings(cx: &Context<'_>, old: TypeId, new: TypeId) -> Vec<Finding> {
    let (before, after) = (cx.old.type_of(old), cx.new.type_of(new));
    let mut findings = facts::compare(None, (&before.entity).into(), (&after.entity).into());
    let is_same_kind =
        |old: &Type, new: &Type| std::mem::discriminant(&old.kind) == std::mem::discriminant(&new.kind);
    if is_same_kind(before, after) {
        findings.extend(parts::parts(cx, old, new, &mut |old, new| shape::exchange(cx, old, new)));
    } else {
        let keywords = (cx.old.keyword(EntityId::Type(old)), cx.new.keyword(EntityId::Type(new)));
        findings.push(Finding {
            old: Some(keywords.0.to_owned()),
            new: Some(keywords.1.to_owned()),
            effect: shape::exchange(cx, old, new).effect,
            ..Finding::new(Code::TypeKindChanged, None)
        });
    }
    findings
}

/// The changes of types: what an heir has from what it inherits from is told there, and reaches where the heirs are.
fn type_changes(cx: &Context<'_>, types: &BTreeMap<&str, TypePair>) -> Vec<Change> {
    let mut causes: BTreeMap<(&str, usize), (Usage, Finding)> = BTreeMap::new();
    let mut usages: HashMap<&str, Usage> = HashMap::new();
    for (&name, pair) in types {
        for (index, finding) in pair.findings.iter().enumerate() {
            let (owner, number) = cause(cx, types, pair, finding).unwrap_or((name, index));
            let usage = usages.entry(name).or_insert_with(|| {
                let (old, new) = (cx.old.users.of(pair.old), cx.new.users.of(pair.new));
                old.intersection(&new).cloned().collect()
            });
            let (reached, told) =
                causes.entry((owner, number)).or_insert_with(|| (Usage::new(), finding.clone()));
            reached.extend(usage.iter().cloned());
            told.api = Assessment::worse(told.api, finding.api);
        }
    }
    let change_of = |((name, _), (usage, finding)): ((&str, usize), (Usage, Finding))| {
        let keyword = types.get(name).map_or("type", |pair| cx.new.keyword(EntityId::Type(pair.new)));
        change(finding, Place { kind: EntityKind::Type, name, keyword }, usage)
    };
    causes.into_iter().map(change_of).collect()
}

/// The farthest type that a type inherits from in both schemas and that differs in the same way, with the number of the
/// finding there.
fn cause<'t>(
    cx: &Context<'t>,
    types: &BTreeMap<&'t str, TypePair>,
    pair: &TypePair,
    finding: &Finding,
) -> Option<(&'t str, usize)> {
    let Some(Part::Member(_)) = finding.part else { return None };
    let before: HashSet<&str> =
        cx.old.schema.lineage(pair.old).map(|id| cx.old.schema.type_of(id).entity.name.as_str()).collect();
    let mut found = None;
    for id in cx.new.schema.lineage(pair.new).skip(1) {
        let name = cx.new.schema.type_of(id).entity.name.as_str();
        let ancestor = types.get(name).filter(|_| before.contains(name));
        let number =
            ancestor.and_then(|it| it.findings.iter().position(|other| other.is_same_cause(finding)));
        found = number.map(|number| (name, number)).or(found);
    }
    found
}

/// Where a change is.
#[derive(Clone, Copy)]
struct Place<'a> {
    kind: EntityKind,
    name: &'a str,
    keyword: &'static str,
}

/// A finding with whom it reaches.
fn change(finding: Finding, place: Place<'_>, usage: Usage) -> Change {
    let (mut sent, mut received) = (Vec::new(), Vec::new());
    for (direction, message) in usage {
        match direction {
            Direction::Sent => sent.push(message),
            Direction::Received => received.push(message),
        }
    }
    let Effect { sent: when_sent, received: when_received } = finding.effect;
    let wire = Assessment::worse(
        when_sent.filter(|_| !sent.is_empty()),
        when_received.filter(|_| !received.is_empty()),
    );
    let path = EntityPath {
        kind: place.kind,
        name: place.name.into(),
        part: finding.part,
        feature: finding.feature,
    };
    Change {
        code: finding.code,
        path,
        keyword: place.keyword,
        old: finding.old,
        new: finding.new,
        inside: finding.inside,
        formerly: finding.formerly,
        wire,
        api: finding.api,
        sent,
        received,
    }
}
