//! Pass 7: what commands and events take, what commands return, and the features that types may have
//! (`docs/devel/qapi-code-gen.rst`, sections *Commands*, *Events* and *Features*).

use super::findings::{Findings, Step, mistake};
use crate::model::{EntityId, Schema, TypeId, TypeKind};
use crate::pragma::Names;

/// Checks all commands and events. `returns_exceptions` are the commands that may return what they like; without such a list
/// nothing is known of it, and all may.
pub(super) fn check(schema: &Schema, returns_exceptions: Option<&Names>, findings: &mut Findings) {
    for &id in &schema.order {
        match id {
            EntityId::Command(index) => {
                let command = &schema.commands[index as usize];
                if let Some(arguments) = command.arguments.filter(|_| !command.flags.boxed) {
                    unboxed(schema, id, arguments, findings);
                }
                let is_exception =
                    returns_exceptions.is_none_or(|names| names.contains(&command.entity.name));
                if let Some(returns) = command.returns.filter(|_| !is_exception) {
                    returned(schema, id, returns, findings);
                }
            }
            EntityId::Event(index) => {
                let event = &schema.events[index as usize];
                if let Some(data) = event.data.filter(|_| !event.boxed) {
                    unboxed(schema, id, data, findings);
                }
            }
            EntityId::Type(_) => type_features(schema, id, findings),
        }
    }
}

/// Arguments that become parameters in C can be neither alternatives of each other nor there only sometimes.
fn unboxed(schema: &Schema, id: EntityId, arguments: TypeId, findings: &mut Findings) {
    let name = &schema.type_of(arguments).entity.name;
    if schema.object(arguments).is_some_and(|object| object.variants.is_some()) {
        let message = format!("'data' can be the union '{name}' only with 'boxed': true");
        return findings.mistake(schema, (id, Step::Base), "unboxed-union", None, message);
    }
    if !schema.rules.conditional_arguments_boxed {
        return;
    }
    let mut members =
        schema.lineage(arguments).filter_map(|id| schema.object(id)).flat_map(|it| &it.local_members);
    if let Some(member) = members.find(|member| member.condition.is_some()) {
        let message = format!("member '{}' is conditional, which requires 'boxed': true", member.name);
        let diagnostic = mistake(schema, id, "unboxed-condition", None, message);
        if let Some(diagnostic) = diagnostic {
            findings.add(id, Step::Members, diagnostic.with_note(member.span, "the member"));
        }
    }
}

/// A command returns an object or an array of objects, for a later release may want to add something.
fn returned(schema: &Schema, id: EntityId, returns: TypeId, findings: &mut Findings) {
    let element = match schema.type_of(returns).kind {
        TypeKind::Array(element) => element,
        _ => returns,
    };
    if schema.object(element).is_none() {
        let name = &schema.entity(id).name;
        let returned = &schema.type_of(returns).entity.name;
        let message = format!("command '{name}' can't return type '{returned}'");
        if let Some(diagnostic) = mistake(schema, id, "returns-no-object", None, message) {
            findings.add(
                id,
                Step::Rest,
                diagnostic.with_hint("return an object, to which later releases can add members"),
            );
        }
    }
}

/// What is deprecated or unstable is a use of a type, not the type.
fn type_features(schema: &Schema, id: EntityId, findings: &mut Findings) {
    for feature in &schema.entity(id).features {
        if matches!(&*feature.name, "deprecated" | "unstable") {
            let message = format!("a type can't have feature '{}'", feature.name);
            if let Some(diagnostic) = mistake(schema, id, "special-feature", Some(feature.span), message) {
                findings.add(
                    id,
                    Step::Features,
                    diagnostic.with_hint("give it to the members and commands that use the type"),
                );
            }
        }
    }
}
