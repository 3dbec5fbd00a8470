//! Giving a server's types the names that the schema has for them, and their members the places where that defines them.

use std::collections::{HashMap, HashSet};

use smol_str::{SmolStr, format_smolstr};

use super::pairs::{Pairs, explicit_branches};
use super::routes::Routes;
use crate::model::Object;
use crate::{Feature, Member, Schema, Type, TypeId, TypeKind};

/// The server's schema with the names of the reference, of which nothing is conditional.
pub(super) fn unmask(server: &Schema, reference: &Schema, pairs: &Pairs) -> Schema {
    let mut result = server.clone();
    drop_nothing(&mut result, reference, pairs);
    name(&mut result, reference, pairs);
    inherit(&mut result, reference, pairs);
    result.reindex();
    result
}

/// Where a command takes or returns nothing, and a branch adds nothing, the server says that it is an object without members.
fn drop_nothing(result: &mut Schema, reference: &Schema, pairs: &Pairs) {
    let is_empty: Vec<bool> = result.types().map(|(id, _)| is_bare(result, id)).collect();
    let nothing: HashSet<TypeId> = {
        let arguments = result.commands.iter().flat_map(|it| it.arguments);
        let data = result.events.iter().flat_map(|it| it.data);
        arguments.chain(data).filter(|id| is_empty[id.index()]).collect()
    };
    for command in &mut result.commands {
        command.arguments = command.arguments.filter(|id| !is_empty[id.index()]);
        command.returns = command.returns.filter(|id| !nothing.contains(id));
    }
    for event in &mut result.events {
        event.data = event.data.filter(|id| !is_empty[id.index()]);
    }
    let ids: Vec<TypeId> = result.types().map(|(id, _)| id).collect();
    for id in ids {
        let given: HashSet<SmolStr> = pairs
            .told
            .get(&id)
            .into_iter()
            .flat_map(|&id| explicit_branches(reference, id))
            .map(|branch| branch.name.clone())
            .collect();
        if let TypeKind::Object(Object { variants: Some(variants), .. }) = &mut result.types[id.index()].kind
        {
            variants
                .branches
                .retain(|branch| !nothing.contains(&branch.type_id) || given.contains(&branch.name));
        }
    }
}

fn is_bare(schema: &Schema, id: TypeId) -> bool {
    let type_ = schema.type_of(id);
    matches!(type_.kind, TypeKind::Object(_))
        && schema.is_empty_object(id)
        && type_.entity.features.is_empty()
}

fn name(result: &mut Schema, reference: &Schema, pairs: &Pairs) {
    let routes = Routes::new(result);
    let mut taken = HashMap::new();
    let ids: Vec<TypeId> = result.types().map(|(id, _)| id).collect();
    for &id in ids.iter().skip(1) {
        if let TypeKind::Builtin(_) | TypeKind::Array(_) = result.type_of(id).kind {
            continue;
        }
        let told = pairs.told.get(&id).map(|&id| reference.type_of(id));
        let (name, implicit) = match told {
            Some(told) => (told.entity.name.clone(), told.implicit),
            None => (free(&routes.name(id), &mut taken), false),
        };
        let type_ = &mut result.types[id.index()];
        type_.entity.name = name;
        type_.implicit = implicit;
        if let (TypeKind::Alternate(alternate), Some(TypeKind::Alternate(told))) =
            (&mut type_.kind, told.map(|told| &told.kind))
        {
            for alternative in &mut alternate.alternatives {
                let same = told.alternatives.iter().find(|it| it.json_type == alternative.json_type);
                alternative.name = same.map_or_else(|| alternative.name.clone(), |it| it.name.clone());
            }
        }
    }
    for &id in &ids {
        if let TypeKind::Array(mut element) = result.type_of(id).kind {
            // The reader saw to it that there is an end.
            let mut name = String::from("List");
            while let TypeKind::Array(next) = result.type_of(element).kind {
                name.push_str("List");
                element = next;
            }
            result.types[id.index()].entity.name =
                format_smolstr!("{}{name}", result.type_of(element).entity.name);
        }
    }
}

/// A name that no other type has: those that are too far away to be named apart are numbered.
fn free(name: &str, taken: &mut HashMap<String, usize>) -> SmolStr {
    let count = taken.entry(name.to_owned()).or_default();
    *count += 1;
    if *count == 1 { name.into() } else { format_smolstr!("{name}#{count}") }
}

/// Introspection gives the members of each object, wherever they are inherited from. To find out of changes to a base, the base is
/// put together again: from what all heirs have.
fn inherit(result: &mut Schema, reference: &Schema, pairs: &Pairs) {
    let mut heirs: HashMap<TypeId, Vec<(TypeId, TypeId)>> = HashMap::new();
    let mut told: Vec<(TypeId, TypeId)> =
        pairs.told.iter().map(|(&server, &named)| (server, named)).collect();
    told.sort();
    for &(server, named) in &told {
        for base in named_bases(reference, named) {
            heirs.entry(base).or_default().push((server, named));
        }
    }
    let known: HashMap<TypeId, TypeId> = told.iter().map(|&(server, named)| (named, server)).collect();
    let mut bases =
        Bases { result, reference, heirs, built: known.into_iter().map(|(n, s)| (n, Some(s))).collect() };
    // The flat members of all, before any of them is split.
    let flat: HashMap<TypeId, Vec<Member>> = told
        .iter()
        .filter_map(|&(server, _)| Some((server, bases.result.object(server)?.local_members.clone())))
        .collect();
    for &(server, named) in &told {
        if reference.object(named).is_some() {
            bases.attach(server, named, &flat);
        }
    }
}

