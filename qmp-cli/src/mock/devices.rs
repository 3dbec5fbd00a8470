//! The mock's devices and network backends.

use qmp_types::ServerError;
use qmp_types::qmp::handlers::{Net, Qdev};
use qmp_types::qmp::types::ObjectPropertyInfo;
use qmp_types::qmp::{commands, events};
use serde_json::Value;

use super::machine::{Machine, failed};
use super::models::{MODELS, Model};
use super::objects::PERIPHERAL;

/// The device model of a name.
pub(super) fn model(name: &str) -> Result<&'static Model, ServerError> {
    let model = MODELS.iter().find(|(model, _)| *model == name);
    model.ok_or_else(|| {
        let names: Vec<_> = MODELS.iter().map(|(name, _)| *name).collect();
        failed(format_args!("there is no device model '{name}'; the mock has {}", names.join(", ")))
    })
}

/// Refuses a value of another JSON type than the property's, as QEMU does since 9.2.
pub(super) fn check(name: &str, type_name: &str, value: &Value) -> Result<(), ServerError> {
    let is_right = match type_name {
        "bool" => value.is_boolean(),
        "str" | "string" => value.is_string(),
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
        if let Some(backend) = used("netdev").filter(|backend| !self.backends.contains(*backend)) {
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
        let id = command.0.id;
        if self.backends.insert(id.clone()) {
            return Ok(());
        }
        Err(failed(format_args!("id '{id}' is taken")))
    }

    fn netdev_del(&mut self, command: commands::NetdevDel) -> Result<(), ServerError> {
        if self.backends.remove(&command.id) {
            return Ok(());
        }
        Err(failed(format_args!("there is no network backend '{}'", command.id)))
    }
}
