//! `qmp qom types` and `qmp qom properties`.

use qmp_client::blocking::Client;
use qmp_types::qmp::commands::{QomGet, QomListProperties, QomListTypes};
use serde_json::Value;

use crate::failure::{Code, Failure};
use crate::output;
use crate::output::table::table;

#[derive(Debug, clap::Args)]
pub(crate) struct Types {
    /// Only those that are this type or interface, or derived from it, such as device.
    #[arg(long, value_name = "TYPE")]
    implements: Option<String>,
    /// Those too of which there are no objects, but of types derived from them.
    #[arg(long)]
    r#abstract: bool,
    /// Print what the server returned, as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Properties {
    /// The type, or the path of an object, which begins with a slash.
    #[arg(value_name = "TYPE|PATH")]
    of: String,
    /// Print what the server returned, as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn types(client: &Client, options: &Types) -> Result<(), Failure> {
    let mut command = QomListTypes::new();
    command.implements.clone_from(&options.implements);
    if !options.r#abstract {
        command = command.r#abstract(false);
    }
    let mut types = client.execute(&command)?;
    types.sort_by(|one, other| one.name.cmp(&other.name));
    if options.json {
        return print(&types);
    }
    let rows = types.into_iter().map(|info| [info.name, info.parent.unwrap_or_default()]);
    Ok(output::line(&table(["TYPE", "PARENT"], rows))?)
}

pub(super) fn properties(client: &Client, options: &Properties) -> Result<(), Failure> {
    let type_name =
        if options.of.starts_with('/') { type_of(client, &options.of)? } else { options.of.clone() };
    let mut properties = client.execute(&QomListProperties::new(type_name))?;
    properties.sort_by(|one, other| one.name.cmp(&other.name));
    if options.json {
        return print(&properties);
    }
    let rows = properties.into_iter().map(|info| {
        let default = info.default_value.as_ref().map_or_else(String::new, Value::to_string);
        [info.name, info.r#type, default, info.description.unwrap_or_default()]
    });
    Ok(output::line(&table(["NAME", "TYPE", "DEFAULT", "DESCRIPTION"], rows))?)
}

fn type_of(client: &Client, path: &str) -> Result<String, Failure> {
    match client.execute(&QomGet::new(path, "type"))? {
        Value::String(name) => Ok(name),
        _ => Err(Failure::new(Code::Server, format_args!("{path} does not say what its type is"))),
    }
}

fn print(list: &impl qmp_types::json::ToJson) -> Result<(), Failure> {
    Ok(output::json::print(&qmp_types::json::to_string(list))?)
}
