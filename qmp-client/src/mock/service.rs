//! What answers commands.

use std::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError};

use qmp_types::{CommandSet, Served, ServedBy, ServerError, json};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::protocol::server::Request;

/// What answers the commands of one connection.
pub trait Service: Send {
    /// Carries out a command.
    ///
    /// # Errors
    /// What the client is to be answered. See [`Served`].
    fn serve(&mut self, request: &Request) -> Served;
}

impl<F: FnMut(&Request) -> Served + Send> Service for F {
    fn serve(&mut self, request: &Request) -> Served {
        self(request)
    }
}

/// Handlers of a set of commands.
pub(super) struct Handled<C, H> {
    handlers: Arc<Mutex<H>>,
    commands: PhantomData<fn() -> C>,
}

impl<C, H> Handled<C, H> {
    pub(super) fn new(handlers: Arc<Mutex<H>>) -> Self {
        Self { handlers, commands: PhantomData }
    }
}

impl<C: ServedBy<H>, H: Send> Service for Handled<C, H> {
    fn serve(&mut self, request: &Request) -> Served {
        let command: C = command(&request.name, request.arguments.as_deref().map(RawValue::get))?;
        // A handler that panicked ended its own connection; the others go on.
        command.serve(&mut self.handlers.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Reads a command, and refuses what it does not take, as servers do.
fn command<C: CommandSet>(name: &str, arguments: Option<&str>) -> Result<C, ServerError> {
    let refused = |reason: &dyn std::fmt::Display| ServerError::generic(reason.to_string());
    let command = C::from_parts(name, arguments).map_err(|error| refused(&error))?;
    if let Some(sent) = arguments {
        // The bindings pass over members that they do not know: those are not there when they are written again.
        let sent: Value = serde_json::from_str(sent).map_err(|error| refused(&error))?;
        let read = json::to_string(&Arguments(&command));
        let read: Value = serde_json::from_str(&read).map_err(|error| refused(&error))?;
        if let Some(path) = unexpected(&sent, &read) {
            return Err(refused(&format_args!("argument '{path}' of {name} is unexpected")));
        }
    }
    Ok(command)
}

/// The arguments of a command as JSON.
struct Arguments<'a, C>(&'a C);

impl<C: CommandSet> json::ToJson for Arguments<'_, C> {
    fn to_json(&self, writer: &mut json::Writer) {
        self.0.arguments().to_json(writer);
    }
}

/// The first member that is in one value only, by its path.
fn unexpected(sent: &Value, read: &Value) -> Option<String> {
    match (sent, read) {
        (Value::Object(sent), Value::Object(read)) => sent.iter().find_map(|(name, sent)| {
            let Some(read) = read.get(name) else { return Some(name.clone()) };
            unexpected(sent, read).map(|path| format!("{name}.{path}"))
        }),
        (Value::Array(sent), Value::Array(read)) => {
            sent.iter().zip(read).enumerate().find_map(|(index, (sent, read))| {
                unexpected(sent, read).map(|path| format!("{index}.{path}"))
            })
        }
        _ => None,
    }
}
