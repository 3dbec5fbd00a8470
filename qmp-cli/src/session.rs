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
        let arguments = self.arguments(request)?;
        let answer = self.client.execute_raw(&request.command, arguments.as_deref(), options);
        answer.map_err(|error| explained(&SCHEMA, &request.command, error))
    }

    fn arguments(&self, request: &Request) -> Result<Option<Box<RawValue>>, Failure> {
        request.typed(|tree| self.convert(&request.command, tree))
    }

    /// Asks the server for no more than is needed. The bindings know the commands of servers of their own release; what other
    /// servers say of theirs counts more than the bindings.
    fn convert(&self, command: &str, tree: &Tree) -> Result<Conversion, Mistake> {
        let bindings = bindings::arguments(&SCHEMA, command);
        if self.is_of_the_bindings_release() {
            let converted = convert(tree, bindings.as_slice());
            if converted.as_ref().is_ok_and(|converted| converted.untyped.is_empty()) {
                return converted;
            }
        }
        let live = self.schema();
        let live = live.as_deref().and_then(|schema| live::arguments(schema, command));
        let mut sources: Vec<Object<'_>> = live.into_iter().chain(bindings).collect();
        let converted = convert(tree, &sources)?;
        if converted.untyped.is_empty() || command != DEVICE_ADD {
            return Ok(converted);
        }
        let properties = tree.text("driver").map(|driver| self.properties(driver)).unwrap_or_default();
        sources.push(properties::arguments(&properties));
        convert(tree, &sources)
    }

    /// Whether the server is of the release that the bindings are of, corrections of it included.
    fn is_of_the_bindings_release(&self) -> bool {
        let server = self.client.greeting().version.qemu;
        let mut numbers =
            qapi_schema::snapshot::newest_release().unwrap_or_default().split('.').map(str::parse);
        // From 50 on, the third number is that of a development version.
        server.micro < 50
            && [server.major, server.minor].into_iter().all(|number| numbers.next() == Some(Ok(number)))
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

/// The failure, with the command that may be meant where there is none of this name.
pub(crate) fn explained(schema: &Schema, command: &str, error: Error) -> Failure {
    let is_unknown =
        matches!(&error, Error::Server { error, .. } if error.class == ErrorClass::CommandNotFound);
    let failure = Failure::from(error);
    let known = schema.commands.iter().map(|command| command.name);
    match qapi_schema::nearest(command, known).filter(|_| is_unknown) {
        Some(nearest) if nearest != command => failure.with_hint(format_args!("did you mean '{nearest}'?")),
        _ => failure,
    }
}
