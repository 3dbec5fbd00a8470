//! How large the types are, near enough to tell which branches are worth a box.

use qapi_schema::{Builtin, Schema, TypeId, TypeKind};

use super::boxing::Boxing;

/// The largest data that a variant carries in itself, in bytes. An enum is as large as its largest variant,
/// and is moved whichever it is: above this, one rare branch would burden all others.
const LARGEST_IN_PLACE: usize = 256;

/// `String`, `Vec` and the like.
const HEAP: usize = 24;

const POINTER: usize = 8;

/// The sizes of a schema's types on a machine of 64 bits.
#[derive(Debug)]
pub(crate) struct Sizes {
    /// By the index of the type.
    sizes: Vec<usize>,
}

impl Sizes {
    /// Measures all types. Cycles must have been cut by `boxing`.
    pub(crate) fn new(schema: &Schema, boxing: &Boxing) -> Self {
        let mut measuring = Measuring { schema, boxing, known: vec![None; schema.types().count()] };
        let sizes = schema.types().map(|(id, _)| measuring.size(id)).collect();
        Self { sizes }
    }

    /// Whether a variant is to have data of this type in a box.
    pub(crate) fn is_too_large_for_a_variant(&self, id: TypeId) -> bool {
        self.sizes[id.index()] > LARGEST_IN_PLACE
    }
}

struct Measuring<'a> {
    schema: &'a Schema,
    boxing: &'a Boxing,
    known: Vec<Option<usize>>,
}

impl Measuring<'_> {
    fn size(&mut self, id: TypeId) -> usize {
        if let Some(size) = self.known[id.index()] {
            return size;
        }
        let schema = self.schema;
        let size = match &schema.type_of(id).kind {
            TypeKind::Builtin(builtin) => builtin_size(*builtin),
            TypeKind::Array(_) => HEAP,
            // The text of a value that is not known.
            TypeKind::Enum(_) => 2 * POINTER,
            TypeKind::Alternate(alternate) => {
                let data = alternate.alternatives.iter().map(|it| self.in_variant(id, it.type_id)).max();
                data.unwrap_or_default() + POINTER
            }
            TypeKind::Object(object) => {
                let members: usize = schema
                    .members(id)
                    .iter()
                    .map(|member| match self.boxing.is_boxed(id, member.type_id) {
                        true => POINTER,
                        false => self.size(member.type_id) + self.presence(member.type_id, member.optional),
                    })
                    .sum();
                let branches = object.variants.iter().flat_map(|variants| &variants.branches);
                members + branches.map(|it| self.in_variant(id, it.type_id)).max().unwrap_or_default()
            }
        };
        self.known[id.index()] = Some(size);
        size
    }

    /// What data of a type takes up in a variant of `owner`.
    fn in_variant(&mut self, owner: TypeId, id: TypeId) -> usize {
        if self.boxing.is_boxed(owner, id) {
            return POINTER;
        }
        let size = self.size(id);
        if size > LARGEST_IN_PLACE { POINTER } else { size }
    }

    /// What `Option` adds to a type: as much again for a number, nothing where the type has a value to spare.
    fn presence(&self, id: TypeId, optional: bool) -> usize {
        match &self.schema.type_of(id).kind {
            TypeKind::Builtin(Builtin::Str | Builtin::Bool | Builtin::Any | Builtin::Null) => 0,
            TypeKind::Builtin(number) if optional => builtin_size(*number),
            _ => 0,
        }
    }
}

fn builtin_size(builtin: Builtin) -> usize {
    match builtin {
        Builtin::Str => HEAP,
        Builtin::Any => 32,
        Builtin::Number | Builtin::Int | Builtin::Int64 | Builtin::Uint64 | Builtin::Size => 8,
        Builtin::Int32 | Builtin::Uint32 => 4,
        Builtin::Int16 | Builtin::Uint16 => 2,
        Builtin::Int8 | Builtin::Uint8 | Builtin::Bool => 1,
        Builtin::Null => 0,
    }
}
