//! The type of what had another type in an older release.

use qapi_parser::source::Span;

use super::conflict::Conflicts;
use super::entry::{Class, Entries, EntryBody};
use super::pairs::{Form, form_of_class, json_form};
use crate::Builtin;
use crate::definition::TypeRef;

/// Two releases, of which types are joined.
#[derive(Clone, Copy)]
pub(super) struct Sides<'a> {
    pub(super) older: &'a Entries,
    pub(super) newer: &'a Entries,
}

impl Sides<'_> {
    /// A type whose values are those of both types, or as good: the newer one if possible. `what` is of these types.
    pub(super) fn join(
        &self,
        old: &TypeRef,
        new: &TypeRef,
        what: impl FnOnce() -> String,
        conflicts: &mut Conflicts<'_>,
    ) -> TypeRef {
        match self.joined(old, new) {
            Some(joined) => joined.clone(),
            None => {
                conflicts.add(what(), told(old), told(new));
                new.clone()
            }
        }
    }

    fn joined<'t>(&self, old: &'t TypeRef, new: &'t TypeRef) -> Option<&'t TypeRef> {
        let (older, newer) = (self.older.class(&old.name.text)?, self.newer.class(&new.name.text)?);
        let any = Class::Builtin(Builtin::Any);
        if old.is_array != new.is_array {
            return match (older, newer) {
                (_, class) if class == any && !new.is_array => Some(new),
                (class, _) if class == any && !old.is_array => Some(old),
                (_, Class::Alternate) if has_form(self.newer, new, Form::Array) => Some(new),
                (Class::Alternate, _) if has_form(self.older, old, Form::Array) => Some(old),
                _ => None,
            };
        }
        match (older, newer) {
            (Class::Builtin(before), Class::Builtin(after)) => {
                wider(before, after).map(|is_newer| if is_newer { new } else { old })
            }
            (_, class) if class == any => Some(new),
            (class, _) if class == any => Some(old),
            (Class::Alternate, Class::Alternate) => Some(new),
            (class, Class::Alternate) => has_form(self.newer, new, form_of_class(class)?).then_some(new),
            (Class::Alternate, class) => has_form(self.older, old, form_of_class(class)?).then_some(old),
            // Enums and text are read alike, for enums are open.
            _ => (form_of_class(older)? == form_of_class(newer)?).then_some(new),
        }
    }
}

fn has_form(entries: &Entries, alternate: &TypeRef, form: Form) -> bool {
    match entries.0.get(&alternate.name.text).map(|entry| &entry.body) {
        Some(EntryBody::Alternate(alternatives)) => {
            alternatives.iter().any(|it| json_form(entries, &it.type_ref) == Some(form))
        }
        _ => false,
    }
}

/// Whether the newer of two built-in types is the one to take; `None` if neither will do.
///
/// Where a number became unsigned, what was negative had no meaning before, or else QEMU would not have done it: that is the
/// newer one, though neither is wider.
fn wider(older: Builtin, newer: Builtin) -> Option<bool> {
    if older == newer || newer == Builtin::Any {
        return Some(true);
    }
    match (older, newer) {
        (Builtin::Any, _) => Some(false),
        (older, newer) => match (older.range(), newer.range()) {
            (Some(before), Some(after)) => {
                let is_wider = after.0 <= before.0 && after.1 >= before.1;
                let is_narrower = before.0 <= after.0 && before.1 >= after.1;
                if is_wider || !is_narrower && after.0 == 0 {
                    Some(true)
                } else {
                    is_narrower.then_some(false)
                }
            }
            (Some(_), None) => (newer == Builtin::Number).then_some(true),
            (None, Some(_)) => (older == Builtin::Number).then_some(false),
            (None, None) => None,
        },
    }
}

/// A type as the schema writes it, and where it stands.
pub(super) fn told(type_ref: &TypeRef) -> (String, Span) {
    let name = &type_ref.name.text;
    let written = if type_ref.is_array { format!("['{name}']") } else { format!("'{name}'") };
    (written, type_ref.name.span)
}
