//! What the mock says of itself, and how it runs.

use qmp_types::ServerError;
use qmp_types::qmp::handlers::{Accelerator, Control, Job, Migration, Misc, RunState};
use qmp_types::qmp::{commands, events, handlers, types};

use super::machine::{Machine, failed};

/// The release that the bindings are of, which is what the mock says to be in its greeting too.
const VERSION: (i64, i64, i64) = (10, 2, 2);

impl Control for Machine {
    fn query_version(&mut self, _: commands::QueryVersion) -> Result<types::VersionInfo, ServerError> {
        let (major, minor, micro) = VERSION;
        Ok(types::VersionInfo::new(types::VersionTriple::new(major, minor, micro), "mock"))
    }

    fn quit(&mut self, _: commands::Quit) -> Result<(), ServerError> {
        self.events.emit(&events::Shutdown::new(false, types::ShutdownCause::HostQmpQuit));
        Ok(())
    }
}

impl RunState for Machine {
    fn query_status(&mut self, _: commands::QueryStatus) -> Result<types::StatusInfo, ServerError> {
        let is_running = self.status == types::RunState::Running;
        Ok(types::StatusInfo::new(is_running, self.status.clone()))
    }
}

impl Misc for Machine {
    fn stop(&mut self, _: commands::Stop) -> Result<(), ServerError> {
        if self.status == types::RunState::Running {
            self.status = types::RunState::Paused;
            self.events.emit(&events::Stop::new());
        }
        Ok(())
    }

    fn cont(&mut self, _: commands::Cont) -> Result<(), ServerError> {
        if self.status != types::RunState::Running {
            self.status = types::RunState::Running;
            self.events.emit(&events::Resume::new());
        }
        Ok(())
    }

    fn query_name(&mut self, _: commands::QueryName) -> Result<types::NameInfo, ServerError> {
        Ok(types::NameInfo::new().name(self.name.clone()))
    }

    fn human_monitor_command(
        &mut self,
        command: commands::HumanMonitorCommand,
    ) -> Result<String, ServerError> {
        let line = command.command_line;
        Ok(match line.split_whitespace().collect::<Vec<_>>().as_slice() {
            ["info", "status"] => format!("VM status: {}\r\n", self.status.as_str()),
            ["info", "name"] => format!("{}\r\n", self.name),
            ["info", "block"] => {
                self.nodes.iter().map(|(name, node)| format!("{name}: {}\r\n", node.drv)).collect()
            }
            ["stop"] => self.stop(commands::Stop::new()).map(|()| String::new())?,
            ["cont" | "c"] => self.cont(commands::Cont::new()).map(|()| String::new())?,
            [] => String::new(),
            [word, ..] => {
                format!(
                    "'{word}' is not among the mock's commands: info block, info name, info status, stop, cont\r\n"
                )
            }
        })
    }
}

impl handlers::Machine for Machine {
    fn system_reset(&mut self, _: commands::SystemReset) -> Result<(), ServerError> {
        self.events.emit(&events::Reset::new(false, types::ShutdownCause::HostQmpSystemReset));
        Ok(())
    }

    fn system_powerdown(&mut self, _: commands::SystemPowerdown) -> Result<(), ServerError> {
        self.events.emit(&events::Powerdown::new());
        Ok(())
    }

    fn query_memory_size_summary(
        &mut self,
        _: commands::QueryMemorySizeSummary,
    ) -> Result<types::MemoryInfo, ServerError> {
        Ok(types::MemoryInfo::new(512 << 20))
    }

    fn balloon(&mut self, command: commands::Balloon) -> Result<(), ServerError> {
        if command.value <= 0 {
            return Err(failed("the size of the memory is to be above zero"));
        }
        self.events.emit(&events::BalloonChange::new(command.value));
        Ok(())
    }
}

impl Accelerator for Machine {
    fn query_kvm(&mut self, _: commands::QueryKvm) -> Result<types::KvmInfo, ServerError> {
        Ok(types::KvmInfo::new(false, false))
    }
}

impl Job for Machine {
    fn query_jobs(&mut self, _: commands::QueryJobs) -> Result<Vec<types::JobInfo>, ServerError> {
        Ok(Vec::new())
    }
}

impl Migration for Machine {
    fn query_migrate(&mut self, _: commands::QueryMigrate) -> Result<types::MigrationInfo, ServerError> {
        Ok(types::MigrationInfo::new())
    }
}
