//! The options of a mock.

use std::fmt;
use std::sync::{Arc, Mutex};

use qmp_types::ServedBy;

use super::connection::{Faults, MakeService, Shared};
use super::replay::Replay;
use super::service::{Handled, Service};
use super::{Emitter, Recording};
use crate::protocol::server::Profile;

/// The options of a mock, and the ways to start one: those here, which serve on threads, and those of
/// `mock::tokio::Server` (cargo feature `tokio`).
///
/// ```
/// use qmp_client::mock::{Builder, Profile};
///
/// # fn start<H: qmp_types::qga::handlers::Handlers + Send + 'static>(agent: H) -> std::io::Result<()> {
/// let builder = Builder::handlers::<qmp_types::qga::AnyCommand, _>(agent).profile(Profile::agent());
/// let server = builder.listen("/run/vm.qga")?;
/// # Ok(())
/// # }
/// ```
pub struct Builder {
    make_service: MakeService,
    profile: Profile,
    emitter: Emitter,
    event_capacity: usize,
    faults: Faults,
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("profile", &self.profile)
            .field("event_capacity", &self.event_capacity)
            .field("faults", &self.faults)
            .finish_non_exhaustive()
    }
}

impl Builder {
    /// A server of the commands `C` by handlers that all connections share.
    #[must_use]
    pub fn handlers<C, H>(handlers: H) -> Self
    where
        C: ServedBy<H> + 'static,
        H: Send + 'static,
    {
        Self::shared_handlers::<C, H>(Arc::new(Mutex::new(handlers)))
    }

    /// As [`handlers`](Self::handlers), for a caller who keeps the handlers to look at them. While the caller
    /// holds the lock commands wait.
    #[must_use]
    pub fn shared_handlers<C, H>(handlers: Arc<Mutex<H>>) -> Self
    where
        C: ServedBy<H> + 'static,
        H: Send + 'static,
    {
        Self::service(move || Handled::<C, H>::new(Arc::clone(&handlers)))
    }

    /// As [`handlers`](Self::handlers), with handlers of its own for each connection.
    #[must_use]
    pub fn handlers_each<C, H>(make: impl Fn() -> H + Send + Sync + 'static) -> Self
    where
        C: ServedBy<H> + 'static,
        H: Send + 'static,
    {
        Self::service(move || Handled::<C, H>::new(Arc::new(Mutex::new(make()))))
    }

    /// A server that answers as a recorded one did: see [`Recording`]. It greets with the version that is recorded.
    #[must_use]
    pub fn replay(recording: Recording) -> Self {
        let mut profile = Profile::monitor();
        if let Some((version, package)) = recording.version() {
            profile = profile.version(version[0], version[1], version[2]).package(package);
        }
        let recording = Arc::new(recording);
        Self::service(move || Replay::new(Arc::clone(&recording))).profile(profile)
    }

    /// A server that answers by any means: `make` is asked once for each connection.
    ///
    /// ```
    /// use qmp_client::mock::{Builder, Request};
    /// use qmp_types::{Served, ServerError};
    ///
    /// let builder = Builder::service(|| |request: &Request| -> Served {
    ///     Err(ServerError::command_not_found(&request.name))
    /// });
    /// # let _ = builder;
    /// ```
    #[must_use]
    pub fn service<S: Service + 'static>(make: impl Fn() -> S + Send + Sync + 'static) -> Self {
        Self {
            make_service: Box::new(move || Box::new(make())),
            profile: Profile::monitor(),
            emitter: Emitter::new(),
            event_capacity: 1024,
            faults: Faults::default(),
        }
    }

    /// What kind of server it is, and what it says of itself; [`Profile::monitor`] by default.
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// What emits events to its connections, for those who want it before there is a server.
    #[must_use]
    pub fn emitter(mut self, emitter: Emitter) -> Self {
        self.emitter = emitter;
        self
    }

    /// How many events may wait for each connection to be written; 1024 by default. Those above are dropped.
    #[must_use]
    pub fn event_capacity(mut self, events: usize) -> Self {
        self.event_capacity = events;
        self
    }

    /// Ends each connection in the middle of a reply: the `number`th to a command, from 1; the negotiation, and what
    /// is refused unread, do not count.
    #[must_use]
    pub fn cut_reply(mut self, number: u64) -> Self {
        self.faults.cut_reply = Some(number);
        self
    }

    /// Carries out a command on each connection and does not answer it: the `number`th, counted as by
    /// [`cut_reply`](Self::cut_reply).
    #[must_use]
    pub fn withhold_reply(mut self, number: u64) -> Self {
        self.faults.withhold_reply = Some(number);
        self
    }

    pub(super) fn into_shared(self) -> Arc<Shared> {
        Arc::new(Shared {
            profile: Arc::new(self.profile),
            make_service: self.make_service,
            emitter: self.emitter,
            event_capacity: self.event_capacity,
            faults: self.faults,
        })
    }
}
