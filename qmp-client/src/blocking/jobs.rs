//! Jobs (`qapi/job.json`), followed to their end.

use std::time::{Duration, Instant};

use qmp_types::Command;
use qmp_types::qmp::commands::{JobComplete, JobDismiss, JobFinalize, QueryJobs};
use qmp_types::qmp::events::JobStatusChange;

use super::{Client, Subscription};
use crate::jobs::{Heard, Job, Step};
use crate::{Error, JobOptions};

/// Executes a command that starts a job, and follows the job to its end: what the command returned.
///
/// `id` is the job's id, which the command says too. Give the command `auto-dismiss: false` where it takes that: a job
/// that dismisses itself is gone, and its error with it. With `auto-finalize: false` ask the options to
/// [`finalize`](JobOptions::finalize).
///
/// When the wait ends early, for whatever reason, the job goes on: `job-cancel` it, or wait for it by other means.
///
/// ```no_run
/// use std::time::Duration;
///
/// use qmp_client::blocking::{Client, jobs::run_job};
/// use qmp_client::{Error, JobOptions};
/// use qmp_types::qmp::commands::BlockdevMirror;
/// use qmp_types::qmp::types::MirrorSyncMode;
///
/// let client = Client::connect(&"unix:/run/vm.qmp".parse()?)?;
/// let mirror = BlockdevMirror::new("disk", "copy", MirrorSyncMode::Full).job_id("copy0").auto_dismiss(false);
/// let options = JobOptions::within(Duration::from_secs(3600)).complete(true);
/// match run_job(&client, &mirror, "copy0", options) {
///     Ok(()) => println!("copied"),
///     Err(Error::Job { error, .. }) => println!("not copied: {}", error.escape_debug()),
///     Err(error) => return Err(error.into()),
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// - [`Error::Job`] when the job failed or was cancelled. It is dismissed.
/// - [`Error::JobGone`] when it cannot be told how it ended, or no job of this id was there.
/// - [`Error::Unfinished`] when its time is up.
/// - Those of [`Client::execute`] for the command, and for those that are executed later: `query-jobs`, `job-finalize`,
///   `job-complete`, `job-dismiss`. [`Error::Decode`] for an event that is not of its type.
pub fn run_job<C: Command>(
    client: &Client,
    command: &C,
    id: &str,
    options: JobOptions<'_>,
) -> Result<C::Return, Error> {
    let start = Instant::now();
    let mut events = client.subscribe::<JobStatusChange>();
    let returned = client.execute(command)?;
    follow(client, &mut events, Job::new(id, options), start)?;
    Ok(returned)
}

fn follow(
    client: &Client,
    events: &mut Subscription<JobStatusChange>,
    mut job: Job<'_>,
    start: Instant,
) -> Result<(), Error> {
    loop {
        let jobs = client.execute(&QueryJobs::new())?;
        match job.decide(&jobs, start.elapsed()) {
            Step::Wait => while job.note(events.next(job.wait(start.elapsed())?))? == Heard::Other {},
            Step::Finalize => client.execute(&JobFinalize::new(job.id()))?,
            Step::Complete => client.execute(&JobComplete::new(job.id()))?,
            Step::Dismiss(end) => {
                return Job::dismissed(end, client.execute(&JobDismiss::new(job.id())));
            }
            Step::Gone => {
                // What was told of it before the reply.
                while job.note(events.next(Duration::ZERO))? != Heard::Nothing {}
                return job.gone();
            }
        }
    }
}
