//! The options of clients and calls.

use std::time::Duration;

use crate::protocol::{Arguments, Capability, DEFAULT_MAX_MESSAGE_SIZE, Delivery};
use crate::switchboard::{Call, Fds, Switchboard};

/// The options of a client.
///
/// ```no_run
/// # #[cfg(feature = "blocking")] {
/// # use std::time::Duration;
/// use qmp_client::{Options, blocking::Client};
///
/// let options = Options::new().call_timeout(Duration::from_secs(120));
/// let client = Client::connect_with(&"unix:/run/vm.qmp".parse()?, &options)?;
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Options {
    pub(crate) connect_timeout: Duration,
    pub(crate) call_timeout: Duration,
    pub(crate) event_capacity: usize,
    pub(crate) max_message_size: usize,
    pub(crate) out_of_band: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            call_timeout: Duration::from_secs(30),
            event_capacity: 1024,
            max_message_size: DEFAULT_MAX_MESSAGE_SIZE,
            out_of_band: true,
        }
    }
}

impl Options {
    /// The default options.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How long connecting, the greeting and the negotiation, or the sync with an agent, may take together; 5 s by default. The
    /// resolution of a host name is not bounded.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long a command may take, from its call to its reply; 30 s by default.
    #[must_use]
    pub fn call_timeout(mut self, timeout: Duration) -> Self {
        self.call_timeout = timeout;
        self
    }

    /// How many events may wait for the reader of a stream, at least 1; 1024 by default. When there are more, the
    /// oldest is dropped, and [`Error::EventsLost`](crate::Error::EventsLost) tells the reader.
    #[must_use]
    pub fn event_capacity(mut self, events: usize) -> Self {
        self.event_capacity = events;
        self
    }

    /// How many bytes a message of the server may have; [`DEFAULT_MAX_MESSAGE_SIZE`] by default. It is the
    /// memory that a faulty server can make the client use.
    #[must_use]
    pub fn max_message_size(mut self, bytes: usize) -> Self {
        self.max_message_size = bytes;
        self
    }

    /// Whether out-of-band execution is enabled where the server offers it; it is by default. With it, commands overtake
    /// others where they may, and the server reads up to 8 commands ahead.
    #[must_use]
    pub fn out_of_band(mut self, enabled: bool) -> Self {
        self.out_of_band = enabled;
        self
    }

    pub(crate) fn switchboard(&self) -> Switchboard {
        let enable = if self.out_of_band { vec![Capability::Oob] } else { Vec::new() };
        Switchboard::new(self.max_message_size, enable)
    }
}

/// The options of a single call.
///
/// ```no_run
/// # #[cfg(feature = "blocking")] {
/// # use std::time::Duration;
/// # use qmp_types::qmp::commands::HumanMonitorCommand;
/// use qmp_client::{CallOptions, blocking::Client};
///
/// let client = Client::connect(&"unix:/run/vm.qmp".parse()?)?;
/// let patiently = CallOptions::new().timeout(Duration::from_secs(600));
/// client.execute_with(&HumanMonitorCommand::new("savevm before-upgrade"), &patiently)?;
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct CallOptions {
    timeout: Option<Duration>,
    out_of_band: bool,
    fds: Option<Fds>,
}

impl CallOptions {
    /// In-band, with the client's timeout, without file descriptors.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How long the call may take.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Has the command executed as soon as the server reads it, before those that wait. Few commands allow it
    /// ([`Command::ALLOW_OOB`](qmp_types::Command::ALLOW_OOB)).
    #[must_use]
    pub fn out_of_band(mut self) -> Self {
        self.out_of_band = true;
        self
    }

    /// Passes file descriptors along, for commands such as `getfd` and `add-fd`. They are duplicated; the
    /// duplicates are closed once the server has them. It takes a unix socket, and excludes
    /// [`out_of_band`](Self::out_of_band).
    ///
    /// # Errors
    /// When one cannot be duplicated; [`Unsupported`](std::io::ErrorKind::Unsupported) when there are more than 253, which
    /// is as many as Linux passes at once.
    #[cfg(unix)]
    pub fn fds(mut self, fds: &[std::os::fd::BorrowedFd<'_>]) -> std::io::Result<Self> {
        crate::fds::check_count(fds.len())?;
        let fds: std::io::Result<Vec<_>> =
            fds.iter().map(std::os::fd::BorrowedFd::try_clone_to_owned).collect();
        self.fds = Some(fds?.into());
        Ok(self)
    }

    pub(crate) fn timeout_or(&self, default: Duration) -> Duration {
        self.timeout.unwrap_or(default)
    }

    pub(crate) fn call<'a>(
        &self,
        name: &'a str,
        arguments: &'a Arguments,
        success_response: bool,
    ) -> Call<'a> {
        let delivery = match (&self.fds, self.out_of_band) {
            (Some(_), _) => Delivery::WithFds,
            (None, true) => Delivery::OutOfBand,
            (None, false) => Delivery::InBand,
        };
        Call { name, arguments, delivery, fds: self.fds.clone(), success_response, deadline: None }
    }
}
