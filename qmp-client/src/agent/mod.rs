//! What the clients of the guest agent, [`blocking::Agent`](crate::blocking::Agent) and `tokio::Agent`, have in common.
//!
//! Here lie the options and results of their helpers, and what the helpers are made of, which needs no I/O.

mod exec;
pub(crate) mod files;
pub(crate) mod freeze;
mod line;

use std::time::Duration;

pub use self::exec::{ExecOptions, ExecOutput, ExitStatus};
pub(crate) use self::exec::{Interval, output, request};
pub(crate) use self::line::{Call, Line};
use crate::{Address, Error};

/// How long to wait after an agent that ended a new connection at once.
pub(crate) const PAUSE: Duration = Duration::from_millis(50);

/// The longest that a new connection is given to answer the first sync, before it is tried again.
const LONGEST_TRY: Duration = Duration::from_secs(2);

/// How long to wait for the answer to a sync on a new connection before it is tried again, if there is time for several
/// tries: what was sent to an agent that was not up yet is lost.
pub(crate) fn one_try(connect_timeout: Duration) -> Duration {
    (connect_timeout / 4).min(LONGEST_TRY)
}

/// Whether a second connection to an address is another one. A descriptor stays what it is.
pub(crate) fn can_reconnect(address: &Address) -> bool {
    !matches!(address, Address::Fd(_))
}

/// What the agent answered does not go together.
fn inconsistent(what: &str) -> Error {
    Error::Protocol(crate::protocol::ProtocolError::Malformed(what.to_owned()))
}
