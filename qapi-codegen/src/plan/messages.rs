//! Commands and events.

use std::collections::{BTreeMap, BTreeSet};

use qapi_schema::{Command, Entity, Event, TypeId};

use super::planner::Planner;
use super::{CommandFacts, Item, MessageBody, MessageFacts, MessagePlan, StructPlan};
use crate::names::{Scope, field_name, type_name};

/// Names that stand beside the traits of handlers: the trait over all of them, and what the traits use.
const HANDLER_SCOPE: [&str; 3] = ["Handlers", "AnyCommand", "ServerError"];

impl Planner<'_> {
    pub(super) fn commands(&self) -> Vec<MessagePlan> {
        let mut scope = Scope::camel().without("Unrecognized");
        let mut methods = Scope::snake();
        let handlers = self.handlers();
        let plan = |command: &Command| {
            let entity = &command.entity;
            // Claimed also where it is not kept: others are numbered as if it were.
            let name = scope.claim(type_name(&entity.name));
            let method = methods.claim(field_name(&entity.name));
            if !self.is_kept(entity) {
                return None;
            }
            let item = self.item(name, "command", entity);
            let facts = MessageFacts {
                command: Some(CommandFacts {
                    method,
                    handler: handlers.get(&item.module).cloned().unwrap_or_default(),
                    returns: command.returns.map(|returns| self.rust_type(returns)),
                    allow_oob: command.flags.allow_oob,
                    allow_preconfig: command.flags.allow_preconfig,
                    success_response: command.flags.success_response,
                }),
                ..self.message_facts(entity)
            };
            let body = self.message_body(item, entity, command.arguments, !command.flags.generated);
            let is_large = self.is_large(command.arguments);
            Some(MessagePlan { body, wire_name: entity.name.to_string(), is_large, facts })
        };
        self.sorted_commands().into_iter().filter_map(plan).collect()
    }

    /// The traits of those who serve commands, by module.
    fn handlers(&self) -> BTreeMap<String, String> {
        let modules = self.schema.commands().iter().map(|command| self.module(&command.entity));
        let modules: BTreeSet<String> = modules.collect();
        let mut names = HANDLER_SCOPE.iter().fold(Scope::camel(), |scope, name| scope.without(name));
        modules.into_iter().map(|module| (module.clone(), names.claim(type_name(&module)))).collect()
    }

    pub(super) fn events(&self) -> Vec<MessagePlan> {
        let mut scope = Scope::camel().without("Unrecognized");
        let plan = |event: &Event| {
            let entity = &event.entity;
            let name = scope.claim(type_name(&entity.name));
            self.is_kept(entity).then(|| MessagePlan {
                body: self.message_body(self.item(name, "event", entity), entity, event.data, false),
                wire_name: entity.name.to_string(),
                is_large: self.is_large(event.data),
                facts: self.message_facts(entity),
            })
        };
        self.sorted_events().into_iter().filter_map(plan).collect()
    }

    /// The commands of the schema, sorted by name.
    pub(super) fn sorted_commands(&self) -> Vec<&Command> {
        let mut commands: Vec<&Command> = self.schema.commands().iter().collect();
        commands.sort_by_key(|command| &command.entity.name);
        commands
    }

    /// The events of the schema, sorted by name.
    pub(super) fn sorted_events(&self) -> Vec<&Event> {
        let mut events: Vec<&Event> = self.schema.events().iter().collect();
        events.sort_by_key(|event| &event.entity.name);
        events
    }

    fn is_large(&self, data: Option<TypeId>) -> bool {
        data.is_some_and(|data| self.sizes.is_too_large_for_a_variant(data))
    }

    pub(super) fn message_facts(&self, entity: &Entity) -> MessageFacts {
        MessageFacts {
            module: self.schema.module_of(entity.module).stem().to_owned(),
            since: entity.since().map(str::to_owned),
            releases: self.runs(entity.releases),
            features: entity.features.iter().map(|feature| feature.name.to_string()).collect(),
            condition: entity.condition.as_deref().map(ToString::to_string),
            command: None,
        }
    }

    pub(super) fn message_body(
        &self,
        item: Item,
        entity: &Entity,
        data: Option<TypeId>,
        open: bool,
    ) -> MessageBody {
        let Some((id, object)) = data.and_then(|id| Some((id, self.schema.object(id)?))) else {
            let rest = open.then(|| "extra".to_owned());
            return MessageBody::Members(StructPlan { item, fields: Vec::new(), rest });
        };
        match object.variants {
            None if !self.is_replaced(id) => {
                MessageBody::Members(self.struct_plan(item, entity, id, &self.schema.members(id), open))
            }
            _ => MessageBody::Whole { item, data: self.rust_type(id) },
        }
    }
}
