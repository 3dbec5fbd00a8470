//! `qmp qom tree`.

use std::cmp::Reverse;
use std::io::Write as _;

use anstyle::{AnsiColor, Style};
use qapi_parser::printable;
use qmp_client::blocking::Client;
use qmp_types::qmp::commands::QomList;
use serde_json::{Value, json};

use super::list::{as_json, value};
use super::objects::{Object, Reader};
use super::order_of;
use crate::failure::{Code, Failure};
use crate::output;
use crate::output::text::visible;

/// How deep objects may lie. A tree is not: a server that goes on for ever has none.
const MAX_DEPTH: usize = 64;

/// How many objects there may be: some hundred times what large machines have.
const MAX_OBJECTS: usize = 200_000;

const NAME: Style = Style::new().bold();
const TYPE: Style = AnsiColor::Cyan.on_default();

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The path of the object to begin with.
    #[arg(value_name = "PATH", default_value = "/")]
    path: String,
    /// Print properties with their values too. A server before QEMU 10.1 has to be asked for each of them.
    #[arg(short, long)]
    values: bool,
    /// How many levels of objects to print below the first one.
    #[arg(short, long, value_name = "LEVELS")]
    depth: Option<usize>,
    /// Print a JSON list: of each object its path, its type if it is known, and its properties with --values.
    #[arg(long)]
    json: bool,
}

/// An object at its place.
struct Node {
    path: String,
    /// The name in the object above.
    name: String,
    type_name: Option<String>,
    depth: usize,
    object: Option<Object>,
    /// The places of those below among all.
    below: Vec<usize>,
}

pub(super) fn run(client: &Client, options: &Options) -> Result<(), Failure> {
    let nodes = read(client, options)?;
    if nodes.first().is_none_or(|first| first.object.is_none()) {
        // Once more, for what the server says of it.
        client.execute(&QomList::new(&options.path))?;
    }
    let order = in_order(&nodes);
    if options.json {
        let list = order.iter().map(|node| node_json(node, options.values));
        return Ok(output::json::print(&Value::Array(list.collect()).to_string())?);
    }
    let mut out = std::io::BufWriter::new(anstream::stdout().lock());
    for node in order {
        let indent = "  ".repeat(node.depth);
        write!(out, "{indent}{NAME}{}{NAME:#}", visible(&node.name))?;
        if let Some(type_name) = &node.type_name {
            write!(out, " {TYPE}({}){TYPE:#}", visible(type_name))?;
        }
        writeln!(out)?;
        let properties = node.object.iter().flat_map(|object| &object.properties);
        for property in properties.filter(|property| options.values && property.child().is_none()) {
            let (name, type_name) = (printable(&property.name), printable(&property.type_name));
            writeln!(out, "{indent}  {name}: {} {TYPE}({type_name}){TYPE:#}", printable(&value(property)))?;
        }
    }
    Ok(out.flush()?)
}

/// Reads a level of objects after the other.
fn read(client: &Client, options: &Options) -> Result<Vec<Node>, Failure> {
    let mut reader = Reader::new(client, options.values);
    let first = Node {
        path: options.path.clone(),
        name: options.path.clone(),
        type_name: None,
        depth: 0,
        object: None,
        below: Vec::new(),
    };
    let mut nodes = vec![first];
    let mut level = 0..1;
    for depth in 1.. {
        let paths: Vec<_> = nodes[level.clone()].iter().map(|node| node.path.clone()).collect();
        if paths.is_empty() {
            break;
        }
        let objects = reader.objects(&paths)?;
        let is_wanted = options.depth.is_none_or(|wanted| depth <= wanted);
        let mut below = Vec::new();
        for (number, object) in level.clone().zip(objects) {
            let children = if is_wanted { children(&nodes[number], object.as_ref()) } else { Vec::new() };
            let start = nodes.len() + below.len();
            nodes[number].below = (start..start + children.len()).collect();
            nodes[number].object = object;
            below.extend(children);
        }
        if depth > MAX_DEPTH && !below.is_empty() || nodes.len() + below.len() > MAX_OBJECTS {
            return Err(Failure::new(Code::Connection, "the objects of the server have no end"));
        }
        level = nodes.len()..nodes.len() + below.len();
        nodes.extend(below);
    }
    Ok(nodes)
}

fn children(parent: &Node, object: Option<&Object>) -> Vec<Node> {
    let properties = object.into_iter().flat_map(|object| &object.properties);
    let child = |name: &str, type_name: &str| Node {
        path: format!("{}/{name}", parent.path.trim_end_matches('/')),
        name: format!("/{name}"),
        type_name: Some(type_name.to_owned()),
        depth: parent.depth + 1,
        object: None,
        below: Vec::new(),
    };
    properties.filter_map(|property| Some(child(&property.name, property.child()?))).collect()
}

/// Each object before those below it, and these by their names.
fn in_order(nodes: &[Node]) -> Vec<&Node> {
    let mut order = Vec::with_capacity(nodes.len());
    let mut rest = vec![0];
    while let Some(node) = rest.pop().and_then(|number| nodes.get(number)) {
        order.push(node);
        let mut below = node.below.clone();
        below.sort_by_cached_key(|&number| nodes.get(number).map(|node| Reverse(order_of(&node.name))));
        rest.extend(below);
    }
    order
}

fn node_json(node: &Node, with_values: bool) -> Value {
    let mut members = json!({"path": node.path});
    if let Some(type_name) = &node.type_name {
        members["type"] = json!(type_name);
    }
    if with_values {
        let properties = node.object.iter().flat_map(|object| &object.properties);
        let own = properties.filter(|property| property.child().is_none());
        members["properties"] = own.map(|property| Value::Object(as_json(property, true))).collect();
    }
    members
}
