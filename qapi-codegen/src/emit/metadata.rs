//! The tables of names and facts, for tools that work by name.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::messages::releases;
use crate::plan::{
    BranchRow, CommandRow, EventRow, FactsRow, MemberRow, MembersRow, MetadataPlan, RowKind, TypeRow,
};

pub(super) fn emit(plan: &MetadataPlan) -> TokenStream {
    let commands = plan.commands.iter().map(command);
    let events = plan.events.iter().map(event);
    let types = plan.types.iter().map(type_);
    let releases = &plan.releases;
    quote! {
        use qmp_types::Releases;
        use qmp_types::metadata::*;

        /// The names and facts of all definitions.
        pub static SCHEMA: Schema = Schema { releases: &[#(#releases),*], commands: COMMANDS, events: EVENTS, types: TYPES };

        static COMMANDS: &[CommandInfo] = &[#(#commands,)*];

        static EVENTS: &[EventInfo] = &[#(#events,)*];

        static TYPES: &[TypeInfo] = &[#(#types,)*];
    }
}

fn command(row: &CommandRow) -> TokenStream {
    let CommandRow { name, module, facts, arguments, returns, flags } = row;
    let (facts, arguments) = (self::facts(facts), members(arguments));
    let returns = returns.as_ref().map(|returns| quote!(.returns(#returns)));
    let flags = flags.iter().map(|flag| format_ident!("{flag}"));
    quote!(CommandInfo::new(#name, #module, #arguments)#returns #(.#flags())* #facts)
}

fn event(row: &EventRow) -> TokenStream {
    let EventRow { name, module, facts, data } = row;
    let (facts, data) = (self::facts(facts), members(data));
    quote!(EventInfo::new(#name, #module, #data)#facts)
}

fn type_(row: &TypeRow) -> TokenStream {
    let TypeRow { name, module, facts, kind } = row;
    let (facts, kind) = (self::facts(facts), type_kind(kind));
    quote!(TypeInfo::new(#name, #module, #kind)#facts)
}

fn type_kind(kind: &RowKind) -> TokenStream {
    match kind {
        RowKind::Enum(values) => {
            let values = values.iter().map(|(name, facts)| {
                let facts = self::facts(facts);
                quote!(ValueInfo::new(#name)#facts)
            });
            quote!(TypeKind::Enum(&[#(#values),*]))
        }
        RowKind::Struct(members) => {
            let members = members.iter().map(member);
            quote!(TypeKind::of_struct(&[#(#members),*]))
        }
        RowKind::Union { members, tag, branches } => {
            let (members, branches) = (members.iter().map(member), branches.iter().map(branch));
            quote!(TypeKind::of_union(&[#(#members),*], #tag, &[#(#branches),*]))
        }
        RowKind::Alternate(branches) => {
            let branches = branches.iter().map(branch);
            quote!(TypeKind::Alternate(&[#(#branches),*]))
        }
    }
}

fn members(members: &MembersRow) -> TokenStream {
    match members {
        MembersRow::Inline(members) => {
            let members = members.iter().map(member);
            quote!(Members::Inline(&[#(#members),*]))
        }
        MembersRow::Of(name) => quote!(Members::Of(#name)),
    }
}

fn member(row: &MemberRow) -> TokenStream {
    let MemberRow { name, type_name, optional, facts } = row;
    let facts = self::facts(facts);
    let presence = format_ident!("{}", if *optional { "optional" } else { "required" });
    quote!(MemberInfo::#presence(#name, #type_name)#facts)
}

fn branch(row: &BranchRow) -> TokenStream {
    let BranchRow { name, type_name, releases, condition } = row;
    let releases = releases_call(releases);
    let condition = condition.as_ref().map(|condition| quote!(.condition(#condition)));
    quote!(BranchInfo::new(#name, #type_name)#releases #condition)
}

/// What is known besides the name, as calls behind the row.
fn facts(row: &FactsRow) -> TokenStream {
    let FactsRow { since, releases, features, condition } = row;
    let releases = releases_call(releases);
    let since = since.as_ref().map(|since| quote!(.since(#since)));
    let features = (!features.is_empty()).then(|| quote!(.features(&[#(#features),*])));
    let condition = condition.as_ref().map(|condition| quote!(.condition(#condition)));
    quote!(#since #releases #features #condition)
}

fn releases_call(runs: &[(String, String)]) -> Option<TokenStream> {
    let releases = releases(runs);
    (!runs.is_empty()).then(|| quote!(.releases(#releases)))
}
