//! What can go wrong for a caller.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use qmp_types::{ServerError, json};
use thiserror::Error as ThisError;

use crate::Address;
use crate::introspection::SchemaError;
use crate::protocol::ProtocolError;

/// Why a connection, a command or an event failed.
///
/// Each error displays as one complete line. Text that came from the server is displayed with control
/// characters escaped; the arguments of commands never appear, since they may hold secrets.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum Error {
    /// There is no connection to the address.
    #[error("cannot connect to {address}: {error}")]
    Connect {
        /// Where the monitor was expected.
        address: Address,
        /// Why not.
        error: io::Error,
    },
    /// The other side accepted the connection and did not greet.
    ///
    /// QEMU does so while a monitor serves another client: it lets the next one connect, and is silent
    /// until the first leaves. A guest agent and servers of other protocols never greet.
    #[error("no greeting{} within {after:?}: the monitor is in use by another client, or this is not a QMP monitor", FromAddress(.address))]
    NoGreeting {
        /// Where to, unless the connection was made by the caller.
        address: Option<Address>,
        /// How long the client waited.
        after: Duration,
    },
    /// No guest agent answered a sync on the connection.
    ///
    /// The agent does not run, or serves another client: a second one can connect, and then hears nothing.
    #[error("no answer{} within {after:?}: the guest agent is not running, or is in use by another client", FromAddress(.address))]
    NoAgent {
        /// Where to, unless the connection was made by the caller.
        address: Option<Address>,
        /// How long the client waited.
        after: Duration,
    },
    /// The other side ended the connection before it was ready for commands.
    #[error("the connection{} ended before it was ready: this is not a QMP monitor, or the server is ending", ToAddress(.address))]
    ClosedEarly {
        /// Where to, unless the connection was made by the caller.
        address: Option<Address>,
    },
    /// The reply did not come in time. The command may still be carried out; the connection stays usable.
    #[error("no reply to {} within {after:?}", .command.escape_debug())]
    Timeout {
        /// The command's name.
        command: Box<str>,
        /// How long the client waited.
        after: Duration,
    },
    /// The command succeeded, and the event that was to follow did not come in time.
    #[error("no {} within {after:?} of {}", .event.escape_debug(), .command.escape_debug())]
    NoEvent {
        /// The command's name.
        command: Box<str>,
        /// The event's name.
        event: Box<str>,
        /// How long the client waited for both.
        after: Duration,
    },
    /// The server answered that the command failed.
    #[error("{}: {error}", .command.escape_debug())]
    Server {
        /// The command's name.
        command: Box<str>,
        /// The server's words.
        error: ServerError,
    },
    /// A reply or an event is not of the type that the bindings give it.
    #[error("{0}")]
    Decode(json::Error),
    /// What the server says of itself, its schema, does not go together.
    #[error("query-qmp-schema: {0}")]
    Schema(SchemaError),
    /// The server sent what is not QMP.
    #[error("not QMP: {0}")]
    Protocol(ProtocolError),
    /// The server sent a message above the limit of
    /// [`max_message_size`](crate::Options::max_message_size). The connection cannot be used any more.
    #[error("the server sent a message longer than {limit} bytes")]
    MessageTooLong {
        /// The limit in bytes.
        limit: usize,
    },
    /// Events came faster than they were taken: as many as stated were dropped, the oldest first. It is
    /// reported once for each loss, in the place of the lost events; reading goes on behind it.
    #[error("{count} events were lost because nobody took them in time")]
    EventsLost {
        /// How many.
        count: u64,
    },
    /// A client that reconnects had no connection for a while: what happened meanwhile was told to nobody. It is
    /// reported once for each new connection, before the events of that one; reading goes on behind it. Of
    /// `execute_and_wait` it means that the command succeeded.
    #[error("the connection was lost: events may have been missed")]
    EventsMayBeMissed,
    /// A client that reconnects had no connection before the deadline. The command was not sent.
    #[error("no connection within {after:?}{}", Because(.why))]
    NotConnected {
        /// How long the client waited.
        after: Duration,
        /// Why the latest connection, or try to connect, failed.
        why: Option<Arc<Self>>,
    },
    /// A client that reconnects has given up: it tried as often as it was to. What it is asked for was not sent.
    #[error("no connection after {tries} tries in a row: {why}")]
    GaveUp {
        /// How often it tried since a connection last held.
        tries: u32,
        /// Why the last one failed.
        why: Arc<Self>,
    },
    /// A job failed, or was cancelled.
    #[error("job {} failed: {}", .id.escape_debug(), .error.escape_debug())]
    Job {
        /// The job's id.
        id: Box<str>,
        /// The server's words.
        error: Box<str>,
    },
    /// A job is not there, so that nobody can say how it ended: it was dismissed by the server or by somebody else, or
    /// never had this id.
    #[error("there is no job {} any more, so how it ended is not known", .id.escape_debug())]
    JobGone {
        /// The job's id.
        id: Box<str>,
    },
    /// A migration failed.
    #[error("the migration failed: {}", .error.escape_debug())]
    Migration {
        /// The server's words.
        error: Box<str>,
    },
    /// A job or a migration did not end in time. It goes on.
    #[error("{} has not ended within {after:?}, and goes on", .what.escape_debug())]
    Unfinished {
        /// `job ID`, or `the migration`.
        what: Box<str>,
        /// How long the client waited.
        after: Duration,
    },
    /// The connection has ended. A command in flight may or may not have been carried out.
    #[error("the connection is closed")]
    Closed,
    /// File descriptors cannot be passed along; the command was not sent.
    #[error("cannot pass file descriptors: {0}")]
    FileDescriptors(io::Error),
    /// The connection failed.
    #[error("the connection failed: {0}")]
    Io(io::Error),
    /// What a file of the guest is to be copied from or to failed, on this side.
    #[error("copying a file of the guest failed on this side: {0}")]
    Copy(io::Error),
}

