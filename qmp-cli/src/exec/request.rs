//! A command with its arguments.

use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

use super::arguments::{self, Arguments};
use crate::failure::Failure;
use crate::typing::bindings::wire_name;
use crate::typing::{Conversion, Leaf, Mistake, Tree};

/// A command and its arguments, as given.
#[derive(Debug)]
pub(crate) struct Request {
    /// The name on the wire.
    pub(crate) command: String,
    pub(crate) arguments: Arguments,
}

impl Request {
    /// Reads a command and its arguments from words, or from one that is a message as QMP has it.
    ///
    /// # Errors
    /// When there are none, or one is malformed.
    pub(crate) fn parse(words: &[impl AsRef<str>]) -> Result<Self, Failure> {
        let Some((command, words)) = words.split_first().filter(|(command, _)| !command.as_ref().is_empty())
        else {
            return Err(Failure::usage("the command is missing"));
        };
        if command.as_ref().starts_with('{') {
            return match words {
                [] => Self::parse_message(command.as_ref()),
                _ => Err(Failure::usage("a command as JSON has its arguments in it, and none behind it")),
            };
        }
        Ok(Self { command: wire_name(command.as_ref()), arguments: arguments::parse(words)? })
    }

    /// Reads a line: words as a shell splits them, or a message as QMP has it, `{"execute": …, "arguments": …}`.
    ///
    /// # Errors
    /// When it is neither, or an argument is malformed.
    pub(crate) fn parse_line(line: &str) -> Result<Self, Failure> {
        if line.starts_with('{') {
            return Self::parse_message(line);
        }
        Self::parse(&words(line)?)
    }

    fn parse_message(line: &str) -> Result<Self, Failure> {
        let unexpected = |what: &str| Failure::usage(format_args!("{what} in a command as JSON"));
        let members: Map<String, Value> = serde_json::from_str(line)
            .map_err(|error| Failure::usage(format_args!("the command is not JSON: {error}")))?;
        let mut request = Self { command: String::new(), arguments: Arguments::default() };
        for (name, value) in members {
            match (name.as_str(), value) {
                ("execute", Value::String(command)) => request.command = command,
                ("arguments", value @ Value::Object(_)) => {
                    // As text again: the value was read to see that it is one.
                    let text = RawValue::from_string(value.to_string());
                    request.arguments.object = Some(text.map_err(Failure::usage)?);
                }
                // Ids are the client's business.
                ("id", _) => {}
                (name, _) => return Err(unexpected(&format!("unexpected '{name}'"))),
            }
        }
        if request.command.is_empty() { Err(unexpected("'execute' is missing")) } else { Ok(request) }
    }

    /// The arguments, with the types that `convert` gives them: what is given as JSON stays as it is.
    ///
    /// # Errors
    /// When a value cannot be of its type.
    pub(crate) fn typed(
        &self,
        convert: impl FnOnce(&Tree) -> Result<Conversion, Mistake>,
    ) -> Result<Option<Box<RawValue>>, Failure> {
        let Arguments { object, tree } = &self.arguments;
        if tree.is_empty() {
            return Ok(object.clone());
        }
        let converted = convert(tree).map_err(|mistake| Failure::usage(mistake).at(&self.command))?;
        let joined = self.arguments.joined(converted.arguments)?;
        to_raw_value(&joined).map(Some).map_err(Failure::usage)
    }

    /// The command `transaction` with an action for each line: its type, and its data as other commands' arguments.
    ///
    /// # Errors
    /// When a line is malformed, with its number.
    pub(crate) fn transaction(lines: &[(usize, String)]) -> Result<Self, Failure> {
        let mut arguments = Arguments::default();
        for (index, (number, line)) in lines.iter().enumerate() {
            let action = words(line).and_then(|words| Self::parse(&words));
            let add = |action: Self| arguments.add_action(index, action);
            action.and_then(add).map_err(|failure| failure.at(format_args!("line {number}")))?;
        }
        Ok(Self { command: "transaction".to_owned(), arguments })
    }
}

impl Arguments {
    fn add_action(&mut self, index: usize, action: Request) -> Result<(), Failure> {
        let tree = &mut self.tree;
        let failed = |error| Failure::usage(format_args!("{error}"));
        tree.insert(&format!("actions.{index}.type"), Leaf::Text(action.command)).map_err(failed)?;
        let data = format!("actions.{index}.data");
        let given = action.arguments.joined(Map::new())?;
        if given.is_empty() && action.arguments.tree.is_empty() {
            return tree.insert(&data, Leaf::Json(Value::Object(given))).map_err(failed);
        }
        for (name, value) in given {
            tree.insert(&format!("{data}.{name}"), Leaf::Json(value)).map_err(failed)?;
        }
        tree.graft(&data, action.arguments.tree).map_err(failed)
    }
}

fn words(line: &str) -> Result<Vec<String>, Failure> {
    shlex::split(line).ok_or_else(|| Failure::usage("a quote is not closed"))
}
