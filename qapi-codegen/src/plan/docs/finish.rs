//! Writing the schema's own words, which waits for the end of planning: only then all names are known.

use std::mem;

use super::Docs;
use super::links::{Members, NamespaceName, Scope, Target, Targets};
use super::sections::Text;
use crate::plan::{MessageBody, MessagePlan, Plan, StructPlan, TypePlan, UnionPlan};

/// Writes the schema's own words into the documentation of all items. `type_names` has the names of types in the
/// schema and in Rust.
pub(crate) fn finish<'a>(plan: &mut Plan, type_names: impl Iterator<Item = (&'a str, &'a str)>) {
    let targets = Targets::new(plan, type_names);
    for plan in &mut plan.types {
        type_docs(plan, &targets);
    }
    for plan in &mut plan.commands {
        message_docs(plan, NamespaceName::Commands, &targets);
    }
    for plan in &mut plan.events {
        message_docs(plan, NamespaceName::Events, &targets);
    }
}

fn type_docs(plan: &mut TypePlan, targets: &Targets) {
    match plan {
        TypePlan::Enum(plan) => {
            let members = Members::default().with_variants("Self", &plan.variants);
            let item = Target::new(NamespaceName::Types, &plan.item);
            let scope = Scope { targets, item: &item, members: &members };
            let variants = plan.variants.iter_mut().map(|variant| &mut variant.docs);
            scope.write([&mut plan.item.docs].into_iter().chain(variants));
        }
        TypePlan::Struct(plan) => struct_docs(plan, NamespaceName::Types, targets),
        TypePlan::Union(plan) => union_docs(plan, targets),
        TypePlan::Alternate(plan) => {
            let members =
                Members::default().with_variants("Self", plan.variants.iter().map(|(_, variant)| variant));
            let item = Target::new(NamespaceName::Types, &plan.item);
            let scope = Scope { targets, item: &item, members: &members };
            let variants = plan.variants.iter_mut().map(|(_, variant)| &mut variant.docs);
            scope.write([&mut plan.item.docs].into_iter().chain(variants));
        }
    }
}

fn message_docs(plan: &mut MessagePlan, namespace: NamespaceName, targets: &Targets) {
    match &mut plan.body {
        MessageBody::Members(plan) => struct_docs(plan, namespace, targets),
        MessageBody::Whole { item, .. } => {
            let target = Target::new(namespace, item);
            let scope = Scope { targets, item: &target, members: &Members::default() };
            scope.write([&mut item.docs]);
        }
    }
}

fn struct_docs(plan: &mut StructPlan, namespace: NamespaceName, targets: &Targets) {
    let members = Members::default().with_fields("Self", &plan.fields);
    let item = Target::new(namespace, &plan.item);
    let scope = Scope { targets, item: &item, members: &members };
    let fields = plan.fields.iter_mut().map(|field| &mut field.docs);
    scope.write([&mut plan.item.docs].into_iter().chain(fields));
}

/// A union is one enum, or a struct beside an enum; in each, `Self` is the one that is documented.
fn union_docs(plan: &mut UnionPlan, targets: &Targets) {
    let item = Target::new(NamespaceName::Types, &plan.item);
    let branches = &plan.branches;
    let (of_item, of_branches) = match &plan.base {
        None => {
            let members = || Members::default().with_variants("Self", &branches.variants);
            (members(), members())
        }
        Some(base) => {
            let fields = || base.fields.iter().chain([&base.tag_field]);
            let of_item = Members::default().with_variants(&branches.name, &branches.variants);
            let of_branches = Members::default().with_variants("Self", &branches.variants);
            (of_item.with_fields("Self", fields()), of_branches.with_fields(&item.name, fields()))
        }
    };
    let scope = Scope { targets, item: &item, members: &of_item };
    let fields = plan.base.iter_mut().flat_map(|base| base.fields.iter_mut().chain([&mut base.tag_field]));
    scope.write([&mut plan.item.docs].into_iter().chain(fields.map(|field| &mut field.docs)));
    let scope = Scope { targets, item: &item, members: &of_branches };
    scope.write(plan.branches.variants.iter_mut().map(|variant| &mut variant.docs));
}

impl Scope<'_> {
    fn write<'d>(&self, all: impl IntoIterator<Item = &'d mut Docs>) {
        for docs in all {
            let text = Text::read(&mem::take(&mut docs.source));
            let mut facts = mem::take(&mut docs.paragraphs);
            if docs.says_little && text.is_description() {
                facts.clear();
            }
            (docs.paragraphs, docs.linked) = text.paragraphs(facts, self);
        }
    }
}
