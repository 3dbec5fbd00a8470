//! The client of the guest agent for tokio.

mod exec;
mod files;
mod freeze;
mod wire;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ::tokio::io::{AsyncRead, AsyncWrite};
use ::tokio::time::{Instant, sleep};
use qmp_types::Command;
use serde_json::value::RawValue;

use self::wire::Wire;
use super::transport::{Plain, Transport};
use super::{deadline, transport};
use crate::agent::{Call, Line, PAUSE, can_reconnect, one_try};
use crate::connect::connect_tokio;
use crate::observe::Observed;
use crate::outcome::{returned, returned_raw};
use crate::protocol::Arguments;
use crate::{Address, CallOptions, Error, Options};

pub use self::freeze::Frozen;

/// A connection to a guest agent. Clones share it, also between threads and tasks.
///
/// ```no_run
/// use qmp_client::agent::ExecOptions;
/// use qmp_client::tokio::Agent;
/// use qmp_types::qga::commands::GuestGetOsinfo;
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let agent = Agent::connect(&"unix:/run/vm.qga".parse()?).await?;
/// println!("{:?}", agent.execute(&GuestGetOsinfo::new()).await?.pretty_name);
///
/// let mut log = Vec::new();
/// agent.read_file("/var/log/syslog", &mut log, |bytes| println!("{bytes} bytes")).await?;
///
/// let uptime = agent.exec("/usr/bin/uptime", ["-p"], &ExecOptions::new()).await?;
/// println!("{}", String::from_utf8_lossy(&uptime.stdout).escape_debug());
/// # Ok(())
/// # }
/// ```
///
/// It needs a runtime with I/O and time enabled.
///
/// **One at a time.** An agent carries out one command after the other. Calls take turns, in the order in which they
/// were first polled, and the wait counts: the timeout of a call bounds all of it.
///
/// **Cancellation.** A call may be dropped at any time. While it waits for its turn, the command is not executed; else it
/// may be, and its reply reaches nobody.
///
/// **Syncing.** An agent does not know whom it answers. The client syncs with it (`guest-sync-delimited`) when it connects,
/// and behind a call that timed out or was dropped before the next one, whose time it takes. So a late reply
/// reaches nobody, and the connection stays usable.
///
/// **An agent that starts later** never sees what was sent before. While the first sync is not answered the client
/// connects and syncs again, up to the [`connect_timeout`](Options::connect_timeout).
///
/// **Commands without a reply.** `guest-shutdown` and `guest-suspend-*` are not answered on success. The client
/// sends a sync behind the command: its answer, the end of the connection, or nothing at all until the deadline (the guest
/// is asleep) mean that the command succeeded; an error is the command's.
#[derive(Clone)]
pub struct Agent {
    shared: Arc<Shared>,
}

/// What clones share; behind the last of them the connection is closed.
struct Shared {
    wire: Wire,
    options: Options,
}

impl fmt::Debug for Agent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Agent").field("options", &self.shared.options).finish_non_exhaustive()
    }
}

impl Agent {
    /// Connects to an agent and syncs, with the default options.
    ///
    /// # Errors
    /// [`Error::Connect`]; [`Error::NoAgent`] when nobody answers; [`Error::Server`] when the sync is refused, for example
    /// by a monitor.
    pub async fn connect(address: &Address) -> Result<Self, Error> {
        Self::connect_with(address, &Options::default()).await
    }

