//! A command with its arguments, ready to be sent.

use qmp_client::blocking::Client;
use qmp_client::{CallOptions, Error};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

use super::arguments::{self, Arguments};
use crate::failure::Failure;
use crate::typing::bindings::Bindings;
use crate::typing::{Facts, convert};

/// A command and its arguments, as given.
#[derive(Debug)]
pub(crate) struct Request {
    /// The name on the wire.
    pub(crate) command: String,
    pub(crate) arguments: Arguments,
}

impl Request {
    /// Reads a command and its arguments from words.
    ///
    /// # Errors
    /// When there are none, or an argument is malformed.
    pub(crate) fn parse(words: &[impl AsRef<str>]) -> Result<Self, Failure> {
        let Some((command, words)) = words.split_first() else {
            return Err(Failure::usage("the command is missing"));
        };
        Ok(Self { command: wire_name(command.as_ref()), arguments: arguments::parse(words)? })
    }

    /// Gives the arguments their types, and puts what is given as JSON beside them.
    ///
    /// # Errors
    /// When a value cannot be of its type.
    pub(crate) fn typed(&self) -> Result<Option<Box<RawValue>>, Failure> {
        if self.arguments.tree.0.is_empty() {
            return Ok(self.arguments.object.clone());
        }
        let bindings = Bindings::monitor();
        let sources: [&dyn Facts; 1] = [&bindings];
        let converted = convert(&self.command, &self.arguments.tree, &sources)
            .map_err(|mistake| Failure::usage(mistake).at(&self.command))?;
        self.joined(converted.arguments).map(Some)
    }

    fn joined(&self, mut arguments: Map<String, Value>) -> Result<Box<RawValue>, Failure> {
        if let Some(object) = &self.arguments.object {
            let given: Map<String, Value> = serde_json::from_str(object.get())
                .map_err(|error| Failure::usage(format_args!("the arguments are not JSON: {error}")))?;
            for (name, value) in given {
                if arguments.insert(name.clone(), value).is_some() {
                    return Err(Failure::usage(format_args!("argument {name}: it is given twice")));
                }
            }
        }
        to_raw_value(&arguments).map_err(Failure::usage)
    }

    /// Sends it and waits for the answer.
    ///
    /// # Errors
    /// When a value cannot be of its type, and those of the call.
    pub(crate) fn execute(&self, client: &Client, options: &CallOptions) -> Result<Box<RawValue>, Failure> {
        let arguments = self.typed()?;
        let answer = client.execute_raw(&self.command, arguments.as_deref(), options);
        answer.map_err(|error| self.explained(error))
    }

    /// The failure, with the command that may be meant where there is none of this name.
    fn explained(&self, error: Error) -> Failure {
        let is_unknown = matches!(&error, Error::Server { error, .. }
            if error.class == qmp_types::ErrorClass::CommandNotFound);
        let failure = Failure::from(error);
        let known = qmp_types::qmp::SCHEMA.commands.iter().map(|command| command.name);
        match qapi_schema::nearest(&self.command, known).filter(|_| is_unknown) {
            Some(nearest) if nearest != self.command => {
                failure.with_hint(format_args!("did you mean '{nearest}'?"))
            }
            _ => failure,
        }
    }
}

/// The name of a command on the wire. Some have underscores where all others have hyphens: both are understood.
fn wire_name(name: &str) -> String {
    let schema = &qmp_types::qmp::SCHEMA;
    let underscored = name.replace('-', "_");
    if schema.command(name).is_none() && schema.command(&underscored).is_some() {
        return underscored;
    }
    name.to_owned()
}
