//! Pass 5: alternates tell their types apart by the type of the JSON value.

use std::collections::HashMap;

use qapi_parser::Diagnostic;

use crate::model::{Schema, TypeKind};

/// Sets the JSON type of every alternative; no two of an alternate may share one.
pub(super) fn resolve(schema: &mut Schema, diagnostics: &mut Vec<Diagnostic>) {
    for index in 0..schema.types.len() {
        let TypeKind::Alternate(alternate) = &schema.types[index].kind else { continue };
        let mut alternate = alternate.clone();
        let entity = &schema.types[index].entity;
        let error = |message: String| {
            let span = entity.span?;
            Some(
                Diagnostic::new("ambiguous-alternate", span, message)
                    .in_definition(format!("alternate '{}'", entity.name)),
            )
        };
        let mut seen = HashMap::new();
        for alternative in &mut alternate.alternatives {
            let Some(json_type) = schema.json_type(alternative.type_id) else {
                let type_name = &schema.type_of(alternative.type_id).entity.name;
                let message = format!("alternative '{}' cannot use type '{type_name}'", alternative.name);
                diagnostics.extend(error(message));
                continue;
            };
            alternative.json_type = json_type;
            if let Some(other) = seen.insert(json_type, alternative.name.clone()) {
                let message =
                    format!("alternative '{}' cannot be told apart from '{other}'", alternative.name);
                diagnostics.extend(error(message));
            }
        }
        schema.types[index].kind = TypeKind::Alternate(alternate);
    }
}
