//! What a definition needs: the types that it refers to, those that they refer to, and so on.

use std::collections::HashMap;
use std::fmt;

use smol_str::SmolStr;

use crate::{EntityId, Schema, TypeId, TypeKind};

/// A type in the definition of another type, a command or an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// What the type is there for.
    pub role: Role,
    /// The type.
    pub type_id: TypeId,
}

/// What a type is there for in a definition.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Role {
    /// It holds the arguments of a command.
    Arguments,
    /// A command returns it.
    Returns,
    /// It holds the data of an event.
    Data,
    /// An object has a member of it, which may be inherited.
    Member(SmolStr),
    /// It holds the members of a union's branch.
    Branch(SmolStr),
    /// An alternate may be it.
    Alternative(SmolStr),
    /// An array is made of it.
    Element,
    /// An object inherits from it. What is inherited is also there as [`Role::Member`].
    Base,
}

impl Schema {
    /// The types that a definition refers to, each as often as it does.
    #[must_use]
    pub fn uses(&self, id: EntityId) -> Vec<Use> {
        let of = |role| move |type_id| Use { role, type_id };
        match id {
            EntityId::Command(index) => {
                let command = &self.commands[index as usize];
                let arguments = command.arguments.map(of(Role::Arguments));
                arguments.into_iter().chain(command.returns.map(of(Role::Returns))).collect()
            }
            EntityId::Event(index) => {
                self.events[index as usize].data.map(of(Role::Data)).into_iter().collect()
            }
            EntityId::Type(id) => self.parts(id),
        }
    }

    fn parts(&self, id: TypeId) -> Vec<Use> {
        match &self.type_of(id).kind {
            TypeKind::Builtin(_) | TypeKind::Enum(_) => Vec::new(),
            TypeKind::Array(element) => vec![Use { role: Role::Element, type_id: *element }],
            TypeKind::Alternate(alternate) => {
                let alternatives = alternate.alternatives.iter();
                alternatives
                    .map(|it| Use { role: Role::Alternative(it.name.clone()), type_id: it.type_id })
                    .collect()
            }
            TypeKind::Object(object) => {
                let members = self.members(id).into_iter();
                let members =
                    members.map(|it| Use { role: Role::Member(it.name.clone()), type_id: it.type_id });
                let branches = object.variants.iter().flat_map(|variants| &variants.branches);
                let branches =
                    branches.map(|it| Use { role: Role::Branch(it.name.clone()), type_id: it.type_id });
                let base = object.base.map(|type_id| Use { role: Role::Base, type_id });
                members.chain(branches).chain(base).collect()
            }
        }
    }
}

/// Some definitions with all that they need, and of everything why it is needed.
///
/// ```
/// # use std::path::Path;
/// use qapi_schema::Reach;
///
/// # let text = "{ 'struct': 'Point', 'data': { 'x': 'int' } }
/// #             { 'struct': 'Line', 'data': { 'from': 'Point', 'to': 'Point' } }
/// #             { 'command': 'query-lines', 'returns': ['Line'] }";
/// # let ast = qapi_parser::parse_text(Path::new("lines.json"), text, &Default::default())?;
/// # let schema = qapi_schema::from_ast(ast, None)?;
/// let reach = Reach::of(&schema, schema.lookup("query-lines"));
/// let route = reach.route("Point").map(|route| route.to_string());
/// assert_eq!(route.as_deref(), Some("command query-lines -> returns -> [Line] -> member from -> Point"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Reach {
    /// In the order in which they were reached: nearest first.
    stops: Vec<Stop>,
    known: HashMap<EntityId, usize>,
}

/// Something that is needed.
#[derive(Debug, Clone)]
struct Stop {
    id: EntityId,
    name: SmolStr,
    shape: Shape,
    /// What needs it, unless it was asked for.
    reason: Option<Reason>,
}

/// Why something is needed.
#[derive(Debug, Clone)]
struct Reason {
    /// The stop before it.
    from: usize,
    role: Role,
}

