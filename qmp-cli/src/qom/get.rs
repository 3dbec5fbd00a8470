//! `qmp qom get`.

use qmp_client::CallOptions;
use qmp_client::blocking::Client;
use qmp_types::qmp::commands::QomGet;
use qmp_types::{Command, json};
use serde_json::value::RawValue;

use super::Property;
use crate::failure::Failure;
use crate::output;
use crate::output::text::visible;

#[derive(Debug, clap::Args)]
#[command(
    override_usage = "qmp qom get [OPTIONS] <PATH> <PROPERTY>\n       qmp qom get [OPTIONS] <PATH>.<PROPERTY>"
)]
pub(crate) struct Options {
    /// The path of the object.
    #[arg(value_name = "PATH")]
    path: String,
    /// The property.
    #[arg(value_name = "PROPERTY")]
    property: Option<String>,
    /// Print JSON. Without it, a string is printed without quotes.
    #[arg(long)]
    json: bool,
    /// Print a string as it is, if the output is no terminal. Otherwise control characters are shown as escape sequences.
    #[arg(long, conflicts_with = "json")]
    raw: bool,
}

impl Options {
    /// Which one is meant.
    ///
    /// # Errors
    /// When that is not said.
    pub(super) fn property(&self) -> Result<Property<'_>, Failure> {
        match &self.property {
            Some(name) => Ok(Property { path: &self.path, name }),
            None => Property::parse(&self.path),
        }
    }
}

pub(super) fn run(client: &Client, property: &Property<'_>, options: &Options) -> Result<(), Failure> {
    let command = json::to_string(&QomGet::new(property.path, property.name));
    let arguments = RawValue::from_string(command).map_err(Failure::usage)?;
    let returned = client.execute_raw(QomGet::NAME, Some(&arguments), &CallOptions::new())?;
    let text = serde_json::from_str::<String>(returned.get()).ok().filter(|_| !options.json);
    match text {
        None => output::json::print(returned.get())?,
        Some(text) if options.raw && !output::is_terminal() => output::raw(&format!("{text}\n"))?,
        Some(text) => output::line(&visible(&text))?,
    }
    Ok(())
}
