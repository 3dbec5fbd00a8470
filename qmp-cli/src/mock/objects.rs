//! The mock's objects: the tree, and what is in it.

use qmp_types::qmp::handlers::Qom;
use qmp_types::qmp::types::{ObjectPropertiesValues, ObjectPropertyInfo, ObjectPropertyValue};
use qmp_types::qmp::{commands, types};
use qmp_types::{ErrorClass, ServerError, json};
use serde_json::{Map, Value};

use super::devices::{check, model};
use super::machine::{Machine, failed};
use super::models;

/// Where devices with an id are found.
pub(super) const PERIPHERAL: &str = "/machine/peripheral";

/// Where objects are found that `object-add` made.
const OBJECTS: &str = "/objects";

/// A property of an object.
struct Property {
    name: String,
    type_name: String,
    value: Value,
}

impl Property {
    fn new(name: &str, type_name: &str, value: impl Into<Value>) -> Self {
        Self { name: name.to_owned(), type_name: type_name.to_owned(), value: value.into() }
    }

    /// The property that every object has.
    fn of_type(type_name: &str) -> Self {
        Self::new("type", "string", type_name)
    }

    fn child(path: &str, name: &str, type_name: &str) -> Self {
        Self::new(name, &format!("child<{type_name}>"), format!("{path}/{name}"))
    }
}

impl Qom for Machine {
    fn object_add(&mut self, command: commands::ObjectAdd) -> Result<(), ServerError> {
        let id = command.0.id.clone();
        if self.objects.contains_key(&id) {
            return Err(failed(format_args!("id '{id}' is taken")));
        }
        let options = json::to_string(&command.0);
        let mut object: Map<String, Value> = serde_json::from_str(&options).map_err(failed)?;
        object.remove("id");
        let type_name = object.remove("qom-type").unwrap_or_default();
        object.insert("type".to_owned(), type_name);
        self.objects.insert(id, object);
        Ok(())
    }

    fn object_del(&mut self, command: commands::ObjectDel) -> Result<(), ServerError> {
        let removed = self.objects.remove(&command.id);
        removed.map(drop).ok_or_else(|| failed(format_args!("there is no object '{}'", command.id)))
    }

    fn qom_list(&mut self, command: commands::QomList) -> Result<Vec<ObjectPropertyInfo>, ServerError> {
        let properties = self.properties(&command.path)?.into_iter();
        Ok(properties.map(|property| ObjectPropertyInfo::new(property.name, property.type_name)).collect())
    }

    fn qom_list_get(
        &mut self,
        command: commands::QomListGet,
    ) -> Result<Vec<ObjectPropertiesValues>, ServerError> {
        let object = |path: &String| {
            let properties = self.properties(path)?.into_iter().map(|property| {
                ObjectPropertyValue::new(property.name, property.type_name).value(property.value)
            });
            Ok(ObjectPropertiesValues::new(properties.collect::<Vec<_>>()))
        };
        command.paths.iter().map(object).collect()
    }

    fn qom_get(&mut self, command: commands::QomGet) -> Result<Value, ServerError> {
        Ok(self.property(&command.path, &command.property)?.value)
    }

    fn qom_set(&mut self, command: commands::QomSet) -> Result<(), ServerError> {
        let commands::QomSet { path, property: name, value, .. } = command;
        let property = self.property(&path, &name)?;
        check(&name, &property.type_name, &value)?;
        let path = path.trim_end_matches('/');
        if let Some(setting) = self.settings.get_mut(&name).filter(|_| path == "/machine") {
            *setting = value;
        } else if let Some(object) = below(OBJECTS, path).and_then(|id| self.objects.get_mut(id))
            && name != "type"
        {
            object.insert(name, value);
        } else {
            // Devices are at work already.
            return Err(failed(format_args!("property '{name}' of '{path}' cannot be set")));
        }
        Ok(())
    }

