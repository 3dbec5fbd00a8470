//! Which type of one schema is which of another, where the names of one say nothing: both are walked together, from commands and
//! events on, which have names.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet, VecDeque};

use crate::model::JsonType;
use crate::{Alternate, Branch, Member, Schema, Type, TypeId, TypeKind};

/// So many types may stand in the place of one, before further ones are passed over: the work has a bound, and of so many none is
/// the one.
const MOST_PER_TYPE: usize = 16;

/// From this likeness on, of [`SAME`], two types tell something of each other.
pub(super) const ALIKE: usize = 500;

/// The likeness of types that are made of the same parts.
const SAME: usize = 1000;

/// Two types that stand in the same place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair {
    pub(super) server: TypeId,
    pub(super) reference: TypeId,
    /// How many of their parts are common to both, out of [`SAME`].
    pub(super) likeness: usize,
    /// In how many places they stand.
    places: usize,
}

/// What stands in the same place in a server's schema and in one that has names.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    /// In the order in which they are reached.
    pub(super) all: Vec<Pair>,
    /// For each type of the server that could be told, which it is. No two are the same.
    pub(super) told: HashMap<TypeId, TypeId>,
}

impl Pairs {
    /// Walks both.
    pub(super) fn new(server: &Schema, reference: &Schema) -> Self {
        let mut walk = Walk { server, reference, ..Walk::default_for(server, reference) };
        walk.messages();
        while let Some((one, other)) = walk.waiting.pop_front() {
            walk.parts(one, other);
        }
        let told = tell(reference, &walk.pairs);
        Self { all: walk.pairs, told }
    }
}

/// Takes the best pairs first. Types that are made for a definition come last: nobody asks for their names.
fn tell(reference: &Schema, pairs: &[Pair]) -> HashMap<TypeId, TypeId> {
    let mut best: Vec<&Pair> = pairs.iter().filter(|pair| pair.likeness > 0).collect();
    best.sort_by_key(|pair| {
        (reference.type_of(pair.reference).implicit, Reverse(pair.likeness), Reverse(pair.places))
    });
    let mut told = HashMap::new();
    let mut taken = HashSet::new();
    for pair in best {
        if !told.contains_key(&pair.server) && taken.insert(pair.reference) {
            told.insert(pair.server, pair.reference);
        }
    }
    told
}

struct Walk<'a> {
    server: &'a Schema,
    reference: &'a Schema,
    pairs: Vec<Pair>,
    known: HashMap<(TypeId, TypeId), usize>,
    /// How many others each type is paired with.
    counts: [HashMap<TypeId, usize>; 2],
    waiting: VecDeque<(TypeId, TypeId)>,
}

impl<'a> Walk<'a> {
    fn default_for(server: &'a Schema, reference: &'a Schema) -> Self {
        Self {
            server,
            reference,
            pairs: Vec::new(),
            known: HashMap::new(),
            counts: Default::default(),
            waiting: VecDeque::new(),
        }
    }

    fn messages(&mut self) {
        let commands: HashMap<&str, _> =
            self.reference.commands().iter().map(|it| (it.entity.name.as_str(), it)).collect();
        for command in self.server.commands() {
            if let Some(same) = commands.get(command.entity.name.as_str()) {
                self.both(command.arguments, same.arguments);
                self.both(command.returns, same.returns);
            }
        }
        let events: HashMap<&str, _> =
            self.reference.events().iter().map(|it| (it.entity.name.as_str(), it)).collect();
        for event in self.server.events() {
            if let Some(same) = events.get(event.entity.name.as_str()) {
                self.both(event.data, same.data);
            }
        }
    }

    fn both(&mut self, server: Option<TypeId>, reference: Option<TypeId>) {
        if let Some((server, reference)) = server.zip(reference) {
            self.visit(server, reference);
        }
    }

