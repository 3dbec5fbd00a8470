//! What a change means to code that is written against the bindings that `qapi-codegen` makes. Its rules stand in the
//! documentation of the module above.

use std::collections::HashSet;

use smol_str::SmolStr;

use super::change::Assessment;
use super::code::Code;
use super::{Context, Side};
use crate::release::is_newer;
use crate::{Builtin, Entity, Member, Schema, TypeId, TypeKind};

/// An object type as the definition sees it that has its members.
#[derive(Clone, Copy)]
pub(super) struct Container<'a> {
    /// The definition.
    pub(super) entity: &'a Entity,
    /// The type.
    pub(super) id: TypeId,
}

/// Whether the bindings hold a member to be always there, so that its field is no `Option`: it must be mandatory, and be in
/// every build and in every release that sends its container.
pub(super) fn is_required(side: &Side<'_>, container: Container<'_>, member: &Member) -> bool {
    !member.optional
        && is_in_every_build(side.schema, container, member)
        && is_in_every_release(side, container, member)
}

fn is_in_every_build(schema: &Schema, container: Container<'_>, member: &Member) -> bool {
    let Some(condition) = &member.condition else { return true };
    let defined_in = &schema.type_of(member.defined_in).entity;
    let conditions = container.entity.condition.iter().chain(&defined_in.condition);
    conditions.into_iter().any(|given| condition.follows_from(given))
}

fn is_in_every_release(side: &Side<'_>, container: Container<'_>, member: &Member) -> bool {
    let (Some(oldest), Some(since)) = (side.oldest_server, member.since.as_deref()) else { return true };
    let defined_in = &side.schema.type_of(member.defined_in).entity;
    let is_younger = defined_in.since().is_none_or(|container| is_newer(since, container));
    !(is_newer(since, oldest) && is_younger && side.received.contains(&container.id))
}

/// Whether the bindings have the same Rust type for two types.
pub(super) fn is_same_rust_type(cx: &Context<'_>, old: TypeId, new: TypeId) -> bool {
    let (old, new) = (cx.old.type_of(old), cx.new.type_of(new));
    match (&old.kind, &new.kind) {
        (TypeKind::Array(old), TypeKind::Array(new)) => is_same_rust_type(cx, *old, *new),
        (TypeKind::Builtin(old), TypeKind::Builtin(new)) => canonical(*old) == canonical(*new),
        (TypeKind::Array(_), _) | (_, TypeKind::Array(_)) => false,
        _ => old.entity.name == new.entity.name,
    }
}

/// One built-in type for all that become the same Rust type.
fn canonical(builtin: Builtin) -> Builtin {
    match builtin {
        Builtin::Int => Builtin::Int64,
        Builtin::Size => Builtin::Uint64,
        other => other,
    }
}

/// What it means that one type stands where the other did.
pub(super) fn type_change(cx: &Context<'_>, old: TypeId, new: TypeId) -> Option<Assessment> {
    let is_same = is_same_rust_type(cx, old, new);
    (!is_same).then_some(OTHER_TYPE)
}

/// The Rust type of something is another one.
pub(super) const OTHER_TYPE: Assessment = Assessment::breaking("the Rust type is another one");

/// What a new member of a type means. `old` is the type as it was, if it is one that the schema names.
pub(super) fn member_added(cx: &Context<'_>, old: Option<TypeId>, is_required: bool) -> Assessment {
    if is_required {
        return Assessment::breaking("the constructor takes one more argument");
    }
    if let Some(old) = old {
        if cx.old.tag(old).is_some() && cx.old.members(old).len() == 1 {
            return Assessment::breaking("the enum becomes a struct with an enum of the branches in it");
        }
        if cx.old.is_empty_object(old) && cx.old_branches.contains(&cx.old.type_of(old).entity.name) {
            return Assessment::breaking("variants that had no data have this type");
        }
    }
    Assessment::additive("a field and a method that sets it are new")
}

/// What a change of a kind means to the bindings. Nothing for those that need a look at more.
pub(super) fn assessment(code: Code) -> Option<Assessment> {
    let additive = Assessment::additive;
    let breaking = Assessment::breaking;
    Some(match code {
        Code::CommandAdded | Code::EventAdded | Code::TypeAdded => additive("a type is new"),
        Code::CommandRemoved | Code::EventRemoved | Code::TypeRemoved => breaking("the type is gone"),
        Code::CommandMoved => {
            Assessment::warning("with the feature `server`, it is a method of another trait of handlers")
        }
        Code::TypeKindChanged => breaking("it is another kind of item"),
        Code::StructBecameUnion | Code::UnionBecameStruct | Code::TagChanged => {
            breaking("the field of the branches comes, goes or has another name")
        }
        Code::OptionalMemberRemoved | Code::MandatoryMemberRemoved => {
            breaking("the field is gone, and its setter or the argument of the constructor")
        }
        Code::EnumValueAdded | Code::BranchAdded => additive("a variant of an open enum is new"),
        Code::EnumValueRemoved | Code::BranchRemoved | Code::AlternativeRemoved => {
            breaking("the variant is gone")
        }
        Code::AlternativeAdded => breaking("a variant of an enum that is not open is new"),
        Code::AlternativeRenamed => breaking("the variant has another name"),
        Code::ArgumentsTypeChanged | Code::DataTypeChanged => {
            breaking("it is a struct around another type, or has fields of its own instead")
        }
        Code::ArgumentsOpened => additive("there is a method for arguments that the schema does not list"),
        Code::ArgumentsClosed => breaking("the method for arguments that the schema does not list is gone"),
        Code::Deprecated => Assessment::warning("the compiler warns of its use"),
        _ => return None,
    })
}

/// The types that are branches of a schema's unions.
pub(super) fn branch_types(schema: &Schema) -> HashSet<SmolStr> {
    let objects = schema.types().filter_map(|(id, _)| schema.object(id));
    let branches = objects.flat_map(|object| &object.variants).flat_map(|variants| &variants.branches);
    branches.map(|branch| schema.type_of(branch.type_id).entity.name.clone()).collect()
}
