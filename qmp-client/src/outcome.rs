//! What connecting and calling come to, for the caller.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use qmp_types::json::{MessageKind, Part};
use qmp_types::{Command, ServerError};
use serde_json::value::RawValue;

use crate::protocol::ProtocolError;
use crate::{Address, Error, Greeting};

impl Error {
    /// What it means that there is no connection to an address.
    pub(crate) fn connecting(address: &Address, error: io::Error, after: Duration) -> Self {
        match error.kind() {
            // Nobody accepts: the monitor serves another client and has no place for one more to wait.
            io::ErrorKind::TimedOut if matches!(address, Address::Unix(_)) => {
                Self::NoGreeting { address: Some(address.clone()), after }
            }
            _ => Self::Connect { address: address.clone(), error },
        }
    }

    /// As [`connecting`](Self::connecting), to a guest agent.
    pub(crate) fn connecting_agent(address: &Address, error: io::Error, after: Duration) -> Self {
        match Self::connecting(address, error, after) {
            Self::NoGreeting { address, after } => Self::NoAgent { address, after },
            other => other,
        }
    }

    /// What the opening of a connection came to: the greeting, if capabilities are negotiated. `opened` is `None` when
    /// the deadline passed.
    pub(crate) fn unless_opened(
        opened: Option<Result<Result<(), ServerError>, Self>>,
        greeting: Option<Arc<Greeting>>,
        address: Option<&Address>,
        after: Duration,
    ) -> Result<Arc<Greeting>, Self> {
        let command = || "qmp_capabilities".into();
        let address = address.cloned();
        match (opened, greeting) {
            (Some(Ok(Ok(()))), Some(greeting)) => Ok(greeting),
            (Some(Ok(Err(error))), _) => Err(Self::Server { command: command(), error }),
            (Some(Err(Self::Closed)) | Some(Ok(Ok(()))), _) => Err(Self::ClosedEarly { address }),
            (Some(Err(error)), _) => Err(error),
            (None, Some(_)) => Err(Self::Timeout { command: command(), after }),
            (None, None) => Err(Self::NoGreeting { address, after }),
        }
    }

    /// What a command came to; `None` when the deadline passed.
    pub(crate) fn unless_answered<T>(
        outcome: Result<Option<Result<T, ServerError>>, Self>,
        command: &str,
        after: Duration,
    ) -> Result<T, Self> {
        match outcome? {
            Some(Ok(result)) => Ok(result),
            Some(Err(error)) => Err(Self::Server { command: command.into(), error }),
            None => Err(Self::Timeout { command: command.into(), after }),
        }
    }
}

/// Reads what a command returned.
pub(crate) fn returned<C: Command>(result: &str) -> Result<C::Return, Error> {
    Part { kind: MessageKind::Reply, name: C::NAME, text: Some(result) }.read().map_err(Error::Decode)
}

/// What a command returned, as JSON text for those who do not know its type.
pub(crate) fn returned_raw(name: &str, result: Box<str>) -> Result<Box<RawValue>, Error> {
    RawValue::from_string(result.into()).map_err(|_| {
        let reason = format!("the result of {} is not JSON", name.escape_debug());
        Error::Protocol(ProtocolError::Malformed(reason))
    })
}
