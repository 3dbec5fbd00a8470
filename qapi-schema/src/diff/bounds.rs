//! How much work a comparison may be.

use crate::model::TypeKind;
use crate::{Object, Schema, TypeId};

/// So many members, branches and values may the types of a schema have in all, inherited ones included. QEMU's have some ten
/// thousand.
pub const MOST_PARTS: usize = 1_000_000;

/// So many types may commands and events be made of, each counted in each of them, times the parts of a type. QEMU's are a few
/// million.
const MOST_USES: usize = 1_000_000_000;

/// A schema is so large that nobody wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the schema is too large to be compared: its types have more than {MOST_PARTS} members, or too many commands and events share them"
)]
pub struct TooLarge;

/// Refuses what is too large. What is inherited is counted, not gathered.
pub(super) fn check(schema: &Schema) -> Result<(), TooLarge> {
    let mut parts = 0_usize;
    for (id, type_) in schema.types() {
        parts = parts.saturating_add(match &type_.kind {
            TypeKind::Object(object) => members(schema, id).saturating_add(branches(schema, id, object)),
            TypeKind::Enum(it) => it.values.len(),
            TypeKind::Alternate(alternate) => alternate.alternatives.len(),
            TypeKind::Builtin(_) | TypeKind::Array(_) => 1,
        });
        if parts > MOST_PARTS {
            return Err(TooLarge);
        }
    }
    let messages = schema.commands().len() + schema.events().len();
    if messages.saturating_mul(parts) > MOST_USES { Err(TooLarge) } else { Ok(()) }
}

fn members(schema: &Schema, id: TypeId) -> usize {
    schema.lineage(id).filter_map(|id| schema.object(id)).map(|object| object.local_members.len()).sum()
}

/// The branches, with those that are filled in for values of the tag.
fn branches(schema: &Schema, id: TypeId, object: &Object) -> usize {
    let Some(variants) = &object.variants else { return 0 };
    let values = match schema.tag(id).map(|tag| &schema.type_of(tag.type_id).kind) {
        Some(TypeKind::Enum(tag)) => tag.values.len(),
        _ => 0,
    };
    variants.branches.len().max(values)
}
