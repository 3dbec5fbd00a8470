//! How what came of commands is printed.

use qmp_client::EventRecord;
use serde_json::value::RawValue;

use super::call::Outcome;
use crate::failure::Failure;
use crate::output;
use crate::output::json::{self, Layout};

#[derive(Debug, Clone, Copy, clap::Args)]
#[group(skip)]
pub(crate) struct Options {
    /// Print what the command returns, without {"return": …} around it.
    #[arg(short, long)]
    return_value: bool,
    /// Lay the answer out over several lines. On a terminal it is so anyway.
    #[arg(short, long)]
    pretty: bool,
    /// Print the text as the server sent it, and with --return-value a string without its quotes. It works where the output is no
    /// terminal: one gets control characters as escape sequences.
    #[arg(long)]
    raw: bool,
}

impl Options {
    /// Prints what came of a command.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn print(self, outcome: &Outcome) -> Result<(), Failure> {
        self.print_returned(&outcome.returned)?;
        match &outcome.event {
            Some(event) => self.print_event(event),
            None => Ok(()),
        }
    }

    /// Prints an event.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn print_event(self, event: &EventRecord) -> Result<(), Failure> {
        self.print_json(&output::event::message(event))
    }

    /// Prints what a command returned.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn print_returned(self, returned: &RawValue) -> Result<(), Failure> {
        let text = returned.get();
        if !self.return_value {
            return self.print_json(&format!("{{\"return\":{text}}}"));
        }
        if self.raw
            && !output::is_terminal()
            && let Ok(string) = serde_json::from_str::<String>(text)
        {
            return Ok(output::raw(&string)?);
        }
        self.print_json(text)
    }

    fn print_json(self, text: &str) -> Result<(), Failure> {
        let is_terminal = output::is_terminal();
        if self.raw && !is_terminal {
            return Ok(output::raw(&format!("{text}\n"))?);
        }
        let layout = if self.pretty || is_terminal { Layout::Pretty } else { Layout::Compact };
        Ok(output::line(&json::coloured(text, layout))?)
    }
}
