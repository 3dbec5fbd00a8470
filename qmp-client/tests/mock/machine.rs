//! Handlers.

use qmp_client::mock::{Builder, Emitter};
use qmp_types::ServerError;
use qmp_types::qmp::handlers::{self, Handlers};
use qmp_types::qmp::{AnyCommand, commands, events, types};

/// A machine that runs, stops, and has a disk.
#[derive(Debug, Default)]
pub(crate) struct Machine {
    pub(crate) stopped: bool,
    pub(crate) events: Emitter,
    pub(crate) nodes: Vec<String>,
}

/// A server with a [`Machine`].
pub(crate) fn machine() -> Builder {
    let events = Emitter::new();
    let machine = Machine { events: events.clone(), ..Machine::default() };
    Builder::handlers::<AnyCommand, _>(machine).emitter(events)
}

impl Handlers for Machine {
    fn run_state(&mut self) -> Option<&mut dyn handlers::RunState> {
        Some(self)
    }

    fn misc(&mut self) -> Option<&mut dyn handlers::Misc> {
        Some(self)
    }

    fn block_core(&mut self) -> Option<&mut dyn handlers::BlockCore> {
        Some(self)
    }

    fn control(&mut self) -> Option<&mut dyn handlers::Control> {
        Some(self)
    }

    fn yank(&mut self) -> Option<&mut dyn handlers::Yank> {
        Some(self)
    }
}

impl handlers::RunState for Machine {
    fn query_status(&mut self, _: commands::QueryStatus) -> Result<types::StatusInfo, ServerError> {
        let state = if self.stopped { types::RunState::Paused } else { types::RunState::Running };
        Ok(types::StatusInfo::new(!self.stopped, state))
    }
}

impl handlers::Misc for Machine {
    fn stop(&mut self, _: commands::Stop) -> Result<(), ServerError> {
        self.stopped = true;
        self.events.emit(&events::Stop::new());
        Ok(())
    }

    fn cont(&mut self, _: commands::Cont) -> Result<(), ServerError> {
        panic!("a handler that panics");
    }
}

impl handlers::BlockCore for Machine {
    fn blockdev_add(&mut self, command: commands::BlockdevAdd) -> Result<(), ServerError> {
        self.nodes.push(command.0.node_name.unwrap_or_default());
        Ok(())
    }
}

impl handlers::Control for Machine {
    fn quit(&mut self, _: commands::Quit) -> Result<(), ServerError> {
        self.events.emit(&events::Shutdown::new(false, types::ShutdownCause::HostQmpQuit));
        Ok(())
    }
}

impl handlers::Yank for Machine {
    fn yank(&mut self, _: commands::Yank) -> Result<(), ServerError> {
        Ok(())
    }
}
