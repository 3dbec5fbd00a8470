//! `qmp qom list`.

use qmp_client::blocking::Client;
use qmp_types::qmp::commands::QomList;
use serde_json::{Map, Value, json};

use super::objects::{Object, PropertyValue, Reader, Reading};
use crate::failure::Failure;
use crate::output;
use crate::output::table::table;

#[derive(Debug, clap::Args)]
#[command(after_help = "Names of objects below it end in a slash, those of links to others begin with an @.")]
pub(crate) struct Options {
    /// The path of the object.
    #[arg(value_name = "PATH", default_value = "/")]
    path: String,
    /// Print the values too.
    #[arg(short, long)]
    values: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(client: &Client, options: &Options) -> Result<(), Failure> {
    let object =
        Reader::new(client, options.values).objects(std::slice::from_ref(&options.path))?.pop().flatten();
    let Some(object) = object.map(Object::sorted) else {
        // Once more, for what the server says of it.
        client.execute(&QomList::new(&options.path))?;
        return Err(Failure::new(crate::failure::Code::Server, "the object was not there a moment ago"));
    };
    if options.json {
        let list = object.properties.iter().map(|property| Value::Object(as_json(property, options.values)));
        return Ok(output::json::print(&Value::Array(list.collect()).to_string())?);
    }
    let name = |property: &PropertyValue| match (property.child(), property.is_link()) {
        (Some(_), _) => format!("{}/", property.name),
        (None, true) => format!("@{}/", property.name),
        (None, false) => property.name.clone(),
    };
    let properties = object.properties;
    let text = if options.values {
        let rows =
            properties.iter().map(|property| [name(property), property.type_name.clone(), value(property)]);
        table(["NAME", "TYPE", "VALUE"], rows)
    } else {
        table(
            ["NAME", "TYPE"],
            properties.iter().map(|property| [name(property), property.type_name.clone()]),
        )
    };
    Ok(output::line(&text)?)
}

/// A property as JSON: its value is `null` where it has none that can be read.
pub(super) fn as_json(property: &PropertyValue, with_value: bool) -> Map<String, Value> {
    let mut members = Map::new();
    members.insert("name".to_owned(), json!(property.name));
    members.insert("type".to_owned(), json!(property.type_name));
    if with_value && property.child().is_none() {
        match &property.value {
            Reading::Value(value) => drop(members.insert("value".to_owned(), value.clone())),
            Reading::Unreadable(Some(error)) => drop(members.insert("error".to_owned(), json!(error))),
            Reading::Unread | Reading::Unreadable(None) => {}
        }
    }
    members
}

/// A value for people.
pub(super) fn value(property: &PropertyValue) -> String {
    match &property.value {
        Reading::Value(Value::String(text)) => text.clone(),
        Reading::Value(value) => value.to_string(),
        Reading::Unreadable(Some(error)) => format!("({error})"),
        Reading::Unreadable(None) if property.child().is_none() => "(unreadable)".to_owned(),
        Reading::Unread | Reading::Unreadable(None) => String::new(),
    }
}
