//! Pass 6: alternates tell their types apart by the type of the JSON value.

use std::collections::HashMap;

use super::findings::{Findings, Step, mistake};
use crate::model::{Alternate, Alternative, EntityId, JsonType, Schema, TypeId, TypeKind};

/// Sets the JSON type of every alternative; no two of an alternate may share one.
pub(super) fn resolve(schema: &mut Schema, findings: &mut Findings) {
    let ids: Vec<TypeId> = schema.types().map(|(id, _)| id).collect();
    for id in ids {
        let TypeKind::Alternate(alternate) = &mut schema.types[id.index()].kind else { continue };
        let mut alternatives = std::mem::take(&mut alternate.alternatives);
        for alternative in &mut alternatives {
            if let Some(json_type) = schema.json_type(alternative.type_id) {
                alternative.json_type = json_type;
            }
        }
        if !findings.is_broken(EntityId::Type(id)) {
            check(schema, id, &alternatives, findings);
        }
        schema.types[id.index()].kind = TypeKind::Alternate(Alternate { alternatives });
    }
}

fn check(schema: &Schema, id: TypeId, alternatives: &[Alternative], findings: &mut Findings) {
    let mut seen: HashMap<JsonType, &Alternative> = HashMap::new();
    let id = EntityId::Type(id);
    for alternative in alternatives {
        let span = Some(alternative.span);
        if schema.json_type(alternative.type_id).is_none() {
            let type_name = &schema.type_of(alternative.type_id).entity.name;
            let message = format!("alternative '{}' can't be of type '{type_name}'", alternative.name);
            findings.mistake(schema, (id, Step::Members), "ambiguous-alternate", span, message);
            continue;
        }
        for taken in taken_types(schema, alternative) {
            if let Some(other) =
                seen.insert(taken, alternative).filter(|other| other.name != alternative.name)
            {
                let message =
                    format!("alternative '{}' can't be told apart from '{}'", alternative.name, other.name);
                let diagnostic = mistake(schema, id, "ambiguous-alternate", span, message);
                let diagnostic = diagnostic.map(|it| it.with_note(other.span, "the other one"));
                if let Some(diagnostic) = diagnostic {
                    findings.add(id, Step::Members, diagnostic);
                }
                break;
            }
        }
    }
}

/// The JSON types that an alternative claims. A string may stand for more than itself: where values come from a command
/// line, `on` may be a boolean and `1` a number. So strings go with neither, and an enum does if its values rule that out.
fn taken_types(schema: &Schema, alternative: &Alternative) -> Vec<JsonType> {
    let mut taken = vec![alternative.json_type];
    if alternative.json_type == JsonType::String {
        let (boolean, number) = match &schema.type_of(alternative.type_id).kind {
            TypeKind::Enum(values) => {
                let names = || values.values.iter().map(|value| &*value.name);
                let may_begin_number =
                    |first: char| first.is_ascii_digit() || matches!(first, '+' | '-' | '.');
                (
                    names().any(|name| matches!(name, "on" | "off")),
                    names().any(|name| name.starts_with(may_begin_number)),
                )
            }
            _ => (true, true),
        };
        taken.extend(boolean.then_some(JsonType::Bool));
        taken.extend(number.then_some(JsonType::Number));
    }
    taken
}
