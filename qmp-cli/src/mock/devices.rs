//! The mock's devices, objects and network backends.

use qmp_types::ServerError;
use qmp_types::qmp::handlers::{Net, Qdev, Qom};
use qmp_types::qmp::types::ObjectPropertyInfo;
use qmp_types::qmp::{commands, events};
use serde_json::Value;

use super::machine::{Machine, failed};

/// A device model: its name, and the names and types of its properties.
type Model = (&'static str, &'static [(&'static str, &'static str)]);

const MODELS: [Model; 3] = [
    (
        "virtio-blk-pci",
        &[
            ("addr", "str"),
            ("bootindex", "int32"),
            ("drive", "str"),
            ("num-queues", "uint16"),
            ("share-rw", "bool"),
        ],
    ),
    (
        "virtio-net-pci",
        &[("addr", "str"), ("mac", "str"), ("mq", "bool"), ("netdev", "str"), ("vectors", "uint32")],
    ),
    ("pvpanic", &[("events", "uint8"), ("ioport", "uint16")]),
];

/// Where devices with an id are found.
const PERIPHERAL: &str = "/machine/peripheral";

fn model(name: &str) -> Result<&'static Model, ServerError> {
    let model = MODELS.iter().find(|(model, _)| *model == name);
    model.ok_or_else(|| {
        let names: Vec<_> = MODELS.iter().map(|(name, _)| *name).collect();
        failed(format_args!("there is no device model '{name}'; the mock has {}", names.join(", ")))
    })
}

/// Refuses a value of another JSON type than the property's, as QEMU does since 9.2.
fn check(name: &str, type_name: &str, value: &Value) -> Result<(), ServerError> {
    let is_right = match type_name {
        "bool" => value.is_boolean(),
        "str" => value.is_string(),
        _ => value.is_u64() || value.is_i64(),
    };
    if is_right { Ok(()) } else { Err(failed(format_args!("property '{name}' is of type {type_name}"))) }
}

impl Qdev for Machine {
    fn device_list_properties(
        &mut self,
        command: commands::DeviceListProperties,
    ) -> Result<Vec<ObjectPropertyInfo>, ServerError> {
        let (_, properties) = model(&command.typename)?;
        Ok(properties.iter().map(|(name, type_name)| ObjectPropertyInfo::new(*name, *type_name)).collect())
    }

    fn device_add(&mut self, command: commands::DeviceAdd) -> Result<(), ServerError> {
        let (model, properties) = model(&command.driver)?;
        for (name, value) in &command.extra {
            let property = properties.iter().find(|(property, _)| property == name);
            let (_, type_name) =
                property.ok_or_else(|| failed(format_args!("{model} has no property '{name}'")))?;
            check(name, type_name, value)?;
        }
        let used = |name: &str| command.extra.get(name).and_then(Value::as_str);
        if let Some(node) = used("drive").filter(|node| !self.nodes.contains_key(*node)) {
            return Err(failed(format_args!("there is no node '{node}'")));
        }
        if let Some(backend) = used("netdev").filter(|backend| !self.backends.contains_key(*backend)) {
            return Err(failed(format_args!("there is no network backend '{backend}'")));
        }
        let Some(id) = command.id else { return Ok(()) };
        if self.devices.contains_key(&id) {
            return Err(failed(format_args!("there is a device '{id}' already")));
        }
        let mut device = command.extra;
        device.insert("type".to_owned(), command.driver.into());
        self.devices.insert(id, device);
        Ok(())
    }

    fn device_del(&mut self, command: commands::DeviceDel) -> Result<(), ServerError> {
        let id = command.id;
        if self.devices.remove(&id).is_none() {
            let class = qmp_types::ErrorClass::DeviceNotFound;
            return Err(ServerError::new(class, format!("there is no device '{id}'")));
        }
        self.events.emit(&events::DeviceDeleted::new(format!("{PERIPHERAL}/{id}")).device(id));
        Ok(())
    }
}

impl Net for Machine {
    fn netdev_add(&mut self, command: commands::NetdevAdd) -> Result<(), ServerError> {
        self.add_backend("network backend", &command.0.id)
    }

    fn netdev_del(&mut self, command: commands::NetdevDel) -> Result<(), ServerError> {
        self.remove_backend("network backend", &command.id)
    }
}

impl Qom for Machine {
    fn object_add(&mut self, command: commands::ObjectAdd) -> Result<(), ServerError> {
        self.add_backend("object", &command.0.id)
    }

    fn object_del(&mut self, command: commands::ObjectDel) -> Result<(), ServerError> {
        self.remove_backend("object", &command.id)
    }

    fn qom_list(&mut self, command: commands::QomList) -> Result<Vec<ObjectPropertyInfo>, ServerError> {
        let path = command.path.trim_end_matches('/');
        let of = |properties: &[(&str, &str)]| {
            properties.iter().map(|(name, type_name)| ObjectPropertyInfo::new(*name, *type_name)).collect()
        };
        match path {
            "" => Ok(of(&[("type", "string"), ("machine", "child<mock-machine>")])),
            "/machine" => Ok(of(&[("type", "string"), ("peripheral", "child<container>")])),
            PERIPHERAL => {
                let child = |(id, device): (&String, &serde_json::Map<String, Value>)| {
                    let model = device.get("type").and_then(Value::as_str).unwrap_or_default();
                    ObjectPropertyInfo::new(id.clone(), format!("child<{model}>"))
                };
                Ok(of(&[("type", "string")]).into_iter().chain(self.devices.iter().map(child)).collect())
            }
            path => {
                let device = self.device(path)?;
                let (_, properties) = model(device.get("type").and_then(Value::as_str).unwrap_or_default())?;
                Ok(of(&[("type", "string")]).into_iter().chain(of(properties)).collect())
            }
        }
    }

    fn qom_get(&mut self, command: commands::QomGet) -> Result<Value, ServerError> {
        let path = command.path.trim_end_matches('/');
        match (path, command.property.as_str()) {
            ("" | PERIPHERAL, "type") => Ok("container".into()),
            ("/machine", "type") => Ok("mock-machine".into()),
            ("" | PERIPHERAL | "/machine", property) => Err(no_property(path, property)),
            (path, property) => {
                let value = self.device(path)?.get(property).cloned();
                value.ok_or_else(|| no_property(path, property))
            }
        }
    }
}

fn no_property(path: &str, property: &str) -> ServerError {
    failed(format_args!("'{path}' has no property '{property}', or it is not set"))
}

impl Machine {
    fn device(&self, path: &str) -> Result<&serde_json::Map<String, Value>, ServerError> {
        let id = path.strip_prefix(PERIPHERAL).and_then(|rest| rest.strip_prefix('/')).unwrap_or_default();
        let class = qmp_types::ErrorClass::DeviceNotFound;
        self.devices.get(id).ok_or_else(|| ServerError::new(class, format!("there is no object '{path}'")))
    }
}
