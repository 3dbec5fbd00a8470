//! Freezing the guest's filesystems.

use std::time::Duration;

use qmp_types::Command;
use qmp_types::qga::commands::{GuestFsfreezeFreeze, GuestFsfreezeFreezeList, GuestFsfreezeThaw};

use super::Agent;
use crate::Error;
use crate::agent::{Call, freeze};
use crate::outcome::returned;

/// Filesystems of the guest that are frozen, to be thawed by [`thaw`](Self::thaw).
///
/// A guard that is dropped thaws too, and takes up to 10 s for it: nobody learns of an error but those who watch
/// (`tracing`, level `ERROR`). While filesystems are frozen an agent refuses most commands.
///
/// ```no_run
/// # let agent = qmp_client::blocking::Agent::connect(&"unix:/run/vm.qga".parse()?)?;
/// let frozen = agent.freeze()?;
/// println!("{} filesystems are frozen", frozen.count());
/// // … take a snapshot …
/// frozen.thaw()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[must_use = "a guard that is dropped thaws"]
pub struct Frozen {
    agent: Agent,
    count: i64,
    is_armed: bool,
}

impl Agent {
    /// Freezes all filesystems of the guest that can be.
    ///
    /// # Errors
    /// As [`execute`](Self::execute). Unless the agent says that it failed, they are thawed: a freeze that timed out may
    /// have happened.
    pub fn freeze(&self) -> Result<Frozen, Error> {
        self.freeze_by(&GuestFsfreezeFreeze::new())
    }

    /// Freezes the filesystems at these mount points.
    ///
    /// # Errors
    /// As [`freeze`](Self::freeze).
    pub fn freeze_list<M: Into<String>>(
        &self,
        mountpoints: impl IntoIterator<Item = M>,
    ) -> Result<Frozen, Error> {
        self.freeze_by(&GuestFsfreezeFreezeList::new().mountpoints(mountpoints))
    }

    fn freeze_by<C: Command<Return = i64>>(&self, command: &C) -> Result<Frozen, Error> {
        let mut frozen = Frozen { agent: self.clone(), count: 0, is_armed: true };
        match self.execute(command) {
            Ok(count) => frozen.count = count,
            Err(error) => {
                frozen.is_armed = freeze::may_be_frozen(&error);
                return Err(error);
            }
        }
        Ok(frozen)
    }

    fn thaw(&self, timeout: Duration) -> Result<i64, Error> {
        let command = GuestFsfreezeThaw::new();
        let result = match self.call(Call::new(&command), timeout) {
            Err(error) if freeze::is_worth_another(&error) => {
                self.call(Call::new(&command).behind_sync(), timeout)
            }
            result => result,
        };
        returned::<GuestFsfreezeThaw>(&result?)
    }
}

impl Frozen {
    /// How many filesystems were frozen.
    #[must_use]
    pub fn count(&self) -> i64 {
        self.count
    }

    /// Thaws all filesystems, and says how many that were. An attempt that fails is repeated once, behind a sync. Each may
    /// take as long as a call.
    ///
    /// # Errors
    /// As [`Agent::execute`]. They may still be frozen then.
    pub fn thaw(mut self) -> Result<i64, Error> {
        self.is_armed = false;
        self.agent.thaw(self.agent.shared.options.call_timeout)
    }

    /// Leaves them frozen: somebody else is to thaw them.
    pub fn leave(mut self) {
        self.is_armed = false;
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        if self.is_armed {
            let timeout = freeze::ON_DROP.min(self.agent.shared.options.call_timeout);
            freeze::tell(&self.agent.thaw(timeout));
        }
    }
}
