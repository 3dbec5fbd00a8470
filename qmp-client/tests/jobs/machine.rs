//! A machine with one job or one migration, which goes on whenever somebody asks for it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use qmp_client::mock::{Builder, Emitter};
use qmp_types::ServerError;
use qmp_types::qmp::handlers::{self, Handlers};
use qmp_types::qmp::types::{JobInfo, JobStatus, JobType, MigrationInfo, MigrationStatus};
use qmp_types::qmp::{AnyCommand, commands, events};

/// What happens to the job that `blockdev-create` starts, and to the migration.
#[derive(Clone, Default)]
pub(crate) struct Script {
    pub(crate) statuses: Vec<JobStatus>,
    pub(crate) error: Option<&'static str>,
    /// Whether a job that concluded is gone at the next step.
    pub(crate) dismisses_itself: bool,
    /// Whether somebody else dismisses it first.
    pub(crate) is_dismissed: bool,
    /// Whether the server emits events.
    pub(crate) is_silent: bool,
    /// How many events of other jobs come along with each of this one.
    pub(crate) noise: usize,
    pub(crate) migration: Vec<MigrationStatus>,
}

pub(crate) struct Machine {
    script: Script,
    events: Emitter,
    job: Option<JobInfo>,
    statuses: VecDeque<JobStatus>,
    migration: VecDeque<MigrationStatus>,
    log: Arc<Mutex<Vec<&'static str>>>,
}

/// What was asked of a machine, but for questions.
pub(crate) type Log = Arc<Mutex<Vec<&'static str>>>;

impl Script {
    pub(crate) fn machine(&self) -> (Builder, Log) {
        let (events, log) = (Emitter::new(), Log::default());
        let machine = Machine {
            script: self.clone(),
            events: events.clone(),
            job: None,
            statuses: self.statuses.clone().into(),
            migration: self.migration.clone().into(),
            log: Arc::clone(&log),
        };
        (Builder::handlers::<AnyCommand, _>(machine).emitter(events), log)
    }
}

impl Machine {
    fn tell(&self, id: &str, status: JobStatus) {
        if self.script.is_silent {
            return;
        }
        self.events.emit(&events::JobStatusChange::new(id, status));
        for _ in 0..self.script.noise {
            self.events.emit(&events::JobStatusChange::new("other", JobStatus::Running));
        }
    }

    fn enter(&mut self, status: JobStatus) {
        let Some(job) = &mut self.job else { return };
        job.status = status.clone();
        job.current_progress += 10;
        job.error = self.script.error.filter(|_| status == JobStatus::Concluded).map(str::to_owned);
        let id = job.id.clone();
        self.tell(&id, status);
    }

    /// The steps that nobody has to ask for; one if nobody is told of them.
    fn go_on(&mut self) {
        while let Some(job) = &self.job {
            match job.status {
                JobStatus::Ready | JobStatus::Pending => return,
                JobStatus::Concluded if self.script.dismisses_itself => self.dismiss(),
                JobStatus::Concluded => return,
                _ => self.next(),
            }
            if self.script.is_silent {
                return;
            }
        }
    }

    fn next(&mut self) {
        if let Some(status) = self.statuses.pop_front() {
            self.enter(status);
        }
    }

    fn dismiss(&mut self) {
        self.enter(JobStatus::Null);
        self.job = None;
    }

    /// Carries out a command that takes a job of a status.
    fn take(&mut self, command: &'static str, status: &JobStatus) -> Result<(), ServerError> {
        self.log.lock().unwrap().push(command);
        match &self.job {
            Some(job) if job.status == *status => Ok(()),
            _ => Err(ServerError::generic("no such job in this state")),
        }
    }
}

impl Handlers for Machine {
    fn block_core(&mut self) -> Option<&mut dyn handlers::BlockCore> {
        Some(self)
    }

    fn job(&mut self) -> Option<&mut dyn handlers::Job> {
        Some(self)
    }

    fn migration(&mut self) -> Option<&mut dyn handlers::Migration> {
        Some(self)
    }
}

impl handlers::BlockCore for Machine {
    fn blockdev_create(&mut self, command: commands::BlockdevCreate) -> Result<(), ServerError> {
        if self.statuses.is_empty() {
            return Err(ServerError::generic("nothing can be created"));
        }
        self.job = Some(JobInfo::new(command.job_id, JobType::Create, JobStatus::Undefined, 0, 100));
        self.next();
        Ok(())
    }
}

impl handlers::Job for Machine {
    /// What it answers is out of date when the answer comes: the event behind it comes first.
    fn query_jobs(&mut self, _: commands::QueryJobs) -> Result<Vec<JobInfo>, ServerError> {
        let jobs = self.job.clone().into_iter().collect();
        self.go_on();
        Ok(jobs)
    }

    fn job_finalize(&mut self, _: commands::JobFinalize) -> Result<(), ServerError> {
        self.take("finalize", &JobStatus::Pending)?;
        self.next();
        Ok(())
    }

    fn job_complete(&mut self, _: commands::JobComplete) -> Result<(), ServerError> {
        self.take("complete", &JobStatus::Ready)?;
        self.next();
        Ok(())
    }

    fn job_dismiss(&mut self, _: commands::JobDismiss) -> Result<(), ServerError> {
        if self.script.is_dismissed {
            self.job = None;
        }
        self.take("dismiss", &JobStatus::Concluded)?;
        self.dismiss();
        Ok(())
    }
}

impl handlers::Migration for Machine {
    /// As jobs: out of date when it comes.
    fn query_migrate(&mut self, _: commands::QueryMigrate) -> Result<MigrationInfo, ServerError> {
        let mut info = MigrationInfo::new();
        info.status = self.migration.front().cloned();
        info.error_desc = self.script.error.map(str::to_owned);
        if self.migration.len() > 1 {
            self.migration.pop_front();
        }
        if let (Some(status), false) = (self.migration.front(), self.script.is_silent) {
            self.events.emit(&events::Migration::new(status.clone()));
        }
        Ok(info)
    }
}