impl Error {
    /// Whether the connection is over: nothing will succeed on it any more.
    #[must_use]
    pub fn is_disconnected(&self) -> bool {
        match self {
            Self::Connect { .. }
            | Self::NoGreeting { .. }
            | Self::NoAgent { .. }
            | Self::ClosedEarly { .. }
            | Self::MessageTooLong { .. }
            | Self::NotConnected { .. }
            | Self::GaveUp { .. }
            | Self::Io(_)
            | Self::Closed => true,
            Self::Protocol(error) => matches!(
                error,
                ProtocolError::Garbage(_)
                    | ProtocolError::MessageTooLong { .. }
                    | ProtocolError::NoGreeting { .. }
            ),
            Self::Timeout { .. }
            | Self::NoEvent { .. }
            | Self::FileDescriptors(_)
            | Self::Server { .. }
            | Self::Decode(_)
            | Self::Schema(_)
            | Self::Copy(_)
            | Self::EventsLost { .. }
            | Self::EventsMayBeMissed
            | Self::Job { .. }
            | Self::JobGone { .. }
            | Self::Migration { .. }
            | Self::Unfinished { .. } => false,
        }
    }
}

impl From<ProtocolError> for Error {
    fn from(error: ProtocolError) -> Self {
        match error {
            ProtocolError::MessageTooLong { limit } => Self::MessageTooLong { limit },
            ProtocolError::Closed => Self::Closed,
            other => Self::Protocol(other),
        }
    }
}

/// ` to ADDRESS`, where it is known.
struct ToAddress<'a>(&'a Option<Address>);

impl fmt::Display for ToAddress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_ref().map_or(Ok(()), |address| write!(f, " to {address}"))
    }
}

/// ` from ADDRESS`, where it is known.
struct FromAddress<'a>(&'a Option<Address>);

impl fmt::Display for FromAddress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_ref().map_or(Ok(()), |address| write!(f, " from {address}"))
    }
}

/// `: WHY`, where it is known.
struct Because<'a>(&'a Option<Arc<Error>>);

impl fmt::Display for Because<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_ref().map_or(Ok(()), |why| write!(f, ": {why}"))
    }
}
