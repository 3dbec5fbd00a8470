//! Commands and their answers as messages, for the side of the socket that serves them.

use serde_json::Value;
use serde_json::value::RawValue;

use crate::json::{self, Error, ErrorKind, FromMembers, Members, ObjectWriter, ToMembers};
use crate::{Command, CommandSet, ServerError};

/// A command as it stands on the wire (QEMU's `docs/interop/qmp-spec.rst`, section *Issuing Commands*).
///
/// ```
/// # #[cfg(feature = "server")]
/// # {
/// use qmp_types::qmp::AnyCommand;
/// use qmp_types::{Request, json};
///
/// let text = r#"{"execute":"device_del","arguments":{"id":"net0"},"id":7}"#;
/// let request: Request<AnyCommand> = json::from_str(text)?;
/// let AnyCommand::DeviceDel(command) = &request.command else { panic!() };
/// assert_eq!(command.id, "net0");
/// assert_eq!(json::to_string(&request), text);
///
/// let text = r#"{"execute":"device_del","arguments":{"id":1}}"#;
/// let error = json::from_str::<Request<AnyCommand>>(text).unwrap_err();
/// assert_eq!(error.to_string(), "arguments of device_del: id: expected a string, found a number");
/// # }
/// # Ok::<(), qmp_types::json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Request<C> {
    /// The command, with its arguments.
    pub command: C,
    /// Whether it is to be executed out-of-band, as soon as it is read.
    pub out_of_band: bool,
    /// What the answer is to carry, of the client's choice.
    pub id: Option<Value>,
}

impl<C> Request<C> {
    /// A request in-band, without an id.
    #[must_use]
    pub fn new(command: C) -> Self {
        Self { command, out_of_band: false, id: None }
    }
}

impl<C: CommandSet> FromMembers for Request<C> {
    fn from_members(members: &mut Members<'_, '_>) -> Result<Self, Error> {
        let in_band: Option<String> = members.optional("execute");
        let out_of_band: Option<String> = members.optional("exec-oob");
        let arguments: Option<Box<RawValue>> = members.optional("arguments");
        let id = members.optional("id");
        members.refuse_rest()?;
        let is_out_of_band = out_of_band.is_some();
        let name = match (in_band, out_of_band) {
            (Some(name), None) | (None, Some(name)) => name,
            (Some(_), Some(_)) => return Err(Error::new(ErrorKind::UnexpectedMember("exec-oob".into()))),
            (None, None) => return Err(Error::new(ErrorKind::MissingMember("execute"))),
        };
        let command = C::from_parts(&name, arguments.as_deref().map(RawValue::get))?;
        Ok(Self { command, out_of_band: is_out_of_band, id })
    }
}

impl<C: CommandSet> ToMembers for Request<C> {
    fn to_members(&self, object: &mut ObjectWriter<'_>) {
        object.member(if self.out_of_band { "exec-oob" } else { "execute" }, self.command.name());
        object.unless_empty("arguments", self.command.arguments());
        object.optional("id", &self.id);
    }
}

crate::impl_serde!({C: CommandSet} Request<C>);

/// What a command came to: what it returned, as JSON, or nothing where it is not answered on success; the handler's
/// error, or [`CommandNotFound`](crate::ErrorClass::CommandNotFound) where there is no handler.
pub type Served = Result<Option<Box<RawValue>>, ServerError>;

/// A set of commands that handlers of the type `H` serve.
pub trait ServedBy<H>: CommandSet {
    /// Has the command served.
    ///
    /// # Errors
    /// See [`Served`].
    fn serve(self, handlers: &mut H) -> Served;
}

impl<C> Request<C> {
    /// Has the command served, and gives the answer, unless the command is not answered on success.
    pub fn serve<H>(self, handlers: &mut H) -> Option<Response>
    where
        C: ServedBy<H>,
    {
        let id = self.id;
        let result = self.command.serve(handlers).transpose()?;
        Some(Response::new(result, id))
    }
}

/// What a command came to, from what its handler answered, if there is one.
#[doc(hidden)]
pub fn served<C: Command>(outcome: Option<Result<C::Return, ServerError>>) -> Served {
    let returned = outcome.unwrap_or_else(|| Err(ServerError::command_not_found(C::NAME)))?;
    Ok(C::SUCCESS_RESPONSE.then(|| json::to_raw_value(&returned)))
}

/// The answer to a command (QEMU's `docs/interop/qmp-spec.rst`, section *Commands Responses*).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Response {
    /// What the command returned, or why it failed.
    pub result: Result<Box<RawValue>, ServerError>,
    /// What the request carried.
    pub id: Option<Value>,
}

impl Response {
    /// The answer to a request with this id.
    #[must_use]
    pub fn new(result: Result<Box<RawValue>, ServerError>, id: Option<Value>) -> Self {
        Self { result, id }
    }
}

impl FromMembers for Response {
    fn from_members(members: &mut Members<'_, '_>) -> Result<Self, Error> {
        let returned: Option<Box<RawValue>> = members.optional("return");
        let error: Option<ServerError> = members.optional("error");
        let id = members.optional("id");
        let result = match (returned, error) {
            (Some(returned), None) => Ok(returned),
            (None, Some(error)) => Err(error),
            (Some(_), Some(_)) => return Err(Error::new(ErrorKind::UnexpectedMember("error".into()))),
            (None, None) => return Err(Error::new(ErrorKind::MissingMember("return"))),
        };
        Ok(Self { result, id })
    }
}

impl ToMembers for Response {
    fn to_members(&self, object: &mut ObjectWriter<'_>) {
        match &self.result {
            Ok(returned) => object.raw("return", returned),
            Err(error) => object.member("error", error),
        }
        object.optional("id", &self.id);
    }
}

crate::impl_serde!(Response);
