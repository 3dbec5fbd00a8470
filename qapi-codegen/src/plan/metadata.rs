//! The rows of the tables for tools that work by name: the schema's own names and facts.

use qapi_schema::{Condition, Entity, Feature, Member, TypeId, TypeKind};

use super::planner::Planner;

/// All rows, sorted by name.
#[derive(Debug, Default)]
pub(crate) struct MetadataPlan {
    /// The releases that the schema was merged from.
    pub(crate) releases: Vec<String>,
    pub(crate) commands: Vec<CommandRow>,
    pub(crate) events: Vec<EventRow>,
    pub(crate) types: Vec<TypeRow>,
}

#[derive(Debug)]
pub(crate) struct CommandRow {
    pub(crate) name: String,
    pub(crate) module: String,
    pub(crate) facts: FactsRow,
    pub(crate) arguments: MembersRow,
    pub(crate) returns: Option<String>,
    /// The names of the flags that are not as usual.
    pub(crate) flags: Vec<&'static str>,
}

#[derive(Debug)]
pub(crate) struct EventRow {
    pub(crate) name: String,
    pub(crate) module: String,
    pub(crate) facts: FactsRow,
    pub(crate) data: MembersRow,
}

#[derive(Debug)]
pub(crate) struct TypeRow {
    pub(crate) name: String,
    pub(crate) module: String,
    pub(crate) facts: FactsRow,
    pub(crate) kind: RowKind,
}

#[derive(Debug)]
pub(crate) enum RowKind {
    Enum(Vec<(String, FactsRow)>),
    Struct(Vec<MemberRow>),
    Union { members: Vec<MemberRow>, tag: String, branches: Vec<BranchRow> },
    Alternate(Vec<BranchRow>),
}

#[derive(Debug, Default)]
pub(crate) struct FactsRow {
    pub(crate) since: Option<String>,
    /// The first and the last of the releases that have it, for each run of them; of a part, if they are not those of the whole.
    pub(crate) releases: Vec<(String, String)>,
    pub(crate) features: Vec<String>,
    pub(crate) condition: Option<String>,
}

#[derive(Debug)]
pub(crate) enum MembersRow {
    Inline(Vec<MemberRow>),
    Of(String),
}

#[derive(Debug)]
pub(crate) struct MemberRow {
    pub(crate) name: String,
    pub(crate) type_name: String,
    pub(crate) optional: bool,
    pub(crate) facts: FactsRow,
}

#[derive(Debug)]
pub(crate) struct BranchRow {
    pub(crate) name: String,
    pub(crate) type_name: String,
    pub(crate) releases: Vec<(String, String)>,
    pub(crate) condition: Option<String>,
}

