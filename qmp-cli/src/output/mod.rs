//! What is printed: to people on a terminal, or to programs.
//!
//! Text that came from a server or a guest reaches a terminal only through [`text::visible`] or as JSON through [`json`],
//! both of which escape what commands a terminal.

pub(crate) mod bytes;
pub(crate) mod event;
pub(crate) mod json;
pub(crate) mod table;
pub(crate) mod text;

use std::io::{self, IsTerminal, Write};

use anstyle::{AnsiColor, Style};

/// The style of the word that says that something failed.
pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();

/// Whether standard output is a terminal.
pub(crate) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Tells the user of a failure, on standard error. The message may reach a terminal.
pub(crate) fn error(message: &str) {
    say("error", ERROR, message);
}

/// Tells the user of something that is no failure, on standard error. The message may reach a terminal.
pub(crate) fn warning(message: &str) {
    say("warning", AnsiColor::Yellow.on_default().bold(), message);
}

/// Tells the user what was done, on standard error. The message may reach a terminal.
pub(crate) fn note(message: &str) {
    say("note", Style::new().bold(), message);
}

fn say(word: &str, style: Style, message: &str) {
    // Nobody is left to be told if this fails.
    let _ = writeln!(anstream::stderr(), "{style}{word}:{style:#} {message}");
}

/// Writes a line of text that may reach a terminal to standard output, and sees that it gets there.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn line(text: &str) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
}

/// Writes text as it is, whatever is in it.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn raw(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}