/// What a stop is to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// A definition that was asked for, introduced by this word.
    Root(&'static str),
    /// A type with a name.
    Named,
    /// An array, which is shown at its elements.
    Array,
    /// Members given on the spot, which are shown one by one.
    Inline,
}

impl Shape {
    fn of(schema: &Schema, id: TypeId) -> Self {
        let type_ = schema.type_of(id);
        match &type_.kind {
            TypeKind::Array(_) => Self::Array,
            TypeKind::Object(_) if type_.implicit => Self::Inline,
            _ => Self::Named,
        }
    }
}

impl Reach {
    /// Definitions and all that they need.
    #[must_use]
    pub fn of(schema: &Schema, roots: impl IntoIterator<Item = EntityId>) -> Self {
        let mut reach = Self::default();
        reach.extend(schema, roots, |_| true);
        reach
    }

    /// Adds further definitions and what they need, as far as it is not there yet. A type that is not entered is there,
    /// but not for its sake what it needs.
    pub fn extend(
        &mut self,
        schema: &Schema,
        roots: impl IntoIterator<Item = EntityId>,
        is_entered: impl Fn(TypeId) -> bool,
    ) {
        // Breadth first: the first way that is found is a shortest one.
        let mut next = self.stops.len();
        for id in roots {
            self.add(schema, id, Shape::Root(schema.keyword(id)), None);
        }
        while let Some(stop) = self.stops.get(next) {
            let uses = match stop.id {
                EntityId::Type(id) if !is_entered(id) => Vec::new(),
                id => schema.uses(id),
            };
            for Use { role, type_id } in uses {
                let reason = Reason { from: next, role };
                self.add(schema, EntityId::Type(type_id), Shape::of(schema, type_id), Some(reason));
            }
            next += 1;
        }
    }

    fn add(&mut self, schema: &Schema, id: EntityId, shape: Shape, reason: Option<Reason>) {
        let number = self.stops.len();
        if *self.known.entry(id).or_insert(number) == number {
            let name = schema.entity(id).name.clone();
            self.stops.push(Stop { id, name, shape, reason });
        }
    }

    /// Whether something is among what was asked for, or needed by it.
    #[must_use]
    pub fn contains(&self, id: EntityId) -> bool {
        self.known.contains_key(&id)
    }

    /// Why a definition is needed: a shortest way to it from what was asked for. `None` if it is not needed.
    #[must_use]
    pub fn route(&self, name: &str) -> Option<Route> {
        let is_it = |stop: &&Stop| stop.name == name && matches!(stop.shape, Shape::Root(_) | Shape::Named);
        let mut stop = self.stops.iter().find(is_it)?;
        let mut steps = Vec::new();
        while let Some(reason) = &stop.reason {
            let from = self.stops.get(reason.from)?;
            steps.extend(stop.shown(&reason.role));
            steps.extend(stop.role(&reason.role, from));
            stop = from;
        }
        steps.extend(stop.shown(&Role::Data));
        steps.reverse();
        Some(Route { steps })
    }
}

impl Stop {
    /// The stop in words, if it has any.
    fn shown(&self, role: &Role) -> Option<String> {
        match (self.shape, role) {
            (Shape::Root(keyword), _) => Some(format!("{keyword} {}", self.name)),
            (Shape::Named, Role::Element) => Some(format!("[{}]", self.name)),
            (Shape::Named, _) => Some(self.name.to_string()),
            (Shape::Array | Shape::Inline, _) => None,
        }
    }

    /// What it is to the stop before it in words, if it takes any.
    fn role(&self, role: &Role, from: &Self) -> Option<String> {
        Some(match role {
            Role::Element => return None,
            Role::Arguments | Role::Data | Role::Base if self.shape == Shape::Inline => return None,
            Role::Arguments => "arguments".to_owned(),
            Role::Returns => "returns".to_owned(),
            Role::Data => "data".to_owned(),
            Role::Base => "base".to_owned(),
            Role::Member(name) if from.holds_arguments() => format!("argument {name}"),
            Role::Member(name) => format!("member {name}"),
            Role::Branch(name) => format!("branch {name}"),
            Role::Alternative(name) => format!("alternative {name}"),
        })
    }