impl Planner<'_> {
    pub(super) fn metadata(&self) -> MetadataPlan {
        let commands = self.schema.commands().iter().filter(|command| self.is_kept(&command.entity));
        let events = self.schema.events().iter().filter(|event| self.is_kept(&event.entity));
        let mut plan = MetadataPlan {
            releases: self.schema.releases().iter().map(ToString::to_string).collect(),
            commands: commands.map(|command| self.command_row(command)).collect(),
            events: events.map(|event| self.event_row(event)).collect(),
            types: self.kept_types().into_iter().filter_map(|id| self.type_row(id)).collect(),
        };
        // Byte by byte, as they are searched.
        plan.commands.sort_by(|a, b| a.name.cmp(&b.name));
        plan.events.sort_by(|a, b| a.name.cmp(&b.name));
        plan.types.sort_by(|a, b| a.name.cmp(&b.name));
        plan
    }

    fn command_row(&self, command: &qapi_schema::Command) -> CommandRow {
        let entity = &command.entity;
        let flags = [
            (!command.flags.generated, "takes_more"),
            (command.flags.allow_oob, "allow_oob"),
            (command.flags.allow_preconfig, "allow_preconfig"),
            (!command.flags.success_response, "no_success_response"),
        ];
        CommandRow {
            name: entity.name.to_string(),
            module: self.schema_module(entity),
            facts: self.entity_facts(entity),
            arguments: self.members_row(entity, command.arguments),
            returns: command.returns.map(|returns| self.type_name(returns)),
            flags: flags.into_iter().filter_map(|(is_set, name)| is_set.then_some(name)).collect(),
        }
    }

    fn event_row(&self, event: &qapi_schema::Event) -> EventRow {
        let entity = &event.entity;
        EventRow {
            name: entity.name.to_string(),
            module: self.schema_module(entity),
            facts: self.entity_facts(entity),
            data: self.members_row(entity, event.data),
        }
    }

    fn type_row(&self, id: TypeId) -> Option<TypeRow> {
        let type_ = self.schema.type_of(id);
        let entity = &type_.entity;
        let kind = match &type_.kind {
            TypeKind::Enum(values) => {
                let rows = values.values.iter().map(|value| {
                    let since = entity.member_since(&value.name);
                    let releases = self.part_runs(value.releases, entity.releases);
                    let facts = facts(since, releases, &value.features, value.condition.as_deref());
                    (value.name.to_string(), facts)
                });
                RowKind::Enum(rows.collect())
            }
            TypeKind::Object(object) => match &object.variants {
                None => RowKind::Struct(self.member_rows(id, entity)),
                Some(variants) => {
                    let explicit = self.schema.branches(id).into_iter().filter(|branch| branch.explicit);
                    let branches = explicit.map(|it| {
                        let releases = self.part_runs(it.releases, entity.releases);
                        self.branch_row(&it.name, it.type_id, releases, it.condition.as_deref())
                    });
                    let tag = variants.tag.to_string();
                    RowKind::Union {
                        members: self.member_rows(id, entity),
                        tag,
                        branches: branches.collect(),
                    }
                }
            },
            TypeKind::Alternate(alternate) => {
                let alternatives = alternate.alternatives.iter();
                let rows = alternatives.map(|it| {
                    let releases = self.part_runs(it.releases, entity.releases);
                    self.branch_row(&it.name, it.type_id, releases, it.condition.as_deref())
                });
                RowKind::Alternate(rows.collect())
            }
            TypeKind::Builtin(_) | TypeKind::Array(_) => return None,
        };
        let (name, module) = (entity.name.to_string(), self.schema_module(entity));
        Some(TypeRow { name, module, facts: self.entity_facts(entity), kind })
    }

    fn members_row(&self, owner: &Entity, data: Option<TypeId>) -> MembersRow {
        match data {
            None => MembersRow::Inline(Vec::new()),
            Some(id) if self.schema.type_of(id).implicit => MembersRow::Inline(self.member_rows(id, owner)),
            Some(id) => MembersRow::Of(self.type_name(id)),
        }
    }

    fn member_rows(&self, id: TypeId, owner: &Entity) -> Vec<MemberRow> {
        let row = |member: &Member| MemberRow {
            name: member.name.to_string(),
            type_name: self.type_name(member.type_id),
            optional: member.optional,
            facts: facts(
                member.since.as_deref(),
                self.part_runs(member.releases, owner.releases),
                &member.features,
                member.condition.as_deref(),
            ),
        };
        self.schema.members(id).into_iter().map(row).collect()
    }

    fn branch_row(
        &self,
        name: &str,
        id: TypeId,
        releases: Vec<(String, String)>,
        condition: Option<&Condition>,
    ) -> BranchRow {
        let condition = condition.map(ToString::to_string);
        BranchRow { name: name.to_owned(), type_name: self.type_name(id), releases, condition }
    }

    /// The name of a type as the schema spells a reference to it.
    fn type_name(&self, id: TypeId) -> String {
        let type_ = self.schema.type_of(id);
        match type_.kind {
            TypeKind::Array(element) => format!("[{}]", self.type_name(element)),
            _ => type_.entity.name.to_string(),
        }
    }

    fn schema_module(&self, entity: &Entity) -> String {
        self.schema.module_of(entity.module).stem().to_owned()
    }
    fn entity_facts(&self, entity: &Entity) -> FactsRow {
        let releases = self.runs(entity.releases);
        facts(entity.since(), releases, &entity.features, entity.condition.as_deref())
    }
}

fn facts(
    since: Option<&str>,
    releases: Vec<(String, String)>,
    features: &[Feature],
    condition: Option<&Condition>,
) -> FactsRow {
    FactsRow {
        since: since.map(str::to_owned),
        releases,
        features: features.iter().map(|feature| feature.name.to_string()).collect(),
        condition: condition.map(ToString::to_string),
    }
}
