//! How a command is sent, and what is waited for.

use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap_complete::engine::ArgValueCompleter;
use qmp_client::{CallOptions, EventRecord};
use serde_json::value::RawValue;

use super::fds;
use super::request::Request;
use super::wait::Awaited;
use crate::failure::Failure;
use crate::session::Session;
use crate::{completion, target};

#[derive(Debug, clap::Args)]
#[group(skip)]
pub(crate) struct Options {
    /// How long the command, with the event that is waited for, may take, in seconds. It may still be carried out then.
    #[arg(short, long, value_name = "SECONDS", default_value = "30", value_parser = target::seconds)]
    pub(crate) timeout: Duration,
    /// Wait for this event behind the command, and print it: EVENT, or EVENT,KEY=VALUE for one whose data is so.
    #[arg(short, long, value_name = "EVENT", add = ArgValueCompleter::new(completion::events))]
    wait: Option<Awaited>,
    /// Have the command executed before those that wait, where it allows that.
    #[arg(long, conflicts_with = "pass_fds")]
    oob: bool,
    /// Pass descriptors along that this program has inherited, by their numbers, for getfd and add-fd. It takes a unix socket.
    #[arg(long, value_name = "N,N…", value_delimiter = ',')]
    pass_fds: Vec<u32>,
}

/// How commands are sent.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    timeout: Duration,
    wait: Option<Awaited>,
    is_out_of_band: bool,
    fds: Arc<[OwnedFd]>,
}

/// What came of a command.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// What it returned.
    pub(crate) returned: Box<RawValue>,
    /// The event that was waited for.
    pub(crate) event: Option<EventRecord>,
}

impl Options {
    /// Takes what the options say.
    ///
    /// # Errors
    /// When a descriptor is not open.
    pub(crate) fn call(&self) -> Result<Call, Failure> {
        self.wait.iter().for_each(Awaited::warn_if_unknown);
        let fds = if self.pass_fds.is_empty() { Vec::new() } else { fds::inherited(&self.pass_fds)? };
        Ok(Call { timeout: self.timeout, wait: self.wait.clone(), is_out_of_band: self.oob, fds: fds.into() })
    }
}

impl Call {
    /// A call that waits for its answer only.
    pub(crate) fn within(timeout: Duration) -> Self {
        Self { timeout, wait: None, is_out_of_band: false, fds: Arc::default() }
    }

    /// Sends a command, and waits for what was asked for.
    ///
    /// # Errors
    /// When an argument cannot be of its type; those of the call; when the event does not come.
    pub(crate) fn make(&self, session: &Session, request: &Request) -> Result<Outcome, Failure> {
        let start = Instant::now();
        let mut options = CallOptions::new();
        if self.is_out_of_band {
            options = options.out_of_band();
        }
        if !self.fds.is_empty() {
            let fds: Vec<_> = self.fds.iter().map(AsFd::as_fd).collect();
            options =
                options.fds(&fds).map_err(|error| Failure::usage(format_args!("--pass-fds: {error}")))?;
        }
        // Whoever subscribes later may miss it.
        let events = self.wait.as_ref().map(|awaited| (awaited, session.client().events()));
        let returned = session.execute(request, &options)?;
        let deadline = start.checked_add(self.timeout).unwrap_or_else(|| start + target::FOREVER);
        let event = events.map(|(awaited, mut events)| awaited.wait(&mut events, deadline, self.timeout));
        let event = event.transpose().map_err(|failure| failure.at(&request.command))?;
        Ok(Outcome { returned, event })
    }
}
