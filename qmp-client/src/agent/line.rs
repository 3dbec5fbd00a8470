//! A connection to an agent between the protocol core and those who move the bytes.

use std::io;

use qmp_types::Command;
use qmp_types::qga::commands::{GuestShutdown, GuestSuspendDisk, GuestSuspendHybrid, GuestSuspendRam};

use crate::Error;
use crate::protocol::agent::{Connection, Received};
use crate::protocol::{Arguments, ProtocolError, RequestId};
use crate::secrets::Secrets;
use crate::switchboard::{Outcome, is_end};
use crate::trace;

/// The command that [`Error`]s of a sync name.
const SYNC: &str = "guest-sync-delimited";

/// The commands that are not answered on success, for those who know no more of them than the name.
const SILENT: [&str; 4] =
    [GuestShutdown::NAME, GuestSuspendDisk::NAME, GuestSuspendHybrid::NAME, GuestSuspendRam::NAME];

/// One connection. Whoever has the turn moves bytes between it and a transport, until what is waited for is there.
pub(crate) struct Line {
    connection: Connection,
    /// What the end of the connection was to the last call.
    last: Option<Received>,
    /// Why the connection is over, if not in order.
    failure: Option<io::Error>,
}

/// A command on its way.
pub(crate) struct Call<'a> {
    pub(crate) name: &'a str,
    arguments: Arguments,
    success_response: bool,
    stage: Stage,
}

#[derive(Clone, Copy)]
enum Stage {
    /// To be synced before the request, even if nothing says so.
    Doubtful,
    New,
    Syncing,
    Waiting(RequestId),
}

impl<'a> Call<'a> {
    pub(crate) fn new<C: Command>(command: &C) -> Call<'static> {
        Call { success_response: C::SUCCESS_RESPONSE, ..Call::raw(C::NAME, Arguments::new(command)) }
    }

    /// By name. Of a command that is not known, silence means nothing.
    pub(crate) fn raw(name: &'a str, arguments: Arguments) -> Self {
        Self { name, arguments, success_response: !SILENT.contains(&name), stage: Stage::New }
    }

    /// The same behind a sync in any case.
    pub(crate) fn behind_sync(self) -> Self {
        Self { stage: Stage::Doubtful, ..self }
    }
}

impl Line {
    pub(crate) fn new(max_message_size: usize) -> Self {
        Self { connection: Connection::new(max_message_size), last: None, failure: None }
    }

    /// Goes on with a call as far as is possible without further bytes: what it came to, if that is known.
    ///
    /// It syncs first where an earlier call left the connection in doubt.
    pub(crate) fn advance(&mut self, call: &mut Call<'_>) -> Result<Option<Outcome>, Error> {
        loop {
            call.stage = match call.stage {
                Stage::New if self.connection.is_ready() => {
                    let id = self.connection.request(call.name, &call.arguments, call.success_response)?;
                    trace::request(call.name, id, &call.arguments);
                    Stage::Waiting(id)
                }
                Stage::New | Stage::Doubtful => {
                    self.start_sync()?;
                    Stage::Syncing
                }
                Stage::Syncing => match self.take_synced()? {
                    Some(()) => Stage::New,
                    None => return Ok(None),
                },
                Stage::Waiting(id) => return self.take_reply(call, id),
            }
        }
    }

    /// Nobody waits for the call any more: what it counts as, if not as unanswered.
    pub(crate) fn give_up(&mut self) -> Option<Outcome> {
        self.connection.abandon()
    }

    /// Syncs, whatever was before.
    pub(crate) fn start_sync(&mut self) -> Result<(), Error> {
        self.connection.sync().map_err(|error| self.over(error))?;
        trace::sync();
        Ok(())
    }

    /// Whether the answer to the sync has come.
    pub(crate) fn take_synced(&mut self) -> Result<Option<()>, Error> {
        match self.next()? {
            Some(Received::Synced) => Ok(Some(())),
            Some(Received::Refused(error)) => Err(Error::Server { command: SYNC.into(), error }),
            Some(Received::Reply { .. } | Received::Late) | None => Ok(None),
        }
    }

    fn take_reply(&mut self, call: &Call<'_>, request: RequestId) -> Result<Option<Outcome>, Error> {
        while let Some(received) = self.next()? {
            match received {
                Received::Reply { id, outcome } if id == request => {
                    trace::agent_reply(call.name, id, &outcome);
                    let secrets = || Secrets::of(call.name, call.arguments.as_bytes());
                    return Ok(Some(outcome.map_err(|error| secrets().hide(error))));
                }
                _ => trace::stale(),
            }
        }
        Ok(None)
    }

    fn next(&mut self) -> Result<Option<Received>, Error> {
        match self.last.take() {
            Some(last) => Ok(Some(last)),
            None => self.connection.next_message().map_err(|error| self.over(error)),
        }
    }

    /// What is to be written next; say how much of it was, by [`written`](Self::written).
    pub(crate) fn outgoing(&self) -> &[u8] {
        self.connection.outgoing()
    }

    pub(crate) fn written(&mut self, count: usize) {
        self.connection.written(count);
    }

    /// Takes bytes from the agent.
    pub(crate) fn receive(&mut self, bytes: &[u8]) {
        self.connection.feed(bytes);
    }

    /// Takes note that the transport has ended: in order, or by an error.
    pub(crate) fn end_of_input(&mut self, result: io::Result<()>) {
        self.last = self.connection.end_of_input();
        self.failure = result.err().filter(|error| !is_end(error));
    }

    fn over(&self, error: ProtocolError) -> Error {
        match (&self.failure, error) {
            (Some(failure), ProtocolError::Closed) => {
                Error::Io(io::Error::new(failure.kind(), failure.to_string()))
            }
            (_, error) => {
                if let ProtocolError::Malformed(reason) = &error {
                    trace::malformed(reason);
                }
                error.into()
            }
        }
    }
}
