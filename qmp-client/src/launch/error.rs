//! Why a server did not start.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

use thiserror::Error;

/// Why a server did not start, or not well.
///
/// Each displays as one line; control characters in what the server wrote are escaped.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LaunchError {
    /// The program cannot be started.
    #[error("cannot start {}: {error}", Shown(&.program.to_string_lossy()))]
    Start {
        /// Its name or path, as given.
        program: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// No argument says to the program on which descriptor its monitor is.
    #[error("no argument of {} has the placeholder {}", Shown(&.program.to_string_lossy()), super::PLACEHOLDER)]
    NoPlaceholder {
        /// Its name or path, as given.
        program: PathBuf,
    },
    /// The program ended before its monitor was ready, or closed the connection and was killed for that.
    #[error("{} ended before its monitor was ready ({status}){}", Shown(&.program.to_string_lossy()), Said(.stderr))]
    Ended {
        /// Its name or path, as given.
        program: PathBuf,
        /// How it ended.
        status: ExitStatus,
        /// The end of what it wrote to its standard error.
        stderr: String,
    },
    /// The program said nothing on its monitor, and was killed.
    #[error("no greeting from {} within {after:?}{}", Shown(&.program.to_string_lossy()), Said(.stderr))]
    NoGreeting {
        /// Its name or path, as given.
        program: PathBuf,
        /// How long it had time.
        after: Duration,
        /// The end of what it wrote to its standard error.
        stderr: String,
    },
    /// The system failed otherwise.
    #[error("cannot start a server: {0}")]
    Io(io::Error),
}

impl From<io::Error> for LaunchError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// A text with its control characters escaped, at the end without any.
struct Shown<'a>(&'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.trim_end().chars() {
            match c {
                '\'' | '"' | '\\' => write!(f, "{c}")?,
                // Beside control characters: what turns the direction of writing, for one.
                c => write!(f, "{}", c.escape_debug())?,
            }
        }
        Ok(())
    }
}

/// `: TEXT`, if there is any.
struct Said<'a>(&'a str);

impl fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.trim_end().is_empty() { Ok(()) } else { write!(f, ": {}", Shown(self.0)) }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::LaunchError;

    #[test]
    fn what_the_server_wrote_is_one_line() {
        let no_greeting = |stderr: &str| {
            let stderr = stderr.to_owned();
            LaunchError::NoGreeting { program: "qemu".into(), after: Duration::from_secs(1), stderr }
                .to_string()
        };
        assert_eq!(no_greeting("\n"), "no greeting from qemu within 1s");
        assert_eq!(
            no_greeting("it's \"C:\\\"\r\n\u{1b}[31mé\u{202e}\n"),
            "no greeting from qemu within 1s: it's \"C:\\\"\\r\\n\\u{1b}[31mé\\u{202e}"
        );
    }
}
