//! What to do about a job, by what is known of it. The clients' `run_job` are loops around it.

use std::fmt;
use std::time::Duration;

use qmp_types::TimedEvent;
use qmp_types::qmp::events::JobStatusChange;
use qmp_types::qmp::types::{JobInfo, JobStatus};

use crate::Error;

/// What is done about a job until it ends. See `blocking::jobs::run_job` and `tokio::jobs::run_job`.
///
/// ```
/// # use std::time::Duration;
/// use qmp_client::JobOptions;
///
/// let options = JobOptions::within(Duration::from_secs(3600))
///     .complete(true)
///     .progress(Duration::from_secs(1), |job| {
///         println!("{} of {}", job.current_progress, job.total_progress);
///     });
/// # drop(options);
/// ```
pub struct JobOptions<'p> {
    timeout: Duration,
    finalize: bool,
    complete: bool,
    progress: Option<(Duration, Progress<'p>)>,
}

type Progress<'p> = Box<dyn FnMut(&JobInfo) + Send + 'p>;

impl fmt::Debug for JobOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobOptions")
            .field("timeout", &self.timeout)
            .field("finalize", &self.finalize)
            .field("complete", &self.complete)
            .finish_non_exhaustive()
    }
}

impl<'p> JobOptions<'p> {
    /// The job may take so long, from the command that starts it.
    #[must_use]
    pub fn within(timeout: Duration) -> Self {
        Self { timeout, finalize: false, complete: false, progress: None }
    }

    /// Whether the job is finalized (`job-finalize`) when it is pending; it is not by default. Jobs with
    /// `auto-finalize: false` wait for that.
    #[must_use]
    pub fn finalize(mut self, finalize: bool) -> Self {
        self.finalize = finalize;
        self
    }

    /// Whether the job is completed (`job-complete`) when it is ready; it is not by default. Mirrors and active
    /// commits go on until somebody does.
    #[must_use]
    pub fn complete(mut self, complete: bool) -> Self {
        self.complete = complete;
        self
    }

    /// Has a function told of the job (`query-jobs`) after each `interval`, at least a millisecond, and after
    /// each change of its status.
    #[must_use]
    pub fn progress(mut self, interval: Duration, tell: impl FnMut(&JobInfo) + Send + 'p) -> Self {
        self.progress = Some((interval.max(Duration::from_millis(1)), Box::new(tell)));
        self
    }
}

/// What is to be done next.
#[derive(Debug)]
pub(crate) enum Step {
    Wait,
    Finalize,
    Complete,
    /// The job has ended so, and is to be dismissed.
    Dismiss(Result<(), Error>),
    /// There is no such job.
    Gone,
}

/// What a wait for an event brought.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    Nothing,
    /// Something that changes nothing.
    Other,
    /// A reason to look.
    News,
}

/// A job that is followed to its end.
///
/// Events say when to look, `query-jobs` says what there is: an event may be old, and may be lost.
pub(crate) struct Job<'p> {
    id: Box<str>,
    options: JobOptions<'p>,
    is_finalized: bool,
    is_completed: bool,
    has_aborted: bool,
    has_concluded: bool,
    /// Whether there may have been events that nobody has seen.
    has_gap: bool,
    /// When it was last looked at, since the start.
    looked: Duration,
}

impl<'p> Job<'p> {
    pub(crate) fn new(id: &str, options: JobOptions<'p>) -> Self {
        Self {
            id: id.into(),
            options,
            is_finalized: false,
            is_completed: false,
            has_aborted: false,
            has_concluded: false,
            has_gap: false,
            looked: Duration::ZERO,
        }
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Takes note of what came of a wait for an event.
    pub(crate) fn note(
        &mut self,
        event: Result<Option<TimedEvent<JobStatusChange>>, Error>,
    ) -> Result<Heard, Error> {
        match event {
            Ok(Some(TimedEvent { event, .. })) if *event.id == *self.id => {
                self.has_status(&event.status);
                Ok(if self.calls_for_a_look(&event.status) { Heard::News } else { Heard::Other })
            }
            Ok(Some(_)) => Ok(Heard::Other),
            Ok(None) => Ok(Heard::Nothing),
            Err(Error::EventsLost { .. }) => {
                self.has_gap = true;
                Ok(Heard::News)
            }
            Err(error) => Err(error),
        }
    }

    fn has_status(&mut self, status: &JobStatus) {
        match status {
            // What came before was about another job of the same id.
            JobStatus::Created => (self.has_aborted, self.has_concluded) = (false, false),
            JobStatus::Aborting => self.has_aborted = true,
            JobStatus::Concluded => self.has_concluded = true,
            _ => {}
        }
    }

    fn calls_for_a_look(&self, status: &JobStatus) -> bool {
        let is_on_its_way = matches!(
            status,
            JobStatus::Created | JobStatus::Running | JobStatus::Waiting | JobStatus::Aborting
        );
        !is_on_its_way || self.options.progress.is_some()
    }

    /// How long to wait for an event, so much time after the start.
    pub(crate) fn wait(&self, elapsed: Duration) -> Result<Duration, Error> {
        let after = self.options.timeout;
        let left = after.saturating_sub(elapsed);
        if left.is_zero() {
            return Err(Error::Unfinished { what: format!("job {}", self.id).into(), after });
        }
        let Some((interval, _)) = &self.options.progress else { return Ok(left) };
        Ok(left.min(self.looked.saturating_add(*interval).saturating_sub(elapsed)))
    }

    /// Decides by the jobs that there are, so much time after the start.
    pub(crate) fn decide(&mut self, jobs: &[JobInfo], elapsed: Duration) -> Step {
        self.looked = elapsed;
        let Some(job) = jobs.iter().find(|job| *job.id == *self.id) else { return Step::Gone };
        if let Some((_, tell)) = &mut self.options.progress {
            tell(job);
        }
        match job.status {
            JobStatus::Pending if self.options.finalize && !self.is_finalized => {
                self.is_finalized = true;
                Step::Finalize
            }
            JobStatus::Ready if self.options.complete && !self.is_completed => {
                self.is_completed = true;
                Step::Complete
            }
            JobStatus::Concluded => Step::Dismiss(match &job.error {
                None => Ok(()),
                Some(error) => Err(self.failed(error)),
            }),
            _ => Step::Wait,
        }
    }

    /// How the job ended, when the server has answered to its dismissal.
    pub(crate) fn dismissed(end: Result<(), Error>, answer: Result<(), Error>) -> Result<(), Error> {
        match answer {
            // Somebody else was faster. How it ended is known all the same.
            Err(Error::Server { .. }) => end,
            answer => end.and(answer),
        }
    }

    /// How a job ended that dismissed itself, when all that was told of it is noted.
    pub(crate) fn gone(&self) -> Result<(), Error> {
        match (self.has_aborted, self.has_concluded, self.has_gap) {
            (true, ..) => Err(self.failed("it was aborted, and its error is gone with it")),
            (false, true, false) => Ok(()),
            _ => Err(Error::JobGone { id: self.id.clone() }),
        }
    }

    fn failed(&self, error: &str) -> Error {
        Error::Job { id: self.id.clone(), error: error.into() }
    }
}
