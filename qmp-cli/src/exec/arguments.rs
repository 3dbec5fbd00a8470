//! The arguments of a command as they stand on a command line.

use std::fs::File;
use std::io::{self, Read};

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::typing::{Leaf, Tree};

/// The longest text that is read from a file: what QEMU accepts in a message.
const MAX_FILE_SIZE: u64 = 64 << 20;

/// The arguments of a command.
#[derive(Debug, Default)]
pub(crate) struct Arguments {
    /// A whole JSON object, which is sent as it is if there is nothing else.
    pub(crate) object: Option<Box<RawValue>>,
    /// What is given by name.
    pub(crate) tree: Tree,
}

impl Arguments {
    /// These members, with those of the whole JSON object.
    ///
    /// # Errors
    /// When one is in both.
    pub(crate) fn joined(&self, mut members: Map<String, Value>) -> Result<Map<String, Value>, Failure> {
        let Some(object) = &self.object else { return Ok(members) };
        let given: Map<String, Value> = serde_json::from_str(object.get())
            .map_err(|error| Failure::usage(format_args!("the arguments are not JSON: {error}")))?;
        for (name, value) in given {
            if members.contains_key(&name) {
                return Err(Failure::usage(format_args!("argument {name}: it is given twice")));
            }
            members.insert(name, value);
        }
        Ok(members)
    }
}

/// Reads arguments: `KEY=VALUE`, `KEY:=JSON`, a JSON object, `@FILE` or `-` with one.
///
/// # Errors
/// Of the first that is none of those.
pub(crate) fn parse(words: &[impl AsRef<str>]) -> Result<Arguments, Failure> {
    let mut arguments = Arguments::default();
    for word in words.iter().map(AsRef::as_ref) {
        let object = match word.strip_prefix('@') {
            Some(source) => Some(read(source)?),
            None if word == "-" => Some(read("-")?),
            None if word.trim_start().starts_with('{') => Some(word.to_owned()),
            None => None,
        };
        match object {
            None => add(&mut arguments.tree, word)?,
            Some(_) if arguments.object.is_some() => {
                return Err(Failure::usage("there are two JSON objects, expected one"));
            }
            Some(text) => arguments.object = Some(json_object(&text)?),
        }
    }
    Ok(arguments)
}

fn add(tree: &mut Tree, word: &str) -> Result<(), Failure> {
    let Some((key, value)) = word.split_once('=') else {
        return Err(Failure::usage(format_args!(
            "argument '{word}': expected KEY=VALUE, KEY:=JSON, a JSON object, @FILE or -"
        )));
    };
    let (key, leaf) = match key.strip_suffix(':') {
        Some(key) => (key, Leaf::Json(json(key, value)?)),
        None => (key, Leaf::Text(text(value).map_err(|failure| failure.at(format_args!("argument {key}")))?)),
    };
    tree.insert(key, leaf).map_err(|error| Failure::usage(format_args!("argument {key}: {error}")))
}

/// A value that may be elsewhere: `@FILE`, `@-` for standard input, `@env:NAME`; `@@` stands for one `@`.
fn text(value: &str) -> Result<String, Failure> {
    match value.strip_prefix('@') {
        None => Ok(value.to_owned()),
        Some(rest) if rest.starts_with('@') => Ok(rest.to_owned()),
        Some(source) => read(source),
    }
}

fn json(key: &str, value: &str) -> Result<Value, Failure> {
    let value = text(value)?;
    serde_json::from_str(&value)
        .map_err(|error| Failure::usage(format_args!("argument {key}: it is not JSON: {error}")))
}

fn json_object(text: &str) -> Result<Box<RawValue>, Failure> {
    let value = RawValue::from_string(text.trim().to_owned())
        .map_err(|error| Failure::usage(format_args!("the arguments are not JSON: {error}")))?;
    if value.get().starts_with('{') {
        return Ok(value);
    }
    Err(Failure::usage("the arguments are not a JSON object"))
}

/// What is in a file, on standard input or in a variable, without the line end behind it.
fn read(source: &str) -> Result<String, Failure> {
    let mut text = if let Some(name) = source.strip_prefix("env:") {
        let value = std::env::var(name);
        value.map_err(|error| Failure::usage(format_args!("variable {name}: {error}")))?
    } else {
        read_file(source).map_err(|error| Failure::usage(format_args!("file {source}: {error}")))?
    };
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    Ok(text)
}

fn read_file(path: &str) -> io::Result<String> {
    let mut text = String::new();
    let length = if path == "-" {
        io::stdin().lock().take(MAX_FILE_SIZE + 1).read_to_string(&mut text)?
    } else {
        File::open(path)?.take(MAX_FILE_SIZE + 1).read_to_string(&mut text)?
    };
    if u64::try_from(length).is_ok_and(|length| length <= MAX_FILE_SIZE) {
        return Ok(text);
    }
    Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is longer than 64 MiB"))
}
