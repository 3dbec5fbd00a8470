//! Why the program failed, and the exit code that says so.

use std::fmt::Display;
use std::process::ExitCode;

use qapi_parser::printable;
use qmp_client::launch::LaunchError;
use qmp_client::{AddressError, Error};

use crate::output;

/// How the program ends. The numbers are documented: scripts rely on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Code {
    /// Nothing failed: the reader of the output has left, as `head` does when it has enough.
    Done = 0,
    /// The server answered with an error, or what was waited for failed.
    Server = 1,
    /// Wrong arguments, or something on this side: a file that cannot be read, an output that cannot be written.
    Usage = 2,
    /// No connection could be made, or it was lost.
    Connection = 3,
    /// Something did not happen in time.
    Timeout = 4,
}

/// Why the program failed.
#[derive(Debug)]
pub(crate) struct Failure {
    code: Code,
    /// Lines that may reach a terminal.
    message: String,
    /// Whether nobody need be told: the reader of the output is gone, or each failure was told in its place.
    is_silent: bool,
}

impl Failure {
    /// A failure whose message may hold anything: line ends stay, other control characters are escaped.
    pub(crate) fn new(code: Code, message: impl Display) -> Self {
        Self {
            code,
            message: output::text::visible(message.to_string().trim_end()).into_owned(),
            is_silent: false,
        }
    }

    /// Wrong arguments.
    pub(crate) fn usage(message: impl Display) -> Self {
        Self::new(Code::Usage, message)
    }

    /// A failure of which all is said already.
    pub(crate) fn silent(code: Code) -> Self {
        Self { code, message: String::new(), is_silent: true }
    }

    pub(crate) fn code(&self) -> Code {
        self.code
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// Whether something else may succeed on the same connection.
    pub(crate) fn leaves_a_connection(&self) -> bool {
        !matches!(self.code, Code::Done | Code::Connection)
    }

    /// The same, with a line of advice behind it.
    #[must_use]
    pub(crate) fn with_hint(mut self, hint: impl Display) -> Self {
        self.message.push_str("\nhint: ");
        self.message.push_str(&printable(&hint.to_string()));
        self
    }

    /// The same, with lines behind it that may hold anything.
    #[must_use]
    pub(crate) fn with_lines(mut self, lines: impl Display) -> Self {
        self.message.push('\n');
        self.message.push_str(output::text::visible(&lines.to_string()).trim_end());
        self
    }

    /// The same, with a place in front of it.
    #[must_use]
    pub(crate) fn at(mut self, place: impl Display) -> Self {
        self.message.insert_str(0, &format!("{}: ", printable(&place.to_string())));
        self
    }

    /// Tells the user.
    pub(crate) fn report(&self) {
        if !self.is_silent {
            output::error(&self.message);
        }
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.code as u8)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let code = match &error {
            Error::Server { .. } | Error::Job { .. } | Error::JobGone { .. } | Error::Migration { .. } => {
                Code::Server
            }
            Error::Timeout { .. } | Error::NoEvent { .. } | Error::Unfinished { .. } => Code::Timeout,
            Error::FileDescriptors(_) | Error::Copy(_) => Code::Usage,
            // What is not QMP, or not what the bindings expect, leaves no connection to go on with.
            _ => Code::Connection,
        };
        Self::new(code, error)
    }
}

impl From<AddressError> for Failure {
    fn from(error: AddressError) -> Self {
        Self::usage(error)
    }
}

impl From<LaunchError> for Failure {
    fn from(error: LaunchError) -> Self {
        let code = match &error {
            LaunchError::NoPlaceholder { .. } => Code::Usage,
            LaunchError::NoGreeting { .. } => Code::Timeout,
            _ => Code::Connection,
        };
        Self::new(code, error)
    }
}

/// What cannot be written to the standard output.
impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            return Self::silent(Code::Done);
        }
        Self::usage(format_args!("cannot write the output: {error}"))
    }
}
