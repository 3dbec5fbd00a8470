//! Whether a path is in the bindings: a walk over their tables of names, which the compiler can do.

use qmp_types::metadata::{BranchInfo, Facts, MemberInfo, Members, Schema, TypeInfo, TypeKind, ValueInfo};

use super::query::{JsonKind, Query, Step, Steps};

/// How a walk ends.
#[derive(Clone, Copy)]
pub(super) enum End {
    Found,
    /// The furthest place at which it does not go on.
    Missing(usize),
}

impl End {
    const fn unless(is_there: bool, at: usize) -> Self {
        if is_there { Self::Found } else { Self::Missing(at) }
    }

    /// The better one of two.
    const fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Missing(first), Self::Missing(second)) => {
                Self::Missing(if first > second { first } else { second })
            }
            _ => Self::Found,
        }
    }
}

/// Follows a path.
pub(super) const fn follow(bindings: &Schema, query: Query<'_>) -> End {
    let mut steps = query.steps();
    let (facts, members, returns) = match definition(bindings, query.name()) {
        Some(found) => found,
        None => return End::Missing(0),
    };
    let at = steps.offset();
    match steps.step() {
        Ok(None) => End::Found,
        Ok(Some(Step::Arguments)) => walk(bindings, At::Members(members), steps),
        Ok(Some(Step::Returns)) => match returns {
            Returns::Type(name) => walk(bindings, At::type_named(bindings, name), steps),
            Returns::Nothing => walk(bindings, At::Members(Members::Inline(&[])), steps),
            Returns::Never => End::Missing(at),
        },
        Ok(Some(Step::Feature(name))) => End::unless(has_feature(facts, name), at),
        Ok(Some(_)) | Err(_) => End::Missing(at),
    }
}

