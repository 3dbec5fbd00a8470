//! Pass 3: a type must not contain itself.

use std::vec;

use qapi_parser::source::Span;

use super::findings::{Findings, Step, mistake};
use crate::model::{EntityId, Schema, TypeId, TypeKind};

/// How deep bases and branches may go. Real schemas go three deep.
///
/// Without a limit, what is inherited through a long chain would be gathered again for each type of it. QEMU's own front end
/// gives up too, when Python's limit of a thousand calls is reached.
const MAX_DEPTH: usize = 64;

/// How deep types contain each other below one.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Depth {
    levels: usize,
    /// Whether one of them was too deep and is reported, so that those around it need not be.
    is_reported: bool,
}

impl Depth {
    /// The depth of a type of this depth that contains another one.
    fn around(self, below: Self) -> Self {
        Self { levels: self.levels.max(below.levels + 1), is_reported: self.is_reported || below.is_reported }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Visit {
    Unseen,
    Open,
    Done(Depth),
}

/// What ties a type to one that it contains.
#[derive(Clone, Copy)]
enum Tie {
    Base,
    Branch(Span),
}

/// Reports each cycle through bases and branches and what goes too deep, and cuts it: whatever walks through the schema comes to
/// an end.
pub(super) fn check(schema: &mut Schema, findings: &mut Findings) {
    let mut walk = Walk {
        schema,
        findings,
        visits: vec![Visit::Unseen; schema.types.len()],
        stack: Vec::new(),
        cuts: Vec::new(),
    };
    for root in roots(schema) {
        walk.from(root);
    }
    for (from, to) in walk.cuts {
        cut(schema, from, to);
    }
}

/// The types that QEMU's front end checks, in its order.
fn roots(schema: &Schema) -> impl Iterator<Item = TypeId> {
    schema.order.iter().filter_map(|&id| match id {
        EntityId::Type(id) => Some(id),
        EntityId::Command(index) => schema.commands[index as usize].arguments,
        EntityId::Event(index) => schema.events[index as usize].data,
    })
}

/// The types whose members stand in the same JSON object: the base and the branches.
fn contained(schema: &Schema, id: TypeId) -> impl Iterator<Item = (Tie, TypeId)> {
    let object = schema.object(id);
    let branches = object.and_then(|object| object.variants.as_ref()).into_iter();
    let branches = branches.flat_map(|variants| variants.branches.iter());
    let base = object.and_then(|object| object.base).map(|base| (Tie::Base, base));
    base.into_iter().chain(branches.map(|branch| (Tie::Branch(branch.span), branch.type_id)))
}

/// Takes a type out of another one; all of it if none is named.
fn cut(schema: &mut Schema, from: TypeId, to: Option<TypeId>) {
    let TypeKind::Object(object) = &mut schema.types[from.index()].kind else { return };
    object.base = object.base.filter(|&base| to.is_some_and(|to| to != base));
    if let Some(variants) = &mut object.variants {
        variants.branches.retain(|branch| to.is_some_and(|to| to != branch.type_id));
    }
}

/// A type that is being walked through, what it contains, and how deep that is so far.
struct Frame {
    id: TypeId,
    rest: vec::IntoIter<(Tie, TypeId)>,
    depth: Depth,
}

/// A depth-first walk with a stack of its own: the depth is the author's.
struct Walk<'s> {
    schema: &'s Schema,
    findings: &'s mut Findings,
    visits: Vec<Visit>,
    stack: Vec<Frame>,
    cuts: Vec<(TypeId, Option<TypeId>)>,
}

impl Walk<'_> {
    fn from(&mut self, root: TypeId) {
        if self.visits[root.index()] == Visit::Unseen {
            self.open(root);
        }
        while let Some(frame) = self.stack.last_mut() {
            let id = frame.id;
            let Some((tie, next)) = frame.rest.next() else {
                self.close();
                continue;
            };
            match self.visits[next.index()] {
                Visit::Unseen => self.open(next),
                Visit::Open => self.contains_itself(id, tie, next),
                Visit::Done(below) => frame.depth = frame.depth.around(below),
            }
        }
    }

    fn open(&mut self, id: TypeId) {
        self.visits[id.index()] = Visit::Open;
        let contained: Vec<_> = contained(self.schema, id).collect();
        self.stack.push(Frame { id, rest: contained.into_iter(), depth: Depth::default() });
    }

    fn close(&mut self) {
        let Some(Frame { id, depth, .. }) = self.stack.pop() else { return };
        let depth = self.bounded(id, depth);
        self.visits[id.index()] = Visit::Done(depth);
        if let Some(outer) = self.stack.last_mut() {
            outer.depth = outer.depth.around(depth);
        }
    }

    /// Reports a type that was come upon again in one that it contains.
    fn contains_itself(&mut self, container: TypeId, tie: Tie, id: TypeId) {
        let name = &self.schema.type_of(id).entity.name;
        let message = format!("'{name}' contains itself through bases or branches");
        let step = match tie {
            Tie::Base => Step::Base,
            Tie::Branch(span) => Step::Branch(span.start),
        };
        if let Some(diagnostic) = mistake(self.schema, EntityId::Type(id), "contains-itself", None, message) {
            self.findings.add(EntityId::Type(container), step, diagnostic);
        }
        self.cuts.push((container, Some(id)));
    }

    /// The depth, or that of nothing if it is too much: what is too deep is cut.
    fn bounded(&mut self, id: TypeId, depth: Depth) -> Depth {
        if depth.levels <= MAX_DEPTH {
            return depth;
        }
        if !depth.is_reported {
            let name = &self.schema.type_of(id).entity.name;
            let message =
                format!("'{name}' has more than {MAX_DEPTH} types within each other as bases or branches");
            let place = (EntityId::Type(id), Step::Base);
            self.findings.mistake(self.schema, place, "containment-too-deep", None, message);
        }
        self.findings.mark_broken(EntityId::Type(id));
        self.cuts.push((id, None));
        Depth { levels: 0, is_reported: true }
    }
}
