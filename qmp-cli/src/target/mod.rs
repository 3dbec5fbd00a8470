//! Which server is meant: an address, a name, or what the environment says.

mod places;

use std::time::Duration;

use clap_complete::engine::ArgValueCompleter;
use qmp_client::{Address, AddressError, Options as ClientOptions};

pub(crate) use self::places::{Found, found};
use crate::completion;
use crate::failure::Failure;

/// The variable that says where the monitor is, if no option does. QEMU's own tools read it too.
const MONITOR_VARIABLE: &str = "QMP_SOCKET";

/// The same for the guest agent.
const AGENT_VARIABLE: &str = "QGA_CLIENT_ADDRESS";

#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub(crate) struct Options {
    /// Where the server listens: a path, unix:PATH, unix:@NAME, tcp:HOST:PORT, vsock:CID:PORT, fd:N, or a name that `qmp ls`
    /// shows. Without it, the environment variable QMP_SOCKET says so (for the guest agent QGA_CLIENT_ADDRESS).
    #[arg(short, long = "socket", value_name = "ADDRESS", global = true, add = ArgValueCompleter::new(completion::sockets))]
    sockets: Vec<String>,
    /// How long connecting may take, in seconds. A monitor that serves another client is silent until that one leaves.
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = seconds, global = true)]
    connect_timeout: Duration,
}

/// What a server is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A monitor, which speaks QMP.
    Monitor,
    /// A guest agent.
    Agent,
}

impl Kind {
    pub(crate) fn variable(self) -> &'static str {
        match self {
            Self::Monitor => MONITOR_VARIABLE,
            Self::Agent => AGENT_VARIABLE,
        }
    }
}

/// A server that was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// As the user called it.
    pub(crate) name: String,
    /// Where it listens.
    pub(crate) address: Address,
}

impl Options {
    /// The servers that are meant, at least one.
    ///
    /// # Errors
    /// When none is said, or one is not an address and no known name.
    pub(crate) fn all(&self, kind: Kind) -> Result<Vec<Target>, Failure> {
        if self.sockets.is_empty() {
            return Ok(vec![from_environment(kind)?]);
        }
        self.sockets.iter().map(|name| resolve(name, kind)).collect()
    }

    /// The one server that is meant.
    ///
    /// # Errors
    /// When none is said or several are, or it is not an address and no known name.
    pub(crate) fn one(&self, kind: Kind) -> Result<Target, Failure> {
        match self.sockets.as_slice() {
            [] => from_environment(kind),
            [name] => resolve(name, kind),
            _ => Err(Failure::usage("this command talks to one server: say --socket once")),
        }
    }

    /// Whether the command line says which server is meant.
    pub(crate) fn is_said(&self) -> bool {
        !self.sockets.is_empty()
    }

    /// Whether anything says which server is meant.
    pub(crate) fn is_given(&self, kind: Kind) -> bool {
        !self.sockets.is_empty() || std::env::var_os(kind.variable()).is_some_and(|name| !name.is_empty())
    }

    /// How long connecting may take.
    pub(crate) fn connect_timeout(&self) -> Duration {
        self.connect_timeout
    }

    /// The options of clients: what a call may take is `timeout`.
    pub(crate) fn client_options(&self, timeout: Duration) -> ClientOptions {
        ClientOptions::new().connect_timeout(self.connect_timeout).call_timeout(timeout)
    }
}

fn from_environment(kind: Kind) -> Result<Target, Failure> {
    let variable = kind.variable();
    match std::env::var(variable) {
        Ok(name) if !name.is_empty() => resolve(&name, kind).map_err(|failure| failure.at(variable)),
        _ => Err(Failure::usage(format_args!("no server is given: say --socket ADDRESS, or set {variable}"))),
    }
}

/// The server that an address or a name means.
///
/// # Errors
/// When it is neither.
pub(crate) fn resolve(name: &str, kind: Kind) -> Result<Target, Failure> {
    let target = |address| Target { name: name.to_owned(), address };
    match name.parse::<Address>() {
        Ok(address) => return Ok(target(address)),
        Err(AddressError::UnknownKind(_)) => {}
        Err(error) => return Err(error.into()),
    }
    let found = found()?;
    let of_kind = || found.iter().filter(|found| found.kind == kind);
    if let Some(found) = of_kind().find(|found| found.name == name) {
        return Ok(found.target());
    }
    // As the old tools: a bare name is the file in this folder.
    if std::path::Path::new(name).exists() {
        return Ok(target(Address::Unix(name.into())));
    }
    let failure = Failure::usage(format_args!(
        "'{name}' is no address, such as unix:PATH or tcp:HOST:PORT, and no name that `qmp ls` knows"
    ));
    Err(match qapi_schema::nearest(name, of_kind().map(|found| &*found.name)) {
        Some(nearest) => failure.with_hint(format_args!("did you mean '{nearest}'?")),
        None => failure,
    })
}

/// What stands for a wait without an end.
pub(crate) const FOREVER: Duration = Duration::from_secs(u32::MAX as u64);

/// A number of seconds, such as `5` or `0.5`.
pub(crate) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds.ok_or_else(|| "expected a number of seconds, such as 5 or 0.5".to_owned())
}