/// The types that a type inherits from, nearest first, but for members given on the spot, which have no name.
fn named_bases(schema: &Schema, id: TypeId) -> impl Iterator<Item = TypeId> {
    schema.lineage(id).skip(1).filter(|&id| !schema.type_of(id).implicit)
}

struct Bases<'a> {
    result: &'a mut Schema,
    reference: &'a Schema,
    /// For each type of the reference: the server's types that inherit from it, and which they are.
    heirs: HashMap<TypeId, Vec<(TypeId, TypeId)>>,
    /// For each type of the reference: what stands for it in the result.
    built: HashMap<TypeId, Option<TypeId>>,
}

impl Bases<'_> {
    /// Makes a type inherit what its base has, if it has all of that.
    fn attach(&mut self, server: TypeId, named: TypeId, flat: &HashMap<TypeId, Vec<Member>>) {
        let reference = self.reference;
        let lineage: Vec<TypeId> = named_bases(reference, named).collect();
        // Bases of bases first.
        for &base in lineage.iter().rev() {
            self.build(base, flat);
        }
        let Some(members) = flat.get(&server) else { return };
        let base = lineage.iter().find_map(|base| {
            let base = self.built.get(base).copied().flatten()?;
            let inherited = self.members(base, flat);
            inherited.iter().all(|it| members.iter().any(|own| is_same(it, own))).then_some((base, inherited))
        });
        let Some((base, inherited)) = base else { return };
        let inherited: HashSet<&str> = inherited.iter().map(|it| it.name.as_str()).collect();
        if let TypeKind::Object(object) = &mut self.result.types[server.index()].kind {
            object.base = Some(base);
            object.local_members.retain(|own| !inherited.contains(own.name.as_str()));
        }
    }

    fn members(&self, id: TypeId, flat: &HashMap<TypeId, Vec<Member>>) -> Vec<Member> {
        match flat.get(&id) {
            Some(members) => members.clone(),
            None => self.result.members(id).into_iter().cloned().collect(),
        }
    }

    /// Puts a base together that the server does not tell of itself.
    fn build(&mut self, named: TypeId, flat: &HashMap<TypeId, Vec<Member>>) {
        if self.built.contains_key(&named) {
            return;
        }
        let heirs = self.heirs.get(&named).map(Vec::as_slice).unwrap_or_default();
        let mut common: Vec<Member> =
            heirs.first().and_then(|(heir, _)| flat.get(heir)).cloned().unwrap_or_default();
        for (heir, _) in heirs.iter().skip(1) {
            let others = flat.get(heir).map(Vec::as_slice).unwrap_or_default();
            let by_name: HashMap<&str, &Member> = others.iter().map(|it| (it.name.as_str(), it)).collect();
            common.retain(|it| by_name.get(it.name.as_str()).is_some_and(|other| is_same(it, other)));
        }
        let own: HashSet<&str> =
            self.reference.members(named).into_iter().map(|it| it.name.as_str()).collect();
        let above =
            named_bases(self.reference, named).find_map(|base| self.built.get(&base).copied().flatten());
        let inherited: HashSet<SmolStr> = above
            .map(|id| self.members(id, flat))
            .unwrap_or_default()
            .into_iter()
            .map(|it| it.name)
            .collect();
        let is_shared = heirs.len() > 1;
        // What all of several heirs have that none of them has in the reference was inherited too.
        let elsewhere: HashSet<&str> = heirs
            .iter()
            .flat_map(|&(_, heir)| self.reference.members(heir))
            .map(|it| it.name.as_str())
            .collect();
        common.retain(|it| {
            let name = it.name.as_str();
            own.contains(name) || inherited.contains(name) || is_shared && !elsewhere.contains(name)
        });
        let base = above.filter(|_| inherited.iter().all(|name| common.iter().any(|it| it.name == *name)));
        if base.is_some() {
            common.retain(|it| !inherited.contains(&it.name));
        }
        let id = TypeId(u32::try_from(self.result.types.len()).unwrap_or(u32::MAX));
        let type_ = self.reference.type_of(named);
        self.result.types.push(Type {
            kind: TypeKind::Object(Object { base, local_members: common, variants: None }),
            ..type_.clone()
        });
        self.built.insert(named, Some(id));
    }
}

fn is_same(one: &Member, other: &Member) -> bool {
    let words = |features: &[Feature]| features.iter().map(|it| it.name.clone()).collect::<HashSet<_>>();
    one.name == other.name
        && one.type_id == other.type_id
        && one.optional == other.optional
        && words(&one.features) == words(&other.features)
}
