//! Types of different names: whether their JSON differs all the same.

use std::collections::HashSet;

use super::Context;
use super::change::{EntityKind, EntityPath, told};
use super::finding::Finding;
use super::parts::parts;
use super::wire::{Effect, MORE_FORMS, NARROWER, OTHER_FORM, SHIFTED, WIDER};
use crate::{Alternate, Builtin, EntityId, JsonType, Schema, TypeId, TypeKind};

/// Whether two types are the same by name. What changed in the definition of that name is told there.
pub(super) fn is_same(cx: &Context<'_>, old: TypeId, new: TypeId) -> bool {
    let (old, new) = (cx.old.type_of(old), cx.new.type_of(new));
    match (&old.kind, &new.kind) {
        (TypeKind::Array(old), TypeKind::Array(new)) => is_same(cx, *old, *new),
        (TypeKind::Array(_), _) | (_, TypeKind::Array(_)) => false,
        // Members given on the spot are told where they are given: their name says nothing.
        (TypeKind::Object(_), TypeKind::Object(_)) if old.implicit || new.implicit => false,
        _ => old.entity.name == new.entity.name,
    }
}

/// One type in the place of another.
#[derive(Debug, Default)]
pub(super) struct Exchange {
    /// What it means on the wire. Nothing if the JSON is the same.
    pub(super) effect: Effect,
    /// How what the types are made of differs, in words.
    pub(super) inside: Vec<String>,
}

/// So many pairs of types are compared to tell what it means that one stands where the other did. Of QEMU's, it takes a dozen.
const MOST_PAIRS: usize = 1000;

/// What it means on the wire that one type stands where the other did. What is too large to tell is taken for the worst.
pub(super) fn exchange(cx: &Context<'_>, old: TypeId, new: TypeId) -> Exchange {
    let mut seen = HashSet::from([(old, new)]);
    let mut waiting = vec![(old, new)];
    let mut exchange = Exchange::default();
    while let Some((old, new)) = waiting.pop() {
        if seen.len() > MOST_PAIRS {
            exchange.effect = exchange.effect.and(OTHER_FORM);
            exchange.inside.truncate(MOST_PAIRS);
            break;
        }
        let mut visit = |old, new| {
            if !is_same(cx, old, new) && seen.insert((old, new)) {
                waiting.push((old, new));
            }
        };
        let effect = of_pair(cx, old, new, &mut exchange.inside, &mut visit);
        exchange.effect = exchange.effect.and(effect);
    }
    exchange.effect = exchange.effect.of_type_change();
    exchange
}

/// What the difference of two types means without what they are made of, which is visited.
fn of_pair(
    cx: &Context<'_>,
    old: TypeId,
    new: TypeId,
    inside: &mut Vec<String>,
    visit: &mut impl FnMut(TypeId, TypeId),
) -> Effect {
    match (&cx.old.type_of(old).kind, &cx.new.type_of(new).kind) {
        (TypeKind::Array(old), TypeKind::Array(new)) => {
            visit(*old, *new);
            Effect::default()
        }
        (TypeKind::Builtin(old), TypeKind::Builtin(new)) => builtins(*old, *new),
        (_, TypeKind::Builtin(Builtin::Any)) => MORE_FORMS,
        (TypeKind::Builtin(Builtin::Any), _) => NARROWER,
        (TypeKind::Enum(_), TypeKind::Builtin(Builtin::Str)) => WIDER,
        (TypeKind::Builtin(Builtin::Str), TypeKind::Enum(_)) => NARROWER,
        (TypeKind::Enum(_), TypeKind::Enum(_))
        | (TypeKind::Object(_), TypeKind::Object(_))
        | (TypeKind::Alternate(_), TypeKind::Alternate(_)) => {
            let findings = parts(cx, old, new, &mut |old, new| {
                visit(old, new);
                Exchange::default()
            });
            // Parts of other types are visited: told are those that come, go or change in themselves.
            let own = findings.into_iter().filter(|finding| finding.effect != Effect::default());
            own.fold(Effect::default(), |effect, finding| {
                inside.push(in_words(cx, new, &finding));
                effect.and(finding.effect)
            })
        }
        (_, TypeKind::Alternate(alternate)) => match of_form(alternate, cx.old.json_type(old)) {
            Some(new) => {
                visit(old, new);
                MORE_FORMS
            }
            None => OTHER_FORM,
        },
        (TypeKind::Alternate(alternate), _) => match of_form(alternate, cx.new.json_type(new)) {
            Some(old) => {
                visit(old, new);
                NARROWER
            }
            None => OTHER_FORM,
        },
        _ => OTHER_FORM,
    }
}

/// A difference of two types, told of the new one.
fn in_words(cx: &Context<'_>, id: TypeId, finding: &Finding) -> String {
    let path = EntityPath {
        kind: EntityKind::Type,
        name: cx.new.type_of(id).entity.name.clone(),
        part: finding.part.clone(),
        feature: finding.feature.clone(),
    };
    let subject = path.described(cx.new.keyword(EntityId::Type(id)));
    told(&subject, finding.code, finding.old.as_deref(), finding.new.as_deref())
}

/// The alternative that values of a JSON type select.
fn of_form(alternate: &Alternate, form: Option<JsonType>) -> Option<TypeId> {
    let form = form?;
    alternate.alternatives.iter().find(|it| it.json_type == form).map(|it| it.type_id)
}

fn builtins(old: Builtin, new: Builtin) -> Effect {
    match (range(old), range(new)) {
        (Some(before), Some(after)) => {
            let wider = after.0 <= before.0 && after.1 >= before.1;
            let narrower = before.0 <= after.0 && before.1 >= after.1;
            match (wider, narrower) {
                (true, true) => Effect::default(),
                (true, false) => WIDER,
                (false, true) => NARROWER,
                (false, false) => SHIFTED,
            }
        }
        _ if old == new => Effect::default(),
        _ if new == Builtin::Any => MORE_FORMS,
        _ if old == Builtin::Any => NARROWER,
        // A number with a fraction is no integer, an integer is a number.
        (Some(_), None) if new == Builtin::Number => MORE_FORMS,
        (None, Some(_)) if old == Builtin::Number => NARROWER,
        _ => OTHER_FORM,
    }
}

/// The least and the greatest value of an integer type.
fn range(builtin: Builtin) -> Option<(i64, u64)> {
    Some(match builtin {
        Builtin::Int | Builtin::Int64 => (i64::MIN, i64::MAX as u64),
        Builtin::Int8 => (i8::MIN.into(), i8::MAX as u64),
        Builtin::Int16 => (i16::MIN.into(), i16::MAX as u64),
        Builtin::Int32 => (i32::MIN.into(), i32::MAX as u64),
        Builtin::Uint8 => (0, u8::MAX.into()),
        Builtin::Uint16 => (0, u16::MAX.into()),
        Builtin::Uint32 => (0, u32::MAX.into()),
        Builtin::Uint64 | Builtin::Size => (0, u64::MAX),
        Builtin::Str | Builtin::Number | Builtin::Bool | Builtin::Any | Builtin::Null => return None,
    })
}

/// A type as the schema writes it.
pub(super) fn written(schema: &Schema, id: TypeId) -> String {
    let type_ = schema.type_of(id);
    match &type_.kind {
        TypeKind::Array(element) => format!("[{}]", written(schema, *element)),
        TypeKind::Object(_) if type_.implicit && schema.is_empty_object(id) => "nothing".to_owned(),
        TypeKind::Object(_) if type_.implicit => "members of its own".to_owned(),
        _ => type_.entity.name.to_string(),
    }
}
