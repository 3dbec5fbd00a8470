//! What QEMU's schemas do not say and servers do. An entry that no longer applies fails a test.

use qapi_codegen::UndatedMember;
use qapi_schema::SchemaName;

/// Members that are younger than what they are members of, undated in the documentation: the schema, the definition,
/// the member, the first release that sends it. What the snapshots know (`qapi_schema::merge`) needs no entry here.
const UNDATED: &[(SchemaName, &str, &str, &str)] = &[
    // QEMU 6.2 emits the event with `offset` alone.
    (SchemaName::Qmp, "RTC_CHANGE", "qom-path", "7.0"),
];

/// Those of a schema.
pub(crate) fn undated_members(schema: SchemaName) -> Vec<UndatedMember> {
    let entries = UNDATED.iter().filter(|(of, ..)| *of == schema);
    let member = |&(_, definition, member, since): &(SchemaName, &str, &str, &str)| UndatedMember {
        definition: definition.to_owned(),
        member: member.to_owned(),
        since: since.to_owned(),
    };
    entries.map(member).collect()
}

#[cfg(test)]
mod tests {
    use qapi_schema::EntityId;

    use super::*;
    use crate::bindings::Release;

    #[test]
    fn undated_members_are_there_and_required_and_undated() {
        for (name, schema) in Release::all_snapshots().expect("the snapshots").schemas {
            for UndatedMember { definition, member, .. } in undated_members(name) {
                let type_id = match schema.lookup(&definition) {
                    Some(EntityId::Type(id)) => Some(id),
                    Some(EntityId::Command(index)) => schema.commands()[index as usize].arguments,
                    Some(EntityId::Event(index)) => schema.events()[index as usize].data,
                    None => None,
                };
                let members = type_id.map(|id| schema.members(id)).unwrap_or_default();
                let found = members.into_iter().find(|it| it.name == member);
                assert!(
                    found.is_some_and(|it| !it.optional && it.since.is_none()),
                    "{definition}.{member} is gone, optional or dated: drop the entry"
                );
            }
        }
    }
}
