//! Freezing the guest's filesystems.

use std::time::Duration;

use ::tokio::runtime::Handle;
use qmp_types::Command;
use qmp_types::qga::commands::{GuestFsfreezeFreeze, GuestFsfreezeFreezeList, GuestFsfreezeThaw};

use super::Agent;
use crate::Error;
use crate::agent::{Call, freeze};
use crate::outcome::returned;

/// Filesystems of the guest that are frozen, to be thawed by [`thaw`](Self::thaw).
///
/// A guard that is dropped has a task of the runtime thaw them, within 10 s: nobody learns of an error but those who
/// watch (`tracing`, level `ERROR`). A runtime that ends before it thaws nothing. While filesystems are frozen an
/// agent refuses most commands.
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// # let agent = qmp_client::tokio::Agent::connect(&"unix:/run/vm.qga".parse()?).await?;
/// let frozen = agent.freeze().await?;
/// println!("{} filesystems are frozen", frozen.count());
/// // … take a snapshot …
/// frozen.thaw().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a guard that is dropped thaws"]
pub struct Frozen {
    agent: Agent,
    count: i64,
    is_armed: bool,
    runtime: Handle,
}

impl Agent {
    /// Freezes all filesystems of the guest that can be.
    ///
    /// # Errors
    /// As [`execute`](Self::execute). Unless the agent says that it failed, they are thawed: a freeze that timed out may
    /// have happened. So they are when the call is dropped.
    pub async fn freeze(&self) -> Result<Frozen, Error> {
        self.freeze_by(&GuestFsfreezeFreeze::new()).await
    }

    /// Freezes the filesystems at these mount points.
    ///
    /// # Errors
    /// As [`freeze`](Self::freeze).
    pub async fn freeze_list<M: Into<String>>(
        &self,
        mountpoints: impl IntoIterator<Item = M>,
    ) -> Result<Frozen, Error> {
        self.freeze_by(&GuestFsfreezeFreezeList::new().mountpoints(mountpoints)).await
    }

    async fn freeze_by<C: Command<Return = i64>>(&self, command: &C) -> Result<Frozen, Error> {
        let agent = self.clone();
        let mut frozen = Frozen { agent, count: 0, is_armed: true, runtime: Handle::current() };
        match self.execute(command).await {
            Ok(count) => frozen.count = count,
            Err(error) => {
                frozen.is_armed = freeze::may_be_frozen(&error);
                return Err(error);
            }
        }
        Ok(frozen)
    }

    async fn thaw(&self, timeout: Duration) -> Result<i64, Error> {
        let command = GuestFsfreezeThaw::new();
        let result = match self.call(Call::new(&command), timeout).await {
            Err(error) if freeze::is_worth_another(&error) => {
                self.call(Call::new(&command).behind_sync(), timeout).await
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
    /// take as long as a call. Dropped, it goes on as a guard that is dropped.
    ///
    /// # Errors
    /// As [`Agent::execute`]. They may still be frozen then.
    pub async fn thaw(mut self) -> Result<i64, Error> {
        let thawed = self.agent.thaw(self.agent.shared.options.call_timeout).await;
        // Not before: who is dropped while it waits has not thawed.
        self.is_armed = false;
        thawed
    }

    /// Leaves them frozen: somebody else is to thaw them.
    pub fn leave(mut self) {
        self.is_armed = false;
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        if self.is_armed {
            let agent = self.agent.clone();
            let timeout = freeze::ON_DROP.min(agent.shared.options.call_timeout);
            self.runtime.spawn(async move { freeze::tell(&agent.thaw(timeout).await) });
        }
    }
}