/// What a command returns; an event never does.
enum Returns {
    Type(&'static str),
    Nothing,
    Never,
}

const fn definition(bindings: &Schema, name: &str) -> Option<(Facts, Members, Returns)> {
    let mut index = 0;
    while index < bindings.commands.len() {
        let command = &bindings.commands[index];
        if is_same(command.name, name) {
            let returns = match command.returns {
                Some(name) => Returns::Type(name),
                None => Returns::Nothing,
            };
            return Some((command.facts, command.arguments, returns));
        }
        index += 1;
    }
    let mut index = 0;
    while index < bindings.events.len() {
        let event = &bindings.events[index];
        if is_same(event.name, name) {
            return Some((event.facts, event.data, Returns::Never));
        }
        index += 1;
    }
    None
}

/// Where a walk is.
#[derive(Clone, Copy)]
enum At {
    /// At arguments or data.
    Members(Members),
    /// At a type that has a name.
    Type(&'static TypeInfo),
    /// At a builtin type.
    Builtin(&'static str),
}

impl At {
    /// The type of a name, or of the elements of an array.
    const fn type_named(bindings: &Schema, name: &'static str) -> Self {
        let name = match name.as_bytes() {
            [b'[', .., b']'] => name.split_at(name.len() - 1).0.split_at(1).1,
            _ => name,
        };
        match type_of(bindings, name) {
            Some(info) => Self::Type(info),
            None => Self::Builtin(name),
        }
    }

    /// The members, and those branches that have some.
    const fn object(
        self,
        bindings: &Schema,
    ) -> Option<(&'static [MemberInfo], Option<&'static str>, &'static [BranchInfo])> {
        match self {
            Self::Members(Members::Inline(members)) => Some((members, None, &[])),
            Self::Members(Members::Of(name)) => match type_of(bindings, name) {
                Some(info) => Self::Type(info).object(bindings),
                None => None,
            },
            Self::Type(TypeInfo { kind: TypeKind::Object { members, tag, branches }, .. }) => {
                Some((members, *tag, branches))
            }
            Self::Type(_) | Self::Builtin(_) => None,
        }
    }

    const fn facts(self, bindings: &Schema) -> Option<Facts> {
        match self {
            Self::Members(Members::Of(name)) => match type_of(bindings, name) {
                Some(info) => Some(info.facts),
                None => None,
            },
            Self::Type(info) => Some(info.facts),
            Self::Members(Members::Inline(_)) | Self::Builtin(_) => None,
        }
    }
}

/// Follows the rest of a path. It is recursive for alternates alone, whose types are no alternates.
const fn walk(bindings: &Schema, mut at: At, mut steps: Steps<'_>) -> End {
    let mut facts = None;
    loop {
        if let At::Type(TypeInfo { kind: TypeKind::Alternate(types), .. }) = at
            && steps.rest.is_some()
        {
            return any(bindings, types, facts, &steps);
        }
        let offset = steps.offset();
        let step = match steps.step() {
            Ok(None) => return End::Found,
            Ok(Some(step)) => step,
            Err(_) => return End::Missing(offset),
        };
        let next = match step {
            Step::Member(name) | Step::OptionalMember(name) => match member(bindings, at, name) {
                Some(member) => {
                    facts = Some(member.facts);
                    At::type_named(bindings, member.type_name)
                }
                None => return End::Missing(offset),
            },
            Step::Branch(case) => match branch(bindings, at, case) {
                Some(branch) => branch,
                None => return End::Missing(offset),
            },
            Step::Value(name) => return end_at_value(at, name, steps, offset),
            Step::Json(kind) => return End::unless(is_json(at, kind), offset),
            Step::Feature(name) => return end_at_feature(at.facts(bindings), name, offset),
            Step::MemberFeature(name) => return end_at_feature(facts, name, offset),
            Step::Arguments | Step::Returns => return End::Missing(offset),
        };
        at = next;
    }
}

/// The best that comes of the rest of a path in one of an alternate's types. `facts` is what is known of the member that is one.
const fn any(bindings: &Schema, types: &[BranchInfo], facts: Option<Facts>, steps: &Steps<'_>) -> End {
    let offset = steps.offset();
    if let Ok(Some(Step::MemberFeature(name))) = steps.copied().step() {
        return end_at_feature(facts, name, offset);
    }
    if let Ok(Some(Step::Feature(name))) = steps.copied().step()
        && is_special(name)
    {
        return End::Found;
    }
    let mut best = End::Missing(offset);
    let mut index = 0;
    while index < types.len() {
        best = best.or(walk(bindings, At::type_named(bindings, types[index].type_name), steps.copied()));
        index += 1;
    }
    best
}

const fn member(bindings: &Schema, at: At, name: &str) -> Option<&'static MemberInfo> {
    let Some((members, ..)) = at.object(bindings) else { return None };
    let mut index = 0;
    while index < members.len() {
        if is_same(members[index].name, name) {
            return Some(&members[index]);
        }
        index += 1;
    }
    None
}

/// The branch of a union. One without members is a value of the tag and nothing else.
const fn branch(bindings: &Schema, at: At, case: &str) -> Option<At> {
    let Some((_, Some(tag), branches)) = at.object(bindings) else { return None };
    let mut index = 0;
    while index < branches.len() {
        if is_same(branches[index].name, case) {
            return Some(At::type_named(bindings, branches[index].type_name));
        }
        index += 1;
    }
    let Some(tag) = member(bindings, at, tag) else { return None };
    match value(At::type_named(bindings, tag.type_name), case) {
        Some(_) => Some(At::Members(Members::Inline(&[]))),
        None => None,
    }
}

const fn value(at: At, name: &str) -> Option<&'static ValueInfo> {
    let At::Type(TypeInfo { kind: TypeKind::Enum(values), .. }) = at else { return None };
    let mut index = 0;
    while index < values.len() {
        if is_same(values[index].name, name) {
            return Some(&values[index]);
        }
        index += 1;
    }
    None
}

const fn end_at_value(at: At, name: &str, mut steps: Steps<'_>, offset: usize) -> End {
    let Some(value) = value(at, name) else { return End::Missing(offset) };
    let offset = steps.offset();
    match steps.step() {
        Ok(Some(Step::Feature(name))) => end_at_feature(Some(value.facts), name, offset),
        Ok(Some(_)) | Err(_) => End::Missing(offset),
        Ok(None) => End::Found,
    }
}

const fn end_at_feature(facts: Option<Facts>, name: &str, offset: usize) -> End {
    match facts {
        Some(facts) => End::unless(has_feature(facts, name), offset),
        None => End::unless(is_special(name), offset),
    }
}

const fn has_feature(facts: Facts, name: &str) -> bool {
    let mut index = 0;
    while index < facts.features.len() {
        if is_same(facts.features[index], name) {
            return true;
        }
        index += 1;
    }
    is_special(name)
}

/// What any part of any server's schema may be declared to be (QEMU's `docs/devel/qapi-code-gen.rst`, *Special features*).
const fn is_special(feature: &str) -> bool {
    matches!(feature.as_bytes(), b"deprecated" | b"unstable")
}

/// Whether a builtin type of the schema language is of a JSON type in introspection.
const fn is_json(at: At, kind: JsonKind) -> bool {
    let At::Builtin(name) = at else { return false };
    let json: &[u8] = match name.as_bytes() {
        b"str" => b"string",
        b"number" => b"number",
        b"bool" => b"boolean",
        b"null" => b"null",
        b"any" => b"value",
        _ => b"int",
    };
    is_same_bytes(json, kind.name().as_bytes())
}

const fn type_of(bindings: &Schema, name: &str) -> Option<&'static TypeInfo> {
    let mut index = 0;
    while index < bindings.types.len() {
        if is_same(bindings.types[index].name, name) {
            return Some(&bindings.types[index]);
        }
        index += 1;
    }
    None
}

const fn is_same(a: &str, b: &str) -> bool {
    is_same_bytes(a.as_bytes(), b.as_bytes())
}

const fn is_same_bytes(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut index = 0;
    while index < a.len() {
        if a[index] != b[index] {
            return false;
        }
        index += 1;
    }
    true
}