    fn holds_arguments(&self) -> bool {
        let role = self.reason.as_ref().map(|reason| &reason.role);
        self.shape == Shape::Inline && role == Some(&Role::Arguments)
    }
}

/// The way from a definition to one that it needs. Displayed, it is one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Definitions, and what leads from each to the next.
    steps: Vec<String>,
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.steps.join(" -> "))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const DEVICES: &str = "
        { 'enum': 'Bus', 'data': [ 'usb', 'pci' ] }
        { 'struct': 'Usb', 'base': 'Common', 'data': { '*hub': 'DeviceRef' } }
        { 'struct': 'Common', 'data': { 'speed': 'Speed' } }
        { 'enum': 'Speed', 'data': [ 'fast' ] }
        { 'struct': 'Unused', 'data': { 'speed': 'Speed' } }
        { 'union': 'Device', 'base': { 'bus': 'Bus' }, 'discriminator': 'bus', 'data': { 'usb': 'Usb' } }
        { 'alternate': 'DeviceRef', 'data': { 'new': 'Device', 'old': 'str' } }
        { 'command': 'plug', 'data': 'Device', 'boxed': true }
        { 'command': 'unplug', 'data': { 'devices': [ 'DeviceRef' ] }, 'returns': [ 'Common' ] }
        { 'event': 'PLUGGED', 'data': { 'device': 'DeviceRef' } }
        { 'event': 'LOST', 'data': 'Common' }";

    fn devices() -> Schema {
        let ast = qapi_parser::parse_text(Path::new("devices.json"), DEVICES, &Default::default()).unwrap();
        crate::from_ast(ast, None).unwrap()
    }

    #[track_caller]
    fn route(root: &str, to: &str) -> String {
        let schema = devices();
        let reach = Reach::of(&schema, schema.lookup(root));
        reach.route(to).map_or_else(|| "none".to_owned(), |route| route.to_string())
    }

    #[test]
    fn a_route_is_the_shortest() {
        assert_eq!(route("plug", "plug"), "command plug");
        assert_eq!(route("plug", "Device"), "command plug -> arguments -> Device");
        assert_eq!(
            route("plug", "Speed"),
            "command plug -> arguments -> Device -> branch usb -> Usb -> member speed -> Speed"
        );
        assert_eq!(
            route("plug", "Common"),
            "command plug -> arguments -> Device -> branch usb -> Usb -> base -> Common"
        );
        assert_eq!(route("unplug", "DeviceRef"), "command unplug -> argument devices -> [DeviceRef]");
        assert_eq!(
            route("unplug", "Device"),
            "command unplug -> argument devices -> [DeviceRef] -> alternative new -> Device"
        );
        assert_eq!(route("unplug", "Common"), "command unplug -> returns -> [Common]");
        assert_eq!(route("PLUGGED", "DeviceRef"), "event PLUGGED -> member device -> DeviceRef");
        assert_eq!(route("LOST", "Common"), "event LOST -> data -> Common");
        assert_eq!(
            route("DeviceRef", "Bus"),
            "alternate DeviceRef -> alternative new -> Device -> member bus -> Bus"
        );
        assert_eq!(route("LOST", "Device"), "none");
        assert_eq!(route("unplug", "q_obj_unplug-arg"), "none");
    }

    #[test]
    fn a_type_that_is_not_entered_needs_nothing() {
        let schema = devices();
        let Some(EntityId::Type(device)) = schema.lookup("Device") else { panic!() };
        let mut reach = Reach::default();
        reach.extend(&schema, schema.lookup("unplug"), |id| id != device);
        assert!(reach.route("Device").is_some() && reach.route("Usb").is_none());
        reach.extend(&schema, schema.lookup("Usb"), |id| id != device);
        assert_eq!(reach.route("Usb").unwrap().to_string(), "struct Usb");
        assert!(reach.route("Bus").is_none());
    }
}
