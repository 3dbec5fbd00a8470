//! Commands and events.

use super::Context;
use super::api::{self, Container};
use super::change::Part;
use super::code::Code;
use super::facts;
use super::finding::Finding;
use super::members::{Objects, members};
use super::shape::{self, is_same, written};
use crate::{Command, CommandFlags, Entity, Event, Schema, TypeId};

/// How two commands of one name differ.
pub(super) fn commands(cx: &Context<'_>, old: &Command, new: &Command) -> Vec<Finding> {
    let mut findings = facts::compare(None, (&old.entity).into(), (&new.entity).into());
    findings.extend(moved(cx, &old.entity, &new.entity));
    findings.extend(flags(old.flags, new.flags).into_iter().map(|code| Finding::new(code, None)));
    findings.extend(data(cx, Kind::Command, (&old.entity, old.arguments), (&new.entity, new.arguments)));
    findings.extend(returns(cx, old.returns, new.returns));
    findings
}

/// That a command is in another module. A schema in a single file has no modules to speak of, only a name.
fn moved(cx: &Context<'_>, old: &Entity, new: &Entity) -> Option<Finding> {
    let is_single = |schema: &Schema| schema.modules().len() <= 2;
    let module = |schema: &Schema, entity: &Entity| schema.module_of(entity.module).stem().to_owned();
    let (old, new) = (module(cx.old.schema, old), module(cx.new.schema, new));
    let is_moved = old != new && !(is_single(cx.old.schema) && is_single(cx.new.schema));
    is_moved.then(|| Finding { old: Some(old), new: Some(new), ..Finding::new(Code::CommandMoved, None) })
}

/// How two events of one name differ.
pub(super) fn events(cx: &Context<'_>, old: &Event, new: &Event) -> Vec<Finding> {
    let mut findings = facts::compare(None, (&old.entity).into(), (&new.entity).into());
    findings.extend(data(cx, Kind::Event, (&old.entity, old.data), (&new.entity, new.data)));
    findings
}

fn flags(old: CommandFlags, new: CommandFlags) -> Vec<Code> {
    let pairs = [
        (old.allow_oob, new.allow_oob, Code::OobForbidden, Code::OobAllowed),
        (old.allow_preconfig, new.allow_preconfig, Code::PreconfigForbidden, Code::PreconfigAllowed),
        (
            old.success_response,
            new.success_response,
            Code::SuccessResponseRemoved,
            Code::SuccessResponseAdded,
        ),
        // Without generated code, a command takes what it gets.
        (!old.generated, !new.generated, Code::ArgumentsClosed, Code::ArgumentsOpened),
    ];
    let code = |(old, new, went, came)| match (old, new) {
        (true, false) => Some(went),
        (false, true) => Some(came),
        _ => None,
    };
    pairs.into_iter().filter_map(code).collect()
}

/// What carries data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Command,
    Event,
}

/// How arguments of commands, or the data of events, differ. What differs within one type by name is told of that type.
fn data(
    cx: &Context<'_>,
    kind: Kind,
    (old_entity, old): (&Entity, Option<TypeId>),
    (new_entity, new): (&Entity, Option<TypeId>),
) -> Vec<Finding> {
    if old.zip(new).is_some_and(|(old, new)| is_same(cx, old, new)) {
        return Vec::new();
    }
    let is_union = |schema: &Schema, id: Option<TypeId>| id.is_some_and(|id| schema.tag(id).is_some());
    if !is_union(cx.old.schema, old) && !is_union(cx.new.schema, new) {
        // Structs and members given on the spot become fields of the command or event, whatever they are called.
        let objects = Objects {
            old: old.map(|id| Container { entity: old_entity, id }),
            new: new.map(|id| Container { entity: new_entity, id }),
            part: if kind == Kind::Command { Part::Argument } else { Part::Member },
        };
        return members(cx, &objects, &mut |old, new| shape::exchange(cx, old, new));
    }
    let code = match kind {
        Kind::Command => Code::ArgumentsTypeChanged,
        Kind::Event => Code::DataTypeChanged,
    };
    vec![type_change(cx, Finding::new(code, None), old, new)]
}

fn returns(cx: &Context<'_>, old: Option<TypeId>, new: Option<TypeId>) -> Option<Finding> {
    match (old, new) {
        (None, None) => None,
        (Some(old), Some(new)) if is_same(cx, old, new) => None,
        _ => {
            let place = Finding::new(Code::ReturnTypeChanged, Some(Part::Returns));
            let mut finding = type_change(cx, place, old, new);
            finding.api = match old.zip(new) {
                Some((old, new)) => api::type_change(cx, old, new),
                None => Some(api::OTHER_TYPE),
            };
            Some(finding)
        }
    }
}

/// No type at all is an empty object on the wire.
fn type_change(cx: &Context<'_>, place: Finding, old: Option<TypeId>, new: Option<TypeId>) -> Finding {
    let text = |schema, id: Option<TypeId>| id.map_or_else(|| "nothing".to_owned(), |id| written(schema, id));
    let ids = old.or_else(|| cx.old.empty_object()).zip(new.or_else(|| cx.new.empty_object()));
    let exchange = ids.map(|(old, new)| shape::exchange(cx, old, new)).unwrap_or_default();
    Finding {
        old: Some(text(cx.old.schema, old)),
        new: Some(text(cx.new.schema, new)),
        inside: exchange.inside,
        effect: exchange.effect,
        ..place
    }
}
