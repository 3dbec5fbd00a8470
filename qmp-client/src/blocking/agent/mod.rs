//! The client of the guest agent that blocks the calling thread.

mod exec;
mod files;
mod freeze;
mod turns;
mod wire;

use std::fmt;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use qmp_types::Command;
use serde_json::value::RawValue;

use self::turns::Turns;
use self::wire::Wire;
use super::Transport;
use crate::agent::{Call, Line, PAUSE, can_reconnect, one_try};
use crate::connect::connect;
use crate::deadline::Deadline;
use crate::observe::Observed;
use crate::outcome::{returned, returned_raw};
use crate::protocol::Arguments;
use crate::{Address, CallOptions, Error, Options};

pub use self::freeze::Frozen;

/// A connection to a guest agent. Clones share it, also between threads.
///
/// ```no_run
/// use qmp_client::agent::ExecOptions;
/// use qmp_client::blocking::Agent;
/// use qmp_types::qga::commands::GuestGetOsinfo;
///
/// let agent = Agent::connect(&"unix:/run/vm.qga".parse()?)?;
/// println!("{:?}", agent.execute(&GuestGetOsinfo::new())?.pretty_name);
///
/// let mut log = std::fs::File::create("guest.log")?;
/// agent.read_file("/var/log/syslog", &mut log, |bytes| println!("{bytes} bytes"))?;
///
/// let uptime = agent.exec("/usr/bin/uptime", ["-p"], &ExecOptions::new())?;
/// println!("{}", String::from_utf8_lossy(&uptime.stdout).escape_debug());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// **One at a time.** An agent carries out one command after the other. Calls of several threads take turns, in the order
/// in which they began, and the wait counts: the timeout of a call bounds all of it.
///
/// **Syncing.** An agent does not know whom it answers. The client syncs with it (`guest-sync-delimited`) when it connects,
/// and behind a call that timed out before the next one, whose time it takes. So a late reply reaches nobody, and
/// the connection stays usable.
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
    transport: Box<dyn Transport>,
    wire: Turns<Wire>,
    options: Options,
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.transport.close();
    }
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
    pub fn connect(address: &Address) -> Result<Self, Error> {
        Self::connect_with(address, &Options::default())
    }

    /// Connects to an agent and syncs. Of the options, those for events and out-of-band execution mean nothing.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub fn connect_with(address: &Address, options: &Options) -> Result<Self, Error> {
        let after = options.connect_timeout;
        let deadline = Deadline::after(after);
        let silent = || Error::NoAgent { address: Some(address.clone()), after };
        while let Some(remaining) = deadline.remaining() {
            let socket = connect(address, remaining)
                .map_err(|error| Error::connecting_agent(address, error, after))?;
            let tries = if can_reconnect(address) { Some(1) } else { None };
            match Self::sync_over(Box::new(socket), options, &deadline, tries) {
                Ok(Some(agent)) => return Ok(agent),
                Ok(None) => {}
                Err(Error::Closed) => thread::sleep(PAUSE.min(remaining)),
                Err(error) => return Err(error),
            }
        }
        Err(silent())
    }

    /// Syncs over a transport that is connected already, with the default options.
    ///
    /// # Errors
    /// As [`connect`](Self::connect), and [`Error::Closed`] and [`Error::Io`] when the connection ends. There is no other
    /// connection to be tried: only the sync is repeated.
    pub fn over(transport: impl Transport + 'static) -> Result<Self, Error> {
        Self::over_with(transport, &Options::default())
    }

    /// Syncs over a transport that is connected already.
    ///
    /// # Errors
    /// As [`over`](Self::over).
    pub fn over_with(transport: impl Transport + 'static, options: &Options) -> Result<Self, Error> {
        let after = options.connect_timeout;
        Self::sync_over(Box::new(transport), options, &Deadline::after(after), None)?
            .ok_or(Error::NoAgent { address: None, after })
    }

    /// Syncs until it is answered, or `tries` times; `None` if it is not.
    fn sync_over(
        transport: Box<dyn Transport>,
        options: &Options,
        deadline: &Deadline,
        mut tries: Option<u32>,
    ) -> Result<Option<Self>, Error> {
        let mut wire = Wire::new(Line::new(options.max_message_size));
        while let (Some(remaining), None | Some(1..)) = (deadline.remaining(), tries) {
            let one_try = Deadline::after(one_try(options.connect_timeout).min(remaining));
            if wire.sync(&*transport, &one_try)? {
                let shared = Shared { transport, wire: Turns::new(wire), options: options.clone() };
                return Ok(Some(Self { shared: Arc::new(shared) }));
            }
            tries = tries.map(|tries| tries - 1);
        }
        transport.close();
        Ok(None)
    }

    /// Executes a command and waits for its result, at most for the client's
    /// [`call_timeout`](Options::call_timeout).
    ///
    /// # Errors
    /// [`Error::Server`] when the command failed, [`Error::Timeout`], [`Error::Decode`] when the result is not of the type,
    /// [`Error::Protocol`] when the agent sent what is not a message, [`Error::Closed`], [`Error::Io`],
    /// [`Error::MessageTooLong`].
    pub fn execute<C: Command>(&self, command: &C) -> Result<C::Return, Error> {
        self.execute_with(command, &CallOptions::default())
    }

    /// As [`execute`](Self::execute), with options, of which only the timeout counts.
    ///
    /// # Errors
    /// As [`execute`](Self::execute).
    pub fn execute_with<C: Command>(&self, command: &C, options: &CallOptions) -> Result<C::Return, Error> {
        let after = options.timeout_or(self.shared.options.call_timeout);
        returned::<C>(&self.call(Call::new(command), after)?)
    }

    /// Executes a command by name, and gives its result as JSON text. `arguments` is a JSON object. Of the options only the
    /// timeout counts. The commands of QEMU's agent that are not answered are known by their names; all others are.
    ///
    /// # Errors
    /// As [`execute`](Self::execute), but for [`Error::Decode`].
    pub fn execute_raw(
        &self,
        name: &str,
        arguments: Option<&RawValue>,
        options: &CallOptions,
    ) -> Result<Box<RawValue>, Error> {
        let arguments = arguments.map_or_else(Arguments::none, Arguments::new);
        let after = options.timeout_or(self.shared.options.call_timeout);
        returned_raw(name, self.call(Call::raw(name, arguments), after)?)
    }

    fn call(&self, mut call: Call<'_>, after: Duration) -> Result<Box<str>, Error> {
        let observed = Observed::start(call.name);
        let deadline = Deadline::after(after);
        let outcome = self.shared.wire.with(&deadline, |wire| {
            let outcome = wire.run(&*self.shared.transport, &deadline, |line| line.advance(&mut call))?;
            Ok(outcome.or_else(|| wire.line.give_up()))
        });
        observed.end(Error::unless_answered(outcome.unwrap_or(Ok(None)), call.name, after))
    }

    /// Closes the connection for all who share it; their calls end. Dropping the last clone does the same.
    pub fn close(self) {
        self.shared.transport.close();
    }
}
