//! `qmp qom set`.

use qmp_client::Error;
use qmp_client::blocking::Client;
use qmp_types::metadata::TypeKind;
use qmp_types::qmp::SCHEMA;
use qmp_types::qmp::commands::{QomGet, QomList, QomSet};
use serde_json::Value;

use super::Property;
use crate::failure::Failure;
use crate::typing::scalars::{boolean, guessed, number, size};

const EXPLAINED: &str = "\
VALUE is sent as what the property is: a number (4096, 0x1000, 4K), a truth value (true, on, yes; false, off, no), or a string. The \
server tells the property's type; where that is not enough, its value does.

Examples:
  qmp qom set /machine/peripheral/balloon0 guest-stats-polling-interval 2
  qmp qom set /objects/limits.x-bps-read 10M
  qmp qom set --json /objects/limits limits '{\"iops-total\": 100}'";

#[derive(Debug, clap::Args)]
#[command(
    override_usage = "qmp qom set [OPTIONS] <PATH> <PROPERTY> <VALUE>\n       qmp qom set [OPTIONS] <PATH>.<PROPERTY> <VALUE>",
    after_help = EXPLAINED
)]
pub(crate) struct Options {
    /// The path of the object.
    #[arg(value_name = "PATH")]
    path: String,
    /// The property, or the value if the path has the property behind it.
    #[arg(value_name = "PROPERTY", allow_hyphen_values = true)]
    second: String,
    /// The value.
    #[arg(value_name = "VALUE", allow_hyphen_values = true)]
    third: Option<String>,
    /// VALUE is JSON, and sent as it is.
    #[arg(long)]
    json: bool,
}

impl Options {
    /// Which property is meant, and its new value.
    ///
    /// # Errors
    /// When that is not said.
    pub(super) fn property(&self) -> Result<(Property<'_>, &str), Failure> {
        match &self.third {
            Some(text) => Ok((Property { path: &self.path, name: &self.second }, text)),
            None => Ok((Property::parse(&self.path)?, &self.second)),
        }
    }
}

pub(super) fn run(
    client: &Client,
    property: &Property<'_>,
    text: &str,
    options: &Options,
) -> Result<(), Failure> {
    let value = if options.json {
        serde_json::from_str(text)
            .map_err(|error| Failure::usage(format_args!("the value is not JSON: {error}")))?
    } else {
        typed(client, property, text)?
    };
    Ok(client.execute(&QomSet::new(property.path, property.name, value))?)
}

/// What the values of a property are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Integer,
    Number,
    Boolean,
    /// An object or a list.
    Composed,
}

/// The text as a value of the property's type.
fn typed(client: &Client, property: &Property<'_>, text: &str) -> Result<Value, Failure> {
    let listed = client.execute(&QomList::new(property.path))?;
    let Some(info) = listed.iter().find(|info| info.name == property.name) else {
        let nearest = qapi_schema::nearest(property.name, listed.iter().map(|info| info.name.as_str()));
        let failure = Failure::new(
            crate::failure::Code::Server,
            format_args!("{} has no property '{}'", property.path, property.name),
        );
        return Err(match nearest {
            Some(nearest) => failure.with_hint(format_args!("did you mean '{nearest}'?")),
            None => failure,
        });
    };
    if info.r#type.starts_with("child<") {
        return Err(Failure::usage(format_args!("'{}' is an object, which has no value", property.name)));
    }
    let kind = match kind_of_type(&info.r#type) {
        Some(kind) => Some(kind),
        None => kind_of_value(client, property)?,
    };
    let value = match kind {
        Some(kind) => value(kind, text),
        // Nobody knows: it can be written and not be read, and has a type of the server's own.
        None => Some(guessed(text)),
    };
    value.ok_or_else(|| {
        let expected = kind.map_or("a value", described);
        Failure::usage(format_args!(
            "{}: expected {expected} ({}), found '{text}'",
            property.name, info.r#type
        ))
    })
}

/// What values of a type are, by its name: QEMU has no list of those, and devices make up their own.
fn kind_of_type(name: &str) -> Option<Kind> {
    if name.starts_with("link<") {
        // The path of another object.
        return Some(Kind::Text);
    }
    Some(match name {
        "string" | "str" => Kind::Text,
        "bool" => Kind::Boolean,
        "int" | "int8" | "int16" | "int32" | "int64" | "uint8" | "uint16" | "uint32" | "uint64" | "size" => {
            Kind::Integer
        }
        "number" => Kind::Number,
        name => match SCHEMA.type_named(name)?.kind {
            TypeKind::Enum(_) => Kind::Text,
            TypeKind::Object { .. } => Kind::Composed,
            _ => return None,
        },
    })
}

/// What a property's values are, by the one that it has; `None` if it cannot be read.
fn kind_of_value(client: &Client, property: &Property<'_>) -> Result<Option<Kind>, Failure> {
    match client.execute(&QomGet::new(property.path, property.name)) {
        Ok(value) => Ok(match value {
            Value::String(_) => Some(Kind::Text),
            Value::Bool(_) => Some(Kind::Boolean),
            Value::Number(number) => Some(if number.is_f64() { Kind::Number } else { Kind::Integer }),
            Value::Array(_) | Value::Object(_) => Some(Kind::Composed),
            Value::Null => None,
        }),
        Err(Error::Server { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn value(kind: Kind, text: &str) -> Option<Value> {
    match kind {
        Kind::Text => Some(text.into()),
        Kind::Integer => size(text).map(Value::Number),
        Kind::Number => number(text).map(Value::Number),
        Kind::Boolean => boolean(text).map(Value::Bool),
        Kind::Composed => {
            serde_json::from_str(text).ok().filter(|value: &Value| value.is_array() || value.is_object())
        }
    }
}

fn described(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "a string",
        Kind::Integer => "a whole number, such as 4096, 0x1000 or 4K",
        Kind::Number => "a number",
        Kind::Boolean => "true or false (on, off)",
        Kind::Composed => "a JSON object or list",
    }
}
