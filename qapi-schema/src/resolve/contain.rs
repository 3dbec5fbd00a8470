//! Pass 3: a type must not contain itself.

use super::findings::Findings;
use crate::model::{EntityId, Schema, TypeId};

/// How deep bases and branches may go. Real schemas go three deep.
///
/// Without a limit, what is inherited through a long chain would be gathered again for each type of it. QEMU's own front end
/// gives up too, when Python's limit of a thousand calls is reached.
const MAX_DEPTH: usize = 64;

/// The types whose members stand in the same JSON object: the base and the branches.
fn contained(schema: &Schema, id: TypeId) -> impl Iterator<Item = TypeId> {
    let object = schema.object(id);
    let branches = object.and_then(|object| object.variants.as_ref()).into_iter();
    let branches = branches.flat_map(|variants| variants.branches.iter().map(|branch| branch.type_id));
    object.and_then(|object| object.base).into_iter().chain(branches)
}

#[derive(Clone, Copy, PartialEq)]
enum Visit {
    Unseen,
    Open,
    Done(Depth),
}

/// How many types are contained in each other below one. `None` is too many, which is reported already.
type Depth = Option<usize>;

/// The depth of a type that contains one of the given depth, and others.
fn around(below: Depth, others: Depth) -> Depth {
    Some(others?.max(below? + 1))
}

/// Reports each cycle through bases and branches, and what goes too deep.
///
/// A depth-first walk with a stack of its own: the depth is the author's.
pub(super) fn check(schema: &Schema, findings: &mut Findings) {
    let mut visits = vec![Visit::Unseen; schema.types.len()];
    for (root, _) in schema.types() {
        if visits[root.index()] != Visit::Unseen {
            continue;
        }
        visits[root.index()] = Visit::Open;
        let mut stack = vec![(root, contained(schema, root), Some(0))];
        while let Some((id, rest, depth)) = stack.last_mut() {
            let Some(next) = rest.next() else {
                let done = bounded(schema, *id, *depth, findings);
                visits[id.index()] = Visit::Done(done);
                stack.pop();
                if let Some((_, _, outer)) = stack.last_mut() {
                    *outer = around(done, *outer);
                }
                continue;
            };
            match visits[next.index()] {
                Visit::Unseen => {
                    visits[next.index()] = Visit::Open;
                    stack.push((next, contained(schema, next), Some(0)));
                }
                Visit::Open => contains_itself(schema, next, findings),
                Visit::Done(below) => *depth = around(below, *depth),
            }
        }
    }
}

fn contains_itself(schema: &Schema, id: TypeId, findings: &mut Findings) {
    let name = &schema.type_of(id).entity.name;
    let message = format!("'{name}' contains itself through bases or branches");
    findings.mistake(schema, EntityId::Type(id), "contains-itself", None, message);
    findings.mark_endless();
}

/// The depth, unless it is too much.
fn bounded(schema: &Schema, id: TypeId, depth: Depth, findings: &mut Findings) -> Depth {
    if depth.is_some_and(|depth| depth > MAX_DEPTH) {
        let name = &schema.type_of(id).entity.name;
        let message =
            format!("'{name}' has more than {MAX_DEPTH} types within each other as bases or branches");
        findings.mistake(schema, EntityId::Type(id), "containment-too-deep", None, message);
        findings.mark_endless();
        return None;
    }
    depth
}
