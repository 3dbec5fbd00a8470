//! `qmp ga suspend`, `shutdown`, `halt` and `reboot`: commands that are not answered when they succeed.

use std::time::Duration;

use clap::ValueEnum;
use qmp_types::qga::commands::{GuestShutdown, GuestSuspendDisk, GuestSuspendHybrid, GuestSuspendRam};

use super::Reach;
use crate::failure::Failure;

/// How long an error is waited for. Silence means that the guest sleeps or is gone.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Debug, clap::Args)]
pub(crate) struct Suspend {
    /// To where.
    #[arg(value_enum)]
    to: To,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum To {
    /// To a disk: the guest ends, and goes on from there at its next start.
    Disk,
    /// To memory: the monitor's command system_wakeup wakes it.
    Ram,
    /// To both.
    Hybrid,
}

/// Suspends the guest.
///
/// # Errors
/// When there is no agent, or it says that it cannot.
pub(super) fn suspend(reach: Reach<'_>, options: &Suspend) -> Result<(), Failure> {
    let agent = reach.connect(PATIENCE)?;
    match options.to {
        To::Disk => agent.execute(&GuestSuspendDisk::new()),
        To::Ram => agent.execute(&GuestSuspendRam::new()),
        To::Hybrid => agent.execute(&GuestSuspendHybrid::new()),
    }?;
    Ok(())
}

/// Ends or restarts the guest.
///
/// # Errors
/// As [`suspend`].
pub(super) fn shutdown(reach: Reach<'_>, mode: &str) -> Result<(), Failure> {
    reach.connect(PATIENCE)?.execute(&GuestShutdown::new().mode(mode))?;
    Ok(())
}
