//! Frozen filesystems, thawed whatever happens.

use std::thread;
use std::time::Duration;

use qmp_client::Error;
use qmp_client::blocking::{Agent, Frozen};
use qmp_types::qga::commands::{GuestFsfreezeStatus, GuestFsfreezeThaw};
use qmp_types::qga::types::GuestFsfreezeStatus as Status;

use super::{FREEZING, filesystems};
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

impl<'o> Guard<'o> {
    /// Freezes filesystems: those at the mount points, or all if none is given.
    ///
    /// # Errors
    /// When there is no agent, or it does not say that it froze them: then they are thawed, unless it says that it failed.
    pub(super) fn freeze(reach: Reach<'o>, mountpoints: &[String]) -> Result<Self, Failure> {
        let agent = reach.connect(FREEZING)?;
        let frozen = if mountpoints.is_empty() { agent.freeze() } else { agent.freeze_list(mountpoints) };
        match frozen {
            Ok(frozen) => Ok(Self { reach, frozen: Some(frozen) }),
            Err(error) => Err(not_frozen(reach, &agent, error)),
        }
    }

    /// Tells the user that they are frozen.
    pub(super) fn tell(&self) {
        output::note(&format!("froze {}", filesystems(self.count())));
    }

    fn count(&self) -> i64 {
        self.frozen.as_ref().map_or(0, Frozen::count)
    }

    /// Leaves them frozen, and says how many they are.
    pub(super) fn leave(mut self) -> i64 {
        let count = self.count();
        if let Some(frozen) = self.frozen.take() {
            frozen.leave();
        }
        count
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
        output::note(&format!("thawed {}", filesystems(count)));
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
fn not_frozen(reach: Reach<'_>, agent: &Agent, error: Error) -> Failure {
    // An agent that says that it failed has thawed what it had frozen, or somebody else froze them before.
    let may_be_frozen = !matches!(error, Error::Server { .. });
    let failure = Failure::from(error);
    // The client has tried to thaw already.
    if !may_be_frozen
        || agent.execute(&GuestFsfreezeStatus::new()).is_ok_and(|status| status == Status::Thawed)
    {
        return failure;
    }
    output::warning(&format!(
        "filesystems may be frozen ({}): connecting again to thaw them",
        failure.message()
    ));
    match thaw_by_another(reach) {
        Ok(count) => {
            output::note(&format!("thawed {}", filesystems(count)));
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

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use clap::Parser as _;
    use qmp_client::mock::{Builder, Profile, Request};
    use qmp_types::Served;
    use serde_json::value::RawValue;

    use super::{Guard, Reach};
    use crate::cli::Cli;

    #[test]
    fn a_panic_thaws() {
        let thaws = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&thaws);
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("agent");
        let make = move || {
            let counted = Arc::clone(&counted);
            move |request: &Request| -> Served {
                counted.fetch_add(u32::from(&*request.name == "guest-fsfreeze-thaw"), Ordering::SeqCst);
                Ok(Some(RawValue::from_string("1".to_owned()).unwrap()))
            }
        };
        let _agent = Builder::service(make).profile(Profile::agent()).listen(&socket).unwrap();
        let cli = Cli::try_parse_from(["qmp", "ga", "ping", "--socket", socket.to_str().unwrap()]).unwrap();
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let _guard = Guard::freeze(Reach { target: &cli.target, timeout: None }, &[]).unwrap();
            resume_unwind(Box::new(()));
        }));
        assert!(panicked.is_err());
        assert_eq!(thaws.load(Ordering::SeqCst), 1);
    }
}
