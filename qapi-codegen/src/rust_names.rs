//! What is called how in the bindings: a table from names of Rust to names of the schema, by the plan from which the bindings are made.

use qapi_schema::Schema;

use crate::plan::{
    self, FieldPlan, MessageBody, MessagePlan, RustType as PlannedType, StructPlan, TypePlan, VariantPlan,
};
use crate::{GenerateError, Options};

/// In which namespace of the bindings an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Namespace {
    /// `types`.
    Types,
    /// `commands`.
    Commands,
    /// `events`.
    Events,
}

/// An item of the bindings: a struct or an enum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RustItem {
    /// Where it is.
    pub namespace: Namespace,
    /// Its name in Rust.
    pub rust_name: String,
    /// The name in the schema of what it was made of. The enum of a union's branches is made of the union.
    pub definition: String,
    /// Its fields, if it is a struct.
    pub fields: Vec<RustField>,
    /// Its variants without `Unrecognized`, if it is an enum.
    pub variants: Vec<RustVariant>,
    /// The type whose members stand in its place, if it is a command or an event around one.
    pub around: Option<RustType>,
    /// What a command returns, if it returns something.
    pub returns: Option<RustType>,
}

/// A field of a struct, which is a member in the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RustField {
    /// Its name in Rust, without `r#`.
    pub rust_name: String,
    /// The method that sets it, without `r#`; `None` if it is an argument of `new`.
    pub setter: Option<String>,
    /// The name of the member.
    pub member: String,
    /// Its type, within the `Option` of one that has a setter.
    pub field_type: RustType,
}

/// A variant of an enum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RustVariant {
    /// Its name in Rust.
    pub rust_name: String,
    /// The value of an enum, the value of the tag that selects a branch, or the name of an alternative.
    pub value: String,
    /// Its data.
    pub data: Option<RustType>,
}

/// A type, as far as it leads to items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RustType {
    /// The item of this name, in `types`.
    Item(String),
    /// A `Vec`.
    Vec(Box<Self>),
    /// Anything else.
    Other,
}

/// The items of the bindings that [`generate`](crate::generate) makes of a schema.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let schema = qapi_schema::load("schema/hello.json".as_ref(), Default::default())?;
/// for item in qapi_codegen::rust_names(&schema, &Default::default())? {
///     println!("{} is {} in Rust", item.definition, item.rust_name);
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// As [`generate`](crate::generate).
pub fn rust_names(schema: &Schema, options: &Options) -> Result<Vec<RustItem>, GenerateError> {
    let plan = plan::plan(schema, options, &plan::Request::default())?;
    let types = plan.types.iter().flat_map(of_type);
    let commands = plan.commands.iter().map(|plan| of_message(plan, Namespace::Commands));
    let events = plan.events.iter().map(|plan| of_message(plan, Namespace::Events));
    Ok(types.chain(commands).chain(events).collect())
}

fn of_type(plan: &TypePlan) -> Vec<RustItem> {
    let item = plan.item();
    let bare = RustItem {
        namespace: Namespace::Types,
        rust_name: item.name.clone(),
        definition: item.definition.clone(),
        fields: Vec::new(),
        variants: Vec::new(),
        around: None,
        returns: None,
    };
    match plan {
        TypePlan::Enum(plan) => vec![RustItem { variants: variants(plan.variants.iter()), ..bare }],
        TypePlan::Struct(plan) => vec![RustItem { fields: fields(plan.fields.iter()), ..bare }],
        TypePlan::Alternate(plan) => {
            vec![RustItem { variants: variants(plan.variants.iter().map(|(_, plan)| plan)), ..bare }]
        }
        TypePlan::Union(plan) => {
            let branches = RustItem {
                rust_name: plan.branches.name.clone(),
                variants: variants(plan.branches.variants.iter()),
                ..bare.clone()
            };
            let Some(base) = &plan.base else { return vec![branches] };
            let fields = fields(std::iter::once(&base.tag_field).chain(&base.fields));
            vec![RustItem { fields, ..bare }, branches]
        }
    }
}

fn of_message(plan: &MessagePlan, namespace: Namespace) -> RustItem {
    let (fields, around) = match &plan.body {
        MessageBody::Members(StructPlan { fields: plans, .. }) => (fields(plans.iter()), None),
        MessageBody::Whole { data, .. } => (Vec::new(), Some(of_planned(data))),
    };
    let command = plan.facts.command.as_ref();
    RustItem {
        namespace,
        rust_name: plan.item().name.clone(),
        definition: plan.wire_name.clone(),
        fields,
        variants: Vec::new(),
        around,
        returns: command.and_then(|command| command.returns.as_ref()).map(of_planned),
    }
}

fn fields<'p>(plans: impl Iterator<Item = &'p FieldPlan>) -> Vec<RustField> {
    let field = |plan: &FieldPlan| RustField {
        rust_name: plan.name.clone(),
        setter: (!plan.required).then(|| plan.setter.clone()),
        member: plan.member.clone(),
        field_type: of_planned(&plan.rust_type),
    };
    plans.map(field).collect()
}

fn variants<'p>(plans: impl Iterator<Item = &'p VariantPlan>) -> Vec<RustVariant> {
    let variant = |plan: &VariantPlan| RustVariant {
        rust_name: plan.name.clone(),
        value: plan.value.clone(),
        data: plan.data.as_ref().map(of_planned),
    };
    plans.map(variant).collect()
}

fn of_planned(planned: &PlannedType) -> RustType {
    match planned {
        PlannedType::Named { name, .. } => RustType::Item(name.clone()),
        PlannedType::Vec(inner) => RustType::Vec(Box::new(of_planned(inner))),
        PlannedType::Boxed(inner) => of_planned(inner),
        PlannedType::Builtin(_) | PlannedType::Replaced(_) => RustType::Other,
    }
}
