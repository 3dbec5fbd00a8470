//! Pass 5: names that are the same in C (`docs/devel/qapi-code-gen.rst`, section *Naming rules and reserved names*).
//!
//! QEMU generates C, where `a-b` and `a_b` are one name, and where what stands in one JSON object is one struct: a type's own
//! members, those that it inherits and those of its branches.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use qapi_parser::source::Span;

use super::findings::{Findings, Step, mistake};
use crate::model::{EntityId, Feature, Member, Object, Schema, TypeId, TypeKind};

/// What a byte of a name becomes in C. Names are ASCII.
fn c_byte(byte: u8) -> u8 {
    if byte.is_ascii_alphanumeric() { byte } else { b'_' }
}

/// What a name becomes in C.
fn c_name(name: &str) -> Cow<'_, str> {
    let is_other = |character: char| !character.is_ascii_alphanumeric() && character != '_';
    if name.contains(is_other) { name.replace(is_other, "_").into() } else { name.into() }
}

/// Reports names of one scope that are the same in C.
pub(super) fn check(schema: &Schema, findings: &mut Findings) {
    let mut clashes = Clashes { schema, own: HashMap::new(), absent: HashSet::new(), findings };
    for &id in &schema.order {
        clashes.features((id, Step::Features), &schema.entity(id).features);
        if let EntityId::Type(type_id) = id {
            clashes.type_(type_id);
        }
        if clashes.findings.is_enough() {
            return;
        }
    }
    clashes.branches();
}

/// The own members of a type by their names in C.
type Names<'a> = HashMap<Cow<'a, str>, &'a Member>;

struct Clashes<'a, 'f> {
    schema: &'a Schema,
    /// Kept for types that are part of others.
    own: HashMap<TypeId, Names<'a>>,
    /// Types, and names in C that neither they nor their branches have.
    absent: HashSet<(TypeId, Cow<'a, str>)>,
    findings: &'f mut Findings,
}

impl<'a> Clashes<'a, '_> {
    fn features(&mut self, place: (EntityId, Step), features: &'a [Feature]) {
        let names = features.iter().map(|feature| (&*feature.name, Some(feature.span)));
        self.distinct(place, "feature", names);
    }

    fn type_(&mut self, id: TypeId) {
        let place = (EntityId::Type(id), Step::Members);
        match &self.schema.type_of(id).kind {
            TypeKind::Enum(values) => {
                self.distinct(place, "value", values.values.iter().map(|value| (&*value.name, value.span)));
            }
            TypeKind::Alternate(alternate) => {
                let names = alternate.alternatives.iter().map(|it| (&*it.name, Some(it.span)));
                self.distinct(place, "alternative", names);
            }
            TypeKind::Object(object) => self.members(id, object),
            TypeKind::Builtin(_) | TypeKind::Array(_) => {}
        }
    }

