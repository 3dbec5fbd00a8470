//! Names for types that have none: where they are first reached from a command or an event.

use std::collections::{HashMap, VecDeque};

use smol_str::{SmolStr, format_smolstr};

use crate::{EntityId, Role, Schema, TypeId};

/// So many steps of a way make a name. What is farther away is named by the last ones.
const MOST_STEPS: usize = 6;

/// A type on the way to others.
struct Stop {
    from: Option<TypeId>,
    /// What leads here; nothing from an array to its elements.
    step: SmolStr,
    root: SmolStr,
}

/// The ways to all types that commands and events reach.
pub(super) struct Routes {
    stops: HashMap<TypeId, Stop>,
}

impl Routes {
    pub(super) fn new(schema: &Schema) -> Self {
        let mut routes = Self { stops: HashMap::new() };
        let mut waiting = VecDeque::new();
        for &id in schema.definition_order().iter().filter(|id| !matches!(id, EntityId::Type(_))) {
            let name = &schema.entity(id).name;
            for used in schema.uses(id) {
                let what = match used.role {
                    Role::Arguments => "arguments",
                    Role::Returns => "result",
                    _ => "data",
                };
                let root = format_smolstr!("{what} of {name}");
                routes.reach(used.type_id, Stop { from: None, step: SmolStr::default(), root }, &mut waiting);
            }
        }
        while let Some(from) = waiting.pop_front() {
            let Some(root) = routes.stops.get(&from).map(|stop| stop.root.clone()) else { continue };
            for used in schema.uses(EntityId::Type(from)) {
                let step = match used.role {
                    Role::Member(name) | Role::Branch(name) | Role::Alternative(name) => name,
                    _ => SmolStr::default(),
                };
                routes.reach(used.type_id, Stop { from: Some(from), step, root: root.clone() }, &mut waiting);
            }
        }
        routes
    }

    fn reach(&mut self, id: TypeId, stop: Stop, waiting: &mut VecDeque<TypeId>) {
        self.stops.entry(id).or_insert_with(|| {
            waiting.push_back(id);
            stop
        });
    }

    /// The name of a type: `(result of query-block inserted image)`. No name of a schema looks like that.
    pub(super) fn name(&self, id: TypeId) -> String {
        let mut steps = Vec::new();
        let mut next = self.stops.get(&id);
        let Some(root) = next.map(|stop| stop.root.as_str()) else { return "(out of reach)".to_owned() };
        while let Some(stop) = next {
            if steps.len() > MOST_STEPS {
                break;
            }
            if !stop.step.is_empty() {
                steps.push(stop.step.as_str());
            }
            next = stop.from.and_then(|from| self.stops.get(&from));
        }
        if steps.len() > MOST_STEPS {
            steps[MOST_STEPS] = "…";
        }
        steps.push(root);
        steps.reverse();
        format!("({})", steps.join(" "))
    }
}
