//! What the mock is made of.

use std::collections::{BTreeMap, BTreeSet};

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
    /// The ids of network backends.
    pub(super) backends: BTreeSet<String>,
    /// What users made by `object-add`, by id: their properties.
    pub(super) objects: BTreeMap<String, Map<String, Value>>,
    /// The machine's own properties.
    pub(super) settings: BTreeMap<String, Value>,
}

impl Machine {
    pub(super) fn new(name: &str, events: Emitter) -> Self {
        Self {
            name: name.to_owned(),
            events,
            status: types::RunState::Running,
            nodes: BTreeMap::new(),
            devices: BTreeMap::new(),
            backends: BTreeSet::new(),
            objects: BTreeMap::new(),
            settings: [("graphics", true.into()), ("max-fw-size", (8 << 20).into())]
                .map(|(name, value)| (name.to_owned(), value))
                .into(),
        }
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