    /// Reports the second of two that are the same.
    fn distinct(
        &mut self,
        (id, step): (EntityId, Step),
        role: &str,
        named: impl Iterator<Item = (&'a str, Option<Span>)>,
    ) {
        let named: Vec<_> = named.collect();
        for (first, second) in same_in_c(&named) {
            let ((first, first_span), (name, span)) = (named[first], named[second]);
            let message = if name == first {
                format!("{role} '{name}' is given twice")
            } else {
                format!("{role} '{name}' is the same in C as '{first}'")
            };
            let diagnostic = mistake(self.schema, id, "name-clash", span, message);
            if let (Some(diagnostic), Some(first_span)) = (diagnostic, first_span) {
                self.findings.add(id, step, diagnostic.with_note(first_span, "the first one"));
            }
        }
    }

    /// An object's own members, among each other and with those inherited.
    fn members(&mut self, id: TypeId, object: &'a Object) {
        let place = (EntityId::Type(id), Step::Members);
        let members = &object.local_members;
        self.distinct(place, "member", members.iter().map(|it| (&*it.name, Some(it.span))));
        for member in members {
            self.features(place, &member.features);
        }
        for ancestor in self.schema.lineage(id).skip(1) {
            let inherited = own_names(&mut self.own, self.schema, ancestor);
            let clash =
                members.iter().find_map(|member| Some((member, *inherited.get(&c_name(&member.name))?)));
            if let Some((member, other)) = clash {
                self.clash(place, member, other, member.span);
            }
        }
    }

    fn clash(&mut self, (id, step): (EntityId, Step), member: &Member, other: &Member, span: Span) {
        let owner = self.schema.described(other.defined_in);
        let message = if member.name == other.name {
            format!("member '{}' is also a member of {owner}", member.name)
        } else {
            format!("member '{}' is the same in C as '{}' of {owner}", member.name, other.name)
        };
        if let Some(diagnostic) = mistake(self.schema, id, "name-clash", Some(span), message) {
            self.findings.add(id, step, diagnostic.with_note(other.span, "the other one"));
        }
    }

    /// The members of unions with those of their branches.
    fn branches(&mut self) {
        let unions = self.schema.types().filter_map(|(id, _)| {
            let variants = self.schema.object(id)?.variants.as_ref()?;
            Some((id, variants))
        });
        let unions: Vec<_> = unions.collect();
        let starts = unions.iter().flat_map(|(_, variants)| variants.branches.iter().map(|it| it.type_id));
        // Most members of unions have a name that no branch of any union has.
        let reachable = reachable(self.schema, starts);
        let anywhere: HashSet<Cow<'a, str>> = reachable
            .into_iter()
            .filter_map(|id| self.schema.object(id))
            .flat_map(|object| object.local_members.iter().map(|member| c_name(&member.name)))
            .collect();
        let mut suspicious = HashMap::new();
        for (id, variants) in unions {
            let members: Vec<_> = self
                .schema
                .lineage(id)
                // Many unions may share a base: its members are looked up once.
                .flat_map(|id| {
                    suspicious.entry(id).or_insert_with(|| self.members_among(id, &anywhere)).clone()
                })
                .collect();
            for branch in &variants.branches {
                if self.findings.is_enough() {
                    return;
                }
                self.branch(id, &members, branch.type_id, branch.span);
            }
        }
    }

    /// The own members of a type whose names in C are among others.
    fn members_among(&self, id: TypeId, names: &HashSet<Cow<'a, str>>) -> Vec<(Cow<'a, str>, &'a Member)> {
        let members = self.schema.object(id).map_or(&[][..], |object| &object.local_members);
        let members = members.iter().map(|member| (c_name(&member.name), member));
        members.filter(|(name, _)| names.contains(name)).collect()
    }

    fn branch(&mut self, union: TypeId, members: &[(Cow<'a, str>, &'a Member)], type_id: TypeId, span: Span) {
        let unknown =
            |(name, _): &&(Cow<'a, str>, &'a Member)| !self.absent.contains(&(type_id, name.clone()));
        let members: Vec<_> = members.iter().filter(unknown).collect();
        if members.is_empty() {
            return;
        }
        for part in reachable(self.schema, std::iter::once(type_id)) {
            let names = own_names(&mut self.own, self.schema, part);
            let found = members.iter().find_map(|(name, member)| Some((*member, *names.get(name)?)));
            if let Some((member, other)) = found {
                return self.clash((EntityId::Type(union), Step::Rest), member, other, span);
            }
        }
        self.absent.extend(members.into_iter().map(|(name, _)| (type_id, name.clone())));
    }
}

/// The pairs of neighbours that are the same in C, in the order of the second. There may be millions of names, so they are
/// put in order instead of in a map.
fn same_in_c<T>(named: &[(&str, T)]) -> Vec<(usize, usize)> {
    let in_c = |index: usize| named[index].0.bytes().map(c_byte);
    let mut order: Vec<usize> = (0..named.len()).collect();
    order.sort_unstable_by(|&a, &b| in_c(a).cmp(in_c(b)).then(a.cmp(&b)));
    let neighbours = order.windows(2).filter(|pair| in_c(pair[0]).eq(in_c(pair[1])));
    let mut same: Vec<_> = neighbours.map(|pair| (pair[0], pair[1])).collect();
    same.sort_unstable_by_key(|&(_, second)| second);
    same
}

/// The types whose members may stand in one object with those of a type: itself, what it inherits from, and its branches.
fn reachable(schema: &Schema, from: impl Iterator<Item = TypeId>) -> HashSet<TypeId> {
    let mut found = HashSet::new();
    let mut open: Vec<TypeId> = from.collect();
    while let Some(id) = open.pop() {
        if found.insert(id)
            && let Some(object) = schema.object(id)
        {
            open.extend(object.base);
            open.extend(object.variants.iter().flat_map(|it| &it.branches).map(|branch| branch.type_id));
        }
    }
    found
}

fn own_names<'m, 'a>(
    own: &'m mut HashMap<TypeId, Names<'a>>,
    schema: &'a Schema,
    id: TypeId,
) -> &'m Names<'a> {
    own.entry(id).or_insert_with(|| {
        let members = schema.object(id).map_or(&[][..], |object| &object.local_members);
        members.iter().map(|member| (c_name(&member.name), member)).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::c_name;

    #[test]
    fn what_c_does_not_allow_becomes_an_underscore() {
        assert_eq!(c_name("a-b"), "a_b");
        assert_eq!(c_name("__com.example_x-y"), "__com_example_x_y");
        assert_eq!(c_name("plain"), "plain");
    }
}
