//! A connection to a monitor, and what is known of the types that its commands take.

use std::sync::Arc;

use qmp_client::blocking::Client;
use qmp_client::introspection::ServerSchema;
use qmp_client::{CallOptions, Error};
use qmp_types::ErrorClass;
use qmp_types::metadata::Schema;
use qmp_types::qmp::SCHEMA;
use qmp_types::qmp::commands::DeviceListProperties;
use qmp_types::qmp::types::ObjectPropertyInfo;
use serde_json::value::RawValue;

use crate::exec::Request;
use crate::failure::Failure;
use crate::typing::{Conversion, Mistake, Object, Tree, bindings, convert, live, properties};

/// The command whose arguments are the properties of a device, beside those in the schema.
pub(crate) const DEVICE_ADD: &str = "device_add";

/// A connection to a monitor.
#[derive(Debug)]
pub(crate) struct Session {
    client: Client,
}

impl Session {
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Gives a request's arguments their types, sends it, and waits for what it returns.
    ///
    /// # Errors
    /// When a value cannot be of its type, and those of the call.
    pub(crate) fn execute(&self, request: &Request, options: &CallOptions) -> Result<Box<RawValue>, Failure> {
        let tree = &request.arguments.tree;
        let arguments = self.arguments(request, || self.convert(&request.command, tree))?;
        let answer = self.client.execute_raw(&request.command, arguments.as_deref(), options);
        let error = match answer {
            Ok(returned) => return Ok(returned),
            Err(error) => error,
        };
        // The server's own schema takes it tens of milliseconds to write, so it is asked for only where something went wrong.
        // Arguments that it gives other types were refused for that, before anything was done: they may be sent again.
        if !tree.is_empty() && matches!(error, Error::Server { .. }) && !is_unknown_command(&error) {
            let other = self.arguments(request, || self.convert_by_server(&request.command, tree));
            if let Ok(Some(other)) = other
                && arguments.is_some_and(|sent| sent.get() != other.get())
            {
                let answer = self.client.execute_raw(&request.command, Some(&other), options);
                return answer.map_err(|error| explained(&SCHEMA, &request.command, error));
            }
        }
        Err(explained(&SCHEMA, &request.command, error))
    }

    fn arguments(
        &self,
        request: &Request,
        convert: impl FnOnce() -> Result<Conversion, Mistake>,
    ) -> Result<Option<Box<RawValue>>, Failure> {
        request.typed(|_| convert())
    }

    /// By the bindings, which know most commands, and the properties of a device; by the server's schema where they do not know
    /// something, or a value is not of the type that they say.
    fn convert(&self, command: &str, tree: &Tree) -> Result<Conversion, Mistake> {
        let mut sources: Vec<Object<'_>> = bindings::arguments(&SCHEMA, command).into_iter().collect();
        let mut converted = convert(tree, &sources);
        let properties = match &converted {
            Ok(converted) if !converted.untyped.is_empty() => self.properties_of(command, tree),
            _ => Vec::new(),
        };
        if !properties.is_empty() {
            sources.push(properties::arguments(&properties));
            converted = convert(tree, &sources);
        }
        match converted {
            Ok(converted) if converted.untyped.is_empty() => Ok(converted),
            _ => self.convert_by_server(command, tree),
        }
    }

    /// By the server's schema, and where it does not know a type by the others.
    fn convert_by_server(&self, command: &str, tree: &Tree) -> Result<Conversion, Mistake> {
        let live = self.schema();
        let live = live.as_deref().and_then(|schema| live::arguments(schema, command));
        let properties = self.properties_of(command, tree);
        let others =
            bindings::arguments(&SCHEMA, command).into_iter().chain([properties::arguments(&properties)]);
        convert(tree, &live.into_iter().chain(others).collect::<Vec<_>>())
    }

    /// The properties of the device that a command adds.
    fn properties_of(&self, command: &str, tree: &Tree) -> Vec<ObjectPropertyInfo> {
        let driver = tree.text("driver").filter(|_| command == DEVICE_ADD);
        driver.map(|driver| self.properties(driver)).unwrap_or_default()
    }

    /// What the server says that it has, if it says so.
    pub(crate) fn schema(&self) -> Option<Arc<ServerSchema>> {
        self.client.server_schema().ok()
    }

    /// The properties of a device: none if the server cannot tell. It will say itself what is wrong with the command.
    pub(crate) fn properties(&self, driver: &str) -> Vec<ObjectPropertyInfo> {
        self.client.execute(&DeviceListProperties::new(driver)).unwrap_or_default()
    }
}

fn is_unknown_command(error: &Error) -> bool {
    matches!(error, Error::Server { error, .. } if error.class == ErrorClass::CommandNotFound)
}

/// The failure, with the command that may be meant where there is none of this name.
pub(crate) fn explained(schema: &Schema, command: &str, error: Error) -> Failure {
    let is_unknown = is_unknown_command(&error);
    let failure = Failure::from(error);
    let known = schema.commands.iter().map(|command| command.name);
    match qapi_schema::nearest(command, known).filter(|_| is_unknown) {
        Some(nearest) if nearest != command => failure.with_hint(format_args!("did you mean '{nearest}'?")),
        _ => failure,
    }
}
