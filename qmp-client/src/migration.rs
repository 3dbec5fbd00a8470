//! What a migration came to. The clients' `follow_migration` are loops around it.

use std::fmt;
use std::time::Duration;

use qmp_types::qmp::types::{MigrationInfo, MigrationStatus};

use crate::Error;

/// How a migration is followed. See `blocking::migration::follow_migration` and `tokio::migration::follow_migration`.
///
/// ```
/// # use std::time::Duration;
/// use qmp_client::MigrationOptions;
///
/// let options = MigrationOptions::within(Duration::from_secs(3600)).progress(Duration::from_secs(1), |info| {
///     if let Some(ram) = &info.ram {
///         println!("{} of {} bytes to go", ram.remaining, ram.total);
///     }
/// });
/// # drop(options);
/// ```
pub struct MigrationOptions<'p> {
    timeout: Duration,
    interval: Duration,
    progress: Option<Progress<'p>>,
}

type Progress<'p> = Box<dyn FnMut(&MigrationInfo) + Send + 'p>;

impl fmt::Debug for MigrationOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MigrationOptions")
            .field("timeout", &self.timeout)
            .field("interval", &self.interval)
            .finish_non_exhaustive()
    }
}

impl<'p> MigrationOptions<'p> {
    /// The migration may take so long from now. It is looked at every 500 ms, unless [`progress`](Self::progress) says
    /// otherwise.
    #[must_use]
    pub fn within(timeout: Duration) -> Self {
        Self { timeout, interval: Duration::from_millis(500), progress: None }
    }

    /// Has a function told of the migration (`query-migrate`) after each `interval`, at least a millisecond,
    /// and after each event `MIGRATION`.
    #[must_use]
    pub fn progress(mut self, interval: Duration, tell: impl FnMut(&MigrationInfo) + Send + 'p) -> Self {
        self.interval = interval.max(Duration::from_millis(1));
        self.progress = Some(Box::new(tell));
        self
    }

    /// How long to wait for an event, so much time after the start.
    pub(crate) fn wait(&self, elapsed: Duration) -> Result<Duration, Error> {
        let left = self.timeout.saturating_sub(elapsed);
        if left.is_zero() {
            return Err(Error::Unfinished { what: "the migration".into(), after: self.timeout });
        }
        Ok(left.min(self.interval))
    }

    /// What the migration came to, if it has ended.
    pub(crate) fn decide(&mut self, info: MigrationInfo) -> Result<Option<MigrationEnd>, Error> {
        if let Some(tell) = &mut self.progress {
            tell(&info);
        }
        match info.status {
            Some(MigrationStatus::Completed) => Ok(Some(MigrationEnd::Completed(Box::new(info)))),
            Some(MigrationStatus::Cancelled) => Ok(Some(MigrationEnd::Cancelled)),
            Some(MigrationStatus::Failed) => {
                let error = info.error_desc.unwrap_or_else(|| "the server does not say why".to_owned());
                Err(Error::Migration { error: error.into() })
            }
            _ => Ok(None),
        }
    }
}

/// How a migration ended that did not fail.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum MigrationEnd {
    /// It is done. What `query-migrate` says of it: times in milliseconds, sizes in bytes.
    Completed(Box<MigrationInfo>),
    /// Somebody cancelled it (`migrate_cancel`).
    Cancelled,
}

/// Whether a wait for an event was one that calls for a look, or a failure of the connection.
pub(crate) fn heard<E>(event: Result<E, Error>) -> Result<(), Error> {
    match event {
        Ok(_) | Err(Error::EventsLost { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}
