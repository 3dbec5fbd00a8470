//! How a request is read.

use std::fmt;

use qmp_types::ServerError;
use serde::Deserialize;
use serde::de::{self, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

/// A command that a client wants executed.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Request {
    /// The command's name. Text from the client.
    pub name: String,
    /// Its arguments, an object; `None` if the client sent none.
    pub arguments: Option<Box<RawValue>>,
    /// Whether it is to be executed out-of-band. Only requests for which that is allowed get so far.
    pub out_of_band: bool,
    /// What the reply is to carry.
    pub(super) id: Option<Box<RawValue>>,
}

/// Why a message is not carried out: the error, and the id that the reply is to carry.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) error: ServerError,
    pub(super) id: Option<Box<RawValue>>,
}

/// The members of a message, as they came.
#[derive(Debug, Default)]
struct Members<'a> {
    execute: Option<&'a RawValue>,
    exec_oob: Option<&'a RawValue>,
    arguments: Option<&'a RawValue>,
    id: Option<&'a RawValue>,
    /// The first that a request does not have.
    unexpected: Option<String>,
}

impl Request {
    /// Reads a message. `out_of_band` says whether the client has enabled execution out-of-band.
    pub(super) fn from_bytes(bytes: &[u8], out_of_band: bool) -> Result<Self, Refusal> {
        let mut members: Members<'_> =
            serde_json::from_slice(bytes).map_err(|error| Refusal::not_json(&error))?;
        let id = members.id.take().map(RawValue::to_owned);
        match members.command(out_of_band) {
            Ok((name, arguments, out_of_band)) => Ok(Self { name, arguments, out_of_band, id }),
            Err(desc) => Err(Refusal { error: ServerError::generic(desc), id }),
        }
    }
}

impl Refusal {
    /// A message of which no more is known than that it is none.
    pub(super) fn not_json(reason: &dyn fmt::Display) -> Self {
        Self { error: ServerError::generic(format!("not a JSON object: {reason}")), id: None }
    }
}

impl Members<'_> {
    /// The command's name and arguments, and whether it is to be executed out-of-band; or what is wrong.
    fn command(self, may_be_out_of_band: bool) -> Result<(String, Option<Box<RawValue>>, bool), String> {
        if let Some(name) = self.unexpected {
            return Err(unexpected(&name));
        }
        let (name, member) = match (self.execute, self.exec_oob) {
            (_, Some(_)) if !may_be_out_of_band => return Err(unexpected("exec-oob")),
            (Some(_), Some(_)) => return Err("a request has either 'execute' or 'exec-oob'".to_owned()),
            (Some(name), None) => (name, "execute"),
            (None, Some(name)) => (name, "exec-oob"),
            (None, None) => return Err("member 'execute' is missing".to_owned()),
        };
        let name =
            serde_json::from_str(name.get()).map_err(|_| format!("member '{member}' is not a string"))?;
        if self.arguments.is_some_and(|arguments| !arguments.get().starts_with('{')) {
            return Err("member 'arguments' is not an object".to_owned());
        }
        Ok((name, self.arguments.map(RawValue::to_owned), self.exec_oob.is_some()))
    }
}

fn unexpected(member: &str) -> String {
    format!("member '{member}' is unexpected")
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
        let mut members = Members::default();
        while let Some(name) = map.next_key::<String>()? {
            let place = match name.as_str() {
                "execute" => &mut members.execute,
                "exec-oob" => &mut members.exec_oob,
                "arguments" => &mut members.arguments,
                "id" => &mut members.id,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    members.unexpected.get_or_insert(name);
                    continue;
                }
            };
            if place.replace(map.next_value()?).is_some() {
                return Err(de::Error::custom(format_args!("member '{name}' is there twice")));
            }
        }
        Ok(members)
    }
}
