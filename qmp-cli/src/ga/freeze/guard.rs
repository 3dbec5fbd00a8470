//! Frozen filesystems, thawed whatever happens.

use std::thread;
use std::time::Duration;

use qmp_client::Error;
use qmp_client::blocking::{Agent, Frozen};
use qmp_types::qga::commands::{GuestFsfreezeFreeze, GuestFsfreezeFreezeList, GuestFsfreezeThaw};

use super::FREEZING;
use crate::failure::Failure;
use crate::ga::Reach;
use crate::output;

/// How often a connection is made to thaw by, if the first one does not do.
const TRIES: u32 = 12;

/// How long to wait between two tries.
const PAUSE: Duration = Duration::from_secs(1);

/// Filesystems that are frozen. Dropped, it thaws them too.
#[derive(Debug)]
pub(super) struct Guard<'o> {
    reach: Reach<'o>,
    /// Absent when they are thawed, or the connection is given up.
    frozen: Option<Frozen>,
}

/// Freezes filesystems, and leaves them so.
///
/// # Errors
/// When there is no agent, or it does not say that it froze them: then they are thawed, unless it says that it failed.
pub(super) fn freeze_for_good(reach: Reach<'_>, mountpoints: &[String]) -> Result<i64, Failure> {
    let agent = reach.connect(FREEZING)?;
    let frozen = if mountpoints.is_empty() {
        agent.execute(&GuestFsfreezeFreeze::new())
    } else {
        agent.execute(&GuestFsfreezeFreezeList::new().mountpoints(mountpoints))
    };
    frozen.map_err(|error| not_frozen(reach, error))
}

impl<'o> Guard<'o> {
    /// Freezes filesystems: those at the mount points, or all if none is given.
    ///
    /// # Errors
    /// As [`freeze_for_good`].
    pub(super) fn freeze(reach: Reach<'o>, mountpoints: &[String]) -> Result<Self, Failure> {
        let agent = reach.connect(FREEZING)?;
        let frozen = if mountpoints.is_empty() { agent.freeze() } else { agent.freeze_list(mountpoints) };
        let frozen = frozen.map_err(|error| not_frozen(reach, error))?;
        output::note(&format!("{} filesystems are frozen", frozen.count()));
        Ok(Self { reach, frozen: Some(frozen) })
    }

    /// Thaws them, over another connection if need be.
    ///
    /// # Errors
    /// When that could not be done. They may still be frozen then.
    pub(super) fn thaw(mut self) -> Result<(), Failure> {
        self.thaw_once()
    }

    fn thaw_once(&mut self) -> Result<(), Failure> {
        let Some(frozen) = self.frozen.take() else { return Ok(()) };
        let count = match frozen.thaw() {
            Ok(count) => count,
            Err(error) => {
                let failure = Failure::from(error);
                output::warning(&format!("thawing failed ({}): connecting again", failure.message()));
                thaw_by_another(self.reach)?
            }
        };
        output::note(&format!("{count} filesystems are thawed"));
        Ok(())
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        if let Err(failure) = self.thaw_once() {
            failure.report();
        }
    }
}

/// The failure of a freeze. What may be frozen all the same is thawed.
fn not_frozen(reach: Reach<'_>, error: Error) -> Failure {
    if matches!(error, Error::Server { .. }) {
        // An agent that says so has thawed what it had frozen, or somebody else froze them before.
        return error.into();
    }
    let failure = Failure::from(error);
    output::warning(&format!(
        "filesystems may be frozen ({}): connecting again to thaw them",
        failure.message()
    ));
    match thaw_by_another(reach) {
        Ok(count) => {
            output::note(&format!("{count} filesystems are thawed"));
            failure
        }
        Err(thaw) => thaw,
    }
}

/// Thaws over new connections, with an exchange on each. An error that the agent answers with may pass as well.
fn thaw_by_another(reach: Reach<'_>) -> Result<i64, Failure> {
    let mut number = 1;
    loop {
        let failure = match reach.connect(FREEZING).and_then(|agent| thaw(&agent)) {
            Ok(count) => return Ok(count),
            Err(failure) => failure,
        };
        if number == TRIES {
            let why = format!("the guest's filesystems may still be frozen: {}", failure.message());
            return Err(Failure::new(failure.code(), why)
                .with_hint("thaw them by `qmp ga fsfreeze thaw` when the agent can be reached"));
        }
        output::warning(&format!("thawing failed ({}), try {number} of {TRIES}", failure.message()));
        thread::sleep(PAUSE.min(reach.target.connect_timeout()));
        number += 1;
    }
}

fn thaw(agent: &Agent) -> Result<i64, Failure> {
    Ok(agent.execute(&GuestFsfreezeThaw::new())?)
}
