//! What the mock is made of.

use std::collections::BTreeMap;

use qmp_client::mock::Emitter;
use qmp_types::ServerError;
use qmp_types::qmp::handlers::{
    Accelerator, BlockCore, Control, Handlers, Introspect, Job, Migration, Misc, Net, Qdev, Qom, RunState,
};
use qmp_types::qmp::{handlers, types};
use serde_json::{Map, Value};

/// A machine that remembers what it is told, and does nothing.
#[derive(Debug)]
pub(super) struct Machine {
    pub(super) name: String,
    pub(super) events: Emitter,
    pub(super) status: types::RunState,
    /// Block nodes by name.
    pub(super) nodes: BTreeMap<String, types::BlockDeviceInfo>,
    /// Devices that have an id, by it: their properties.
    pub(super) devices: BTreeMap<String, Map<String, Value>>,
    /// Network backends and objects, by id.
    pub(super) backends: BTreeMap<String, &'static str>,
}

impl Machine {
    pub(super) fn new(name: &str, events: Emitter) -> Self {
        Self {
            name: name.to_owned(),
            events,
            status: types::RunState::Running,
            nodes: BTreeMap::new(),
            devices: BTreeMap::new(),
            backends: BTreeMap::new(),
        }
    }

    pub(super) fn add_backend(&mut self, kind: &'static str, id: &str) -> Result<(), ServerError> {
        if self.backends.contains_key(id) {
            return Err(failed(format_args!("id '{id}' is taken")));
        }
        self.backends.insert(id.to_owned(), kind);
        Ok(())
    }

    pub(super) fn remove_backend(&mut self, kind: &str, id: &str) -> Result<(), ServerError> {
        if self.backends.get(id).is_none_or(|found| *found != kind) {
            return Err(failed(format_args!("there is no {kind} '{id}'")));
        }
        self.backends.remove(id);
        Ok(())
    }
}

pub(super) fn failed(what: impl std::fmt::Display) -> ServerError {
    ServerError::generic(what.to_string())
}

impl Handlers for Machine {
    fn accelerator(&mut self) -> Option<&mut dyn Accelerator> {
        Some(self)
    }

    fn block_core(&mut self) -> Option<&mut dyn BlockCore> {
        Some(self)
    }

    fn control(&mut self) -> Option<&mut dyn Control> {
        Some(self)
    }

    fn introspect(&mut self) -> Option<&mut dyn Introspect> {
        Some(self)
    }

    fn job(&mut self) -> Option<&mut dyn Job> {
        Some(self)
    }

    fn machine(&mut self) -> Option<&mut dyn handlers::Machine> {
        Some(self)
    }

    fn migration(&mut self) -> Option<&mut dyn Migration> {
        Some(self)
    }

    fn misc(&mut self) -> Option<&mut dyn Misc> {
        Some(self)
    }

    fn net(&mut self) -> Option<&mut dyn Net> {
        Some(self)
    }

    fn qdev(&mut self) -> Option<&mut dyn Qdev> {
        Some(self)
    }

    fn qom(&mut self) -> Option<&mut dyn Qom> {
        Some(self)
    }

    fn run_state(&mut self) -> Option<&mut dyn RunState> {
        Some(self)
    }
}