    /// Two types stand in the same place.
    fn visit(&mut self, server: TypeId, reference: TypeId) {
        let (one, other) = (self.server.type_of(server), self.reference.type_of(reference));
        match (&one.kind, &other.kind) {
            (TypeKind::Array(one), TypeKind::Array(other)) => return self.visit(*one, *other),
            (TypeKind::Alternate(_), TypeKind::Alternate(_)) => {}
            // What became a choice, or was one: that which has the form stands in the same place.
            (TypeKind::Alternate(alternate), _) => {
                let same = of_form(alternate, self.reference.json_type(reference));
                return same.into_iter().for_each(|it| self.visit(it, reference));
            }
            (_, TypeKind::Alternate(alternate)) => {
                let same = of_form(alternate, self.server.json_type(server));
                return same.into_iter().for_each(|it| self.visit(server, it));
            }
            (TypeKind::Enum(_), TypeKind::Enum(_)) | (TypeKind::Object(_), TypeKind::Object(_)) => {}
            _ => return,
        }
        if let Some(&known) = self.known.get(&(server, reference)) {
            self.pairs[known].places += 1;
            return;
        }
        let [of_server, of_reference] = &mut self.counts;
        let counts = [of_server.entry(server).or_default(), of_reference.entry(reference).or_default()];
        if counts.iter().any(|count| **count == MOST_PER_TYPE) {
            return;
        }
        counts.into_iter().for_each(|count| *count += 1);
        let likeness = likeness(&parts_of(self.server, server), &parts_of(self.reference, reference));
        self.known.insert((server, reference), self.pairs.len());
        self.pairs.push(Pair { server, reference, likeness, places: 1 });
        self.waiting.push_back((server, reference));
    }

    /// Goes on with what two types are made of.
    fn parts(&mut self, server: TypeId, reference: TypeId) {
        let (one, other) = (&self.server.type_of(server).kind, &self.reference.type_of(reference).kind);
        match (one, other) {
            (TypeKind::Object(_), TypeKind::Object(_)) => {
                let members: HashMap<&str, &Member> =
                    self.reference.members(reference).into_iter().map(|it| (it.name.as_str(), it)).collect();
                for member in self.server.members(server) {
                    if let Some(same) = members.get(member.name.as_str()) {
                        self.visit(member.type_id, same.type_id);
                    }
                }
                let branches: HashMap<&str, &Branch> =
                    explicit_branches(self.reference, reference).map(|it| (it.name.as_str(), it)).collect();
                for branch in explicit_branches(self.server, server) {
                    if let Some(same) = branches.get(branch.name.as_str()) {
                        self.visit(branch.type_id, same.type_id);
                    }
                }
            }
            (TypeKind::Alternate(one), TypeKind::Alternate(other)) => {
                for alternative in &one.alternatives {
                    if let Some(same) = of_form(other, Some(alternative.json_type)) {
                        self.visit(alternative.type_id, same);
                    }
                }
            }
            _ => {}
        }
    }
}

/// The branches that an object type has, without those that are filled in.
pub(super) fn explicit_branches(schema: &Schema, id: TypeId) -> impl Iterator<Item = &Branch> {
    schema.object(id).and_then(|it| it.variants.as_deref()).into_iter().flat_map(|it| &it.branches)
}

/// The alternative that values of a JSON type select.
pub(super) fn of_form(alternate: &Alternate, form: Option<JsonType>) -> Option<TypeId> {
    let form = form?;
    alternate.alternatives.iter().find(|it| it.json_type == form).map(|it| it.type_id)
}

/// The names of what a type is made of.
fn parts_of(schema: &Schema, id: TypeId) -> HashSet<(u8, &str)> {
    let Type { kind, .. } = schema.type_of(id);
    match kind {
        TypeKind::Enum(values) => values.values.iter().map(|value| (0, value.name.as_str())).collect(),
        TypeKind::Object(_) => {
            let members = schema.members(id).into_iter().map(|member| (1, member.name.as_str()));
            members.chain(explicit_branches(schema, id).map(|branch| (2, branch.name.as_str()))).collect()
        }
        // Of the few forms that there are, one in common tells enough.
        _ => HashSet::new(),
    }
}

fn likeness(one: &HashSet<(u8, &str)>, other: &HashSet<(u8, &str)>) -> usize {
    match one.len() + other.len() {
        0 => SAME,
        all => 2 * one.intersection(other).count() * SAME / all,
    }
}