    fn qom_list_types(
        &mut self,
        command: commands::QomListTypes,
    ) -> Result<Vec<types::ObjectTypeInfo>, ServerError> {
        let with_abstract = command.r#abstract == Some(true);
        let implements = command.implements.as_deref();
        Ok(models::types()
            .filter(|type_| with_abstract || type_.r#abstract != Some(true))
            .filter(|type_| implements.is_none_or(|name| models::is_a(type_, name)))
            .collect())
    }

    fn qom_list_properties(
        &mut self,
        command: commands::QomListProperties,
    ) -> Result<Vec<ObjectPropertyInfo>, ServerError> {
        let name = command.typename;
        if models::types().all(|type_| type_.name != name) {
            return Err(not_found(format_args!("there is no type '{name}'")));
        }
        let own = match model(&name) {
            Ok((_, properties)) => *properties,
            Err(_) if name == models::MACHINE => models::SETTINGS,
            Err(_) => &[],
        };
        let all = [("type", "string")].into_iter().chain(own.iter().copied());
        Ok(all.map(|(name, type_name)| ObjectPropertyInfo::new(name, type_name)).collect())
    }
}

impl Machine {
    /// A property of an object.
    fn property(&self, path: &str, name: &str) -> Result<Property, ServerError> {
        let found = self.properties(path)?.into_iter().find(|property| property.name == name);
        found.ok_or_else(|| failed(format_args!("'{path}' has no property '{name}'")))
    }

    /// The properties of an object, and the objects below it.
    fn properties(&self, path: &str) -> Result<Vec<Property>, ServerError> {
        let path = path.trim_end_matches('/');
        let child = |name, type_name| Property::child(path, name, type_name);
        Ok(match path {
            "" => vec![
                Property::of_type(models::CONTAINER),
                child("chardevs", models::CONTAINER),
                child("machine", models::MACHINE),
                child("objects", models::CONTAINER),
            ],
            "/chardevs" => {
                vec![Property::of_type(models::CONTAINER), child("compat_monitor0", models::CHARDEV)]
            }
            "/chardevs/compat_monitor0" => vec![Property::of_type(models::CHARDEV)],
            "/machine" => {
                let settings = models::SETTINGS.iter().map(|(name, type_name)| {
                    Property::new(name, type_name, self.settings.get(*name).cloned().unwrap_or_default())
                });
                let fixed = [Property::of_type(models::MACHINE), child("peripheral", models::CONTAINER)];
                fixed.into_iter().chain(settings).collect()
            }
            PERIPHERAL | OBJECTS => {
                let inside = if path == OBJECTS { &self.objects } else { &self.devices };
                let children = inside.iter().map(|(id, object)| child(id, type_of(object)));
                [Property::of_type(models::CONTAINER)].into_iter().chain(children).collect()
            }
            path => {
                let device = below(PERIPHERAL, path).and_then(|id| self.devices.get(id));
                match (device, below(OBJECTS, path).and_then(|id| self.objects.get(id))) {
                    (Some(device), _) => of_device(device)?,
                    (None, Some(object)) => of_object(object),
                    (None, None) => return Err(not_found(format_args!("there is no object '{path}'"))),
                }
            }
        })
    }
}

/// The id of the object that has this path, if it is in this container.
fn below<'p>(container: &str, path: &'p str) -> Option<&'p str> {
    path.strip_prefix(container)?.strip_prefix('/')
}

fn type_of(object: &Map<String, Value>) -> &str {
    object.get("type").and_then(Value::as_str).unwrap_or_default()
}

/// The properties of a device, those too that nobody set.
fn of_device(device: &Map<String, Value>) -> Result<Vec<Property>, ServerError> {
    let (name, properties) = model(type_of(device))?;
    let own = properties.iter().map(|(name, type_name)| {
        let value = device.get(*name).cloned();
        Property::new(name, type_name, value.unwrap_or_else(|| models::default(type_name)))
    });
    Ok([Property::of_type(name)].into_iter().chain(own).collect())
}

/// What an object was made with.
fn of_object(object: &Map<String, Value>) -> Vec<Property> {
    let property = |(name, value): (&String, &Value)| {
        let type_name = match value {
            Value::Bool(_) => "bool",
            Value::Number(_) => "int",
            Value::String(_) => "string",
            _ => "any",
        };
        Property::new(name, type_name, value.clone())
    };
    object.iter().map(property).collect()
}

fn not_found(what: impl std::fmt::Display) -> ServerError {
    ServerError::new(ErrorClass::DeviceNotFound, what.to_string())
}
