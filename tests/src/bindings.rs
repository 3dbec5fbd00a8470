//! The bindings as a table: each type, command and event by its name in the schema.

#![allow(deprecated, reason = "what is deprecated is tested too")]

use std::fmt::Debug;

use qmp_client::introspection::ServerSchema;
use qmp_types::json::{self, FromJson, ToJson};
use qmp_types::{Command, Defined};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A type of the bindings, and what can be done with its values without knowing it.
#[derive(Debug, Clone, Copy)]
pub struct Binding {
    /// What it is in the schema: `struct`, `command`, ….
    pub kind: &'static str,
    /// Its name in the schema.
    pub name: &'static str,
    /// Its name in Rust.
    pub rust_name: &'static str,
    /// How many bytes a value takes, without what is on the heap.
    pub size: usize,
    /// Reads a value and writes it.
    pub round_trip: RoundTrip,
    /// The same through serde: from text and from a tree, to text and to a tree.
    pub through_serde: RoundTrip,
    /// Reads what a command returns and writes it.
    pub returned: Option<RoundTrip>,
    /// Whether a server has this command or event.
    pub is_supported: Option<fn(&ServerSchema) -> bool>,
}

/// Reads a value from JSON text and gives what is written for it; else what went wrong.
pub type RoundTrip = fn(&str) -> Result<Value, String>;

/// The bindings of the monitor's schema.
pub static QMP: &[Binding] = include!(concat!(env!("OUT_DIR"), "/qmp_table.rs"));

/// The bindings of the guest agent's schema.
pub static QGA: &[Binding] = include!(concat!(env!("OUT_DIR"), "/qga_table.rs"));

/// The types of [`older::RELEASE`](crate::older::RELEASE)'s monitor.
pub static OLDER_QMP: &[Binding] = include!(concat!(env!("OUT_DIR"), "/qmp_older_table.rs"));

/// The types of [`older::RELEASE`](crate::older::RELEASE)'s guest agent.
pub static OLDER_QGA: &[Binding] = include!(concat!(env!("OUT_DIR"), "/qga_older_table.rs"));

/// The binding of a kind and name. Commands, events and types each have names of their own.
#[must_use]
pub fn find(
    bindings: &'static [Binding],
    is_kind: impl Fn(&str) -> bool,
    name: &str,
) -> Option<&'static Binding> {
    bindings.iter().find(|binding| is_kind(binding.kind) && binding.name == name)
}

/// The command of a name.
#[must_use]
pub fn command(bindings: &'static [Binding], name: &str) -> Option<&'static Binding> {
    find(bindings, |kind| kind == "command", name)
}

/// The event of a name.
#[must_use]
pub fn event(bindings: &'static [Binding], name: &str) -> Option<&'static Binding> {
    find(bindings, |kind| kind == "event", name)
}

impl Binding {
    const fn of<T>(kind: &'static str, name: &'static str, rust_name: &'static str) -> Self
    where
        T: FromJson + ToJson + Serialize + DeserializeOwned + PartialEq + Debug,
    {
        Self {
            kind,
            name,
            rust_name,
            size: size_of::<T>(),
            round_trip: round_trip::<T>,
            through_serde: through_serde::<T>,
            returned: None,
            is_supported: None,
        }
    }

    const fn of_command<T>(kind: &'static str, name: &'static str, rust_name: &'static str) -> Self
    where
        T: Command<Return: PartialEq> + Serialize + DeserializeOwned + PartialEq + Debug,
    {
        let is_supported: fn(&ServerSchema) -> bool = ServerSchema::supports::<T>;
        Self {
            returned: Some(round_trip::<T::Return>),
            is_supported: Some(is_supported),
            ..Self::of::<T>(kind, name, rust_name)
        }
    }

    const fn of_event<T>(kind: &'static str, name: &'static str, rust_name: &'static str) -> Self
    where
        T: Defined + FromJson + ToJson + Serialize + DeserializeOwned + PartialEq + Debug,
    {
        let is_supported: fn(&ServerSchema) -> bool = ServerSchema::supports::<T>;
        Self { is_supported: Some(is_supported), ..Self::of::<T>(kind, name, rust_name) }
    }
}

/// Reads, writes, and reads what was written, which must be the same value.
fn round_trip<T: FromJson + ToJson + PartialEq>(text: &str) -> Result<Value, String> {
    let value: T = json::from_str(text).map_err(|error| error.to_string())?;
    let written = json::to_string(&value);
    let again: T = json::from_str(&written).map_err(|error| read_again(&written, &error.to_string()))?;
    if again != value {
        return Err(read_again(&written, "another value"));
    }
    parsed(&written)
}

fn through_serde<T: Serialize + DeserializeOwned + PartialEq>(text: &str) -> Result<Value, String> {
    let value: T = serde_json::from_str(text).map_err(|error| format!("from_str: {error}"))?;
    let from_tree: T =
        serde_json::from_value(parsed(text)?).map_err(|error| format!("from_value: {error}"))?;
    if from_tree != value {
        return Err("from_value reads another value than from_str".to_owned());
    }
    let written = serde_json::to_string(&value).map_err(|error| format!("to_string: {error}"))?;
    let tree = serde_json::to_value(&value).map_err(|error| format!("to_value: {error}"))?;
    if parsed(&written)? != tree {
        return Err(format!("to_string writes {written}, to_value {tree}"));
    }
    Ok(tree)
}

fn parsed(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| read_again(text, &error.to_string()))
}

fn read_again(written: &str, what: &str) -> String {
    format!("what was written is read as {what}: {written}")
}