    /// Connects to an agent and syncs. Of the options, those for events and out-of-band execution mean nothing.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub async fn connect_with(address: &Address, options: &Options) -> Result<Self, Error> {
        let after = options.connect_timeout;
        let deadline = deadline(after);
        loop {
            let remaining = deadline.saturating_duration_since(Instant::now());
            let socket = connect_tokio(address, remaining)
                .await
                .map_err(|error| Error::connecting_agent(address, error, after))?;
            let tries = if can_reconnect(address) { Some(1) } else { None };
            match Self::sync_over(transport(socket), options, deadline, tries).await {
                Ok(Some(agent)) => return Ok(agent),
                Ok(None) => {}
                Err(Error::Closed) => sleep(PAUSE.min(remaining)).await,
                Err(error) => return Err(error),
            }
            if deadline <= Instant::now() {
                return Err(Error::NoAgent { address: Some(address.clone()), after });
            }
        }
    }

    /// Syncs over a stream that is connected already, with the default options.
    ///
    /// # Errors
    /// As [`connect`](Self::connect), and [`Error::Closed`] and [`Error::Io`] when the connection ends. There is no other
    /// connection to be tried: only the sync is repeated.
    pub async fn over(stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) -> Result<Self, Error> {
        Self::over_with(stream, &Options::default()).await
    }

    /// Syncs over a stream that is connected already.
    ///
    /// # Errors
    /// As [`over`](Self::over).
    pub async fn over_with(
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        options: &Options,
    ) -> Result<Self, Error> {
        let after = options.connect_timeout;
        Self::sync_over(Box::new(Plain(stream)), options, deadline(after), None)
            .await?
            .ok_or(Error::NoAgent { address: None, after })
    }

    /// Syncs until it is answered, or `tries` times; `None` if it is not.
    async fn sync_over(
        transport: Box<dyn Transport>,
        options: &Options,
        deadline: Instant,
        mut tries: Option<u32>,
    ) -> Result<Option<Self>, Error> {
        let wire = Wire::new(transport, Line::new(options.max_message_size));
        let one_try = one_try(options.connect_timeout);
        while tries != Some(0) {
            let end = super::deadline(one_try).min(deadline);
            if wire.sync(end).await? {
                return Ok(Some(Self { shared: Arc::new(Shared { wire, options: options.clone() }) }));
            }
            if end == deadline {
                break;
            }
            tries = tries.map(|tries| tries - 1);
        }
        Ok(None)
    }

    /// Executes a command and waits for its result, at most for the client's
    /// [`call_timeout`](Options::call_timeout).
    ///
    /// # Errors
    /// [`Error::Server`] when the command failed, [`Error::Timeout`], [`Error::Decode`] when the result is not of the type,
    /// [`Error::Protocol`] when the agent sent what is not a message, [`Error::Closed`], [`Error::Io`],
    /// [`Error::MessageTooLong`].
    pub async fn execute<C: Command>(&self, command: &C) -> Result<C::Return, Error> {
        self.execute_with(command, &CallOptions::default()).await
    }

    /// As [`execute`](Self::execute), with options, of which only the timeout counts.
    ///
    /// # Errors
    /// As [`execute`](Self::execute).
    pub async fn execute_with<C: Command>(
        &self,
        command: &C,
        options: &CallOptions,
    ) -> Result<C::Return, Error> {
        let after = options.timeout_or(self.shared.options.call_timeout);
        let result = self.call(Call::new(command), after).await?;
        returned::<C>(&result)
    }

    /// Executes a command by name, and gives its result as JSON text. `arguments` is a JSON object. Of the options only the
    /// timeout counts. The commands of QEMU's agent that are not answered are known by their names; all others are.
    ///
    /// # Errors
    /// As [`execute`](Self::execute), but for [`Error::Decode`].
    pub async fn execute_raw(
        &self,
        name: &str,
        arguments: Option<&RawValue>,
        options: &CallOptions,
    ) -> Result<Box<RawValue>, Error> {
        let arguments = arguments.map_or_else(Arguments::none, Arguments::new);
        let after = options.timeout_or(self.shared.options.call_timeout);
        returned_raw(name, self.call(Call::raw(name, arguments), after).await?)
    }

    async fn call(&self, mut call: Call<'_>, after: Duration) -> Result<Box<str>, Error> {
        let observed = Observed::start(call.name);
        let outcome = self.shared.wire.call(&mut call, deadline(after)).await;
        observed.end(Error::unless_answered(outcome, call.name, after))
    }

    /// Closes the connection for all who share it; their calls end. Dropping the last clone does the same.
    pub fn close(self) {
        self.shared.wire.close();
    }
}
