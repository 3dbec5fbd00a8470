//! The plan: what is emitted, decided between the schema and its spelling as Rust.

mod attributes;
mod boxing;
mod docs;
mod fields;
mod kept;
mod messages;
mod metadata;
mod planner;
mod releases;
mod replaced;
mod request;
mod rust_type;
mod sizes;
mod types;

use qapi_schema::{JsonType, Reach};

use crate::{DocStyle, Inclusion};

pub(crate) use attributes::ItemAttribute;
pub(crate) use docs::{Docs, NamespaceName};
pub(crate) use metadata::{
    BranchRow, CommandRow, EventRow, FactsRow, MemberRow, MembersRow, MetadataPlan, RowKind, TypeRow,
};
pub(crate) use planner::plan;
pub(crate) use request::{AttributeRequest, Replacement, Request, Selection};
pub(crate) use rust_type::{NamedKind, RustType};

/// Everything that is emitted for a schema, sorted by module and name.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// What documentation says.
    pub(crate) docs: DocStyle,
    pub(crate) types: Vec<TypePlan>,
    pub(crate) commands: Vec<MessagePlan>,
    pub(crate) events: Vec<MessagePlan>,
    pub(crate) server: Inclusion,
    pub(crate) metadata: Option<(Inclusion, MetadataPlan)>,
    /// The names that the types have in the schema, sorted.
    pub(crate) type_names: Vec<String>,
    /// Why all of it is there.
    pub(crate) reach: Reach,
}

/// What all items have.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    /// The Rust name.
    pub(crate) name: String,
    /// The name in the schema.
    pub(crate) definition: String,
    /// The Rust module, after the schema's module.
    pub(crate) module: String,
    pub(crate) docs: Docs,
    pub(crate) deprecated: Option<String>,
    /// What the user wants on it.
    pub(crate) attributes: Vec<ItemAttribute>,
}

/// A type.
#[derive(Debug)]
pub(crate) enum TypePlan {
    Enum(EnumPlan),
    Struct(StructPlan),
    Union(Box<UnionPlan>),
    Alternate(AlternatePlan),
}

impl UnionPlan {
    /// The enum of its branches, if one of them makes a union: no other member is required.
    pub(crate) fn convertible_branches(&self) -> Option<RustType> {
        let base = self.base.as_ref()?;
        let is_complete = base.fields.iter().all(|field| !field.required);
        is_complete.then(|| base.tag_field.rust_type.clone())
    }
}

impl TypePlan {
    pub(crate) fn item(&self) -> &Item {
        match self {
            Self::Enum(plan) => &plan.item,
            Self::Struct(plan) => &plan.item,
            Self::Union(plan) => &plan.item,
            Self::Alternate(plan) => &plan.item,
        }
    }
}

/// An open enumeration.
#[derive(Debug)]
pub(crate) struct EnumPlan {
    pub(crate) item: Item,
    pub(crate) variants: Vec<VariantPlan>,
}

/// A variant: of an enumeration, of a union (with its branch's data) or of an alternate.
#[derive(Debug)]
pub(crate) struct VariantPlan {
    pub(crate) name: String,
    /// The value on the wire; for an alternate, the name in the schema.
    pub(crate) value: String,
    pub(crate) data: Option<RustType>,
    /// Whether no other variant has this data, so that it converts from it.
    pub(crate) converts: bool,
    pub(crate) docs: Docs,
    pub(crate) deprecated: Option<String>,
}

/// A struct.
#[derive(Debug)]
pub(crate) struct StructPlan {
    pub(crate) item: Item,
    pub(crate) fields: Vec<FieldPlan>,
    /// The field that takes arguments beyond those of the schema.
    pub(crate) rest: Option<String>,
}

/// A field of a struct.
#[derive(Debug)]
pub(crate) struct FieldPlan {
    pub(crate) name: String,
    /// The member on the wire.
    pub(crate) member: String,
    pub(crate) rust_type: RustType,
    pub(crate) required: bool,
    /// The method that sets it, if it is optional.
    pub(crate) setter: String,
    pub(crate) docs: Docs,
    pub(crate) deprecated: Option<String>,
}

/// A union: an enum, or with further members in its base a struct with such an enum.
#[derive(Debug)]
pub(crate) struct UnionPlan {
    pub(crate) item: Item,
    /// The member on the wire that selects the branch.
    pub(crate) tag: String,
    /// What it is where it is absent, which older servers may leave it.
    pub(crate) default_tag: Option<String>,
    pub(crate) branches: BranchesPlan,
    /// The field of the enum and the further fields, if it is a struct.
    pub(crate) base: Option<UnionBase>,
}

/// The enum of a union's branches.
#[derive(Debug)]
pub(crate) struct BranchesPlan {
    /// The Rust name: the union's own, if it is an enum.
    pub(crate) name: String,
    pub(crate) variants: Vec<VariantPlan>,
}

/// What a union that is a struct has besides the branches.
#[derive(Debug)]
pub(crate) struct UnionBase {
    /// The field of the enum: named after the tag.
    pub(crate) tag_field: FieldPlan,
    pub(crate) fields: Vec<FieldPlan>,
}

/// An alternate.
#[derive(Debug)]
pub(crate) struct AlternatePlan {
    pub(crate) item: Item,
    pub(crate) variants: Vec<(JsonType, VariantPlan)>,
    /// The enum of the branches of the union that is an alternative, if a branch makes a union.
    pub(crate) branches: Option<RustType>,
}

/// A command or an event.
#[derive(Debug)]
pub(crate) struct MessagePlan {
    pub(crate) body: MessageBody,
    /// The name on the wire.
    pub(crate) wire_name: String,
    /// Whether it is in a box where it is one of many.
    pub(crate) is_large: bool,
    pub(crate) facts: MessageFacts,
}

impl MessagePlan {
    pub(crate) fn item(&self) -> &Item {
        match &self.body {
            MessageBody::Members(plan) => &plan.item,
            MessageBody::Whole { item, .. } => item,
        }
    }
}

/// What a command or an event carries.
#[derive(Debug)]
pub(crate) enum MessageBody {
    /// Members of its own.
    Members(StructPlan),
    /// One type, whose members stand in its place: a union, or a type of the user's.
    Whole { item: Item, data: RustType },
}

/// What the code says about a command or an event.
#[derive(Debug, Default)]
pub(crate) struct MessageFacts {
    /// The module of the schema.
    pub(crate) module: String,
    pub(crate) since: Option<String>,
    /// The first and the last of the releases that have it, for each run of them.
    pub(crate) releases: Vec<(String, String)>,
    pub(crate) features: Vec<String>,
    pub(crate) condition: Option<String>,
    pub(crate) command: Option<CommandFacts>,
}

/// What the code says about a command beyond that.
#[derive(Debug)]
pub(crate) struct CommandFacts {
    /// The trait of the handlers of its module.
    pub(crate) handler: String,
    /// The method of a handler that serves it.
    pub(crate) method: String,
    /// What it returns; nothing but an empty object if there is no type.
    pub(crate) returns: Option<RustType>,
    pub(crate) allow_oob: bool,
    pub(crate) allow_preconfig: bool,
    pub(crate) success_response: bool,
}
