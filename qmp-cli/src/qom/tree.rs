//! `qmp qom tree`.

use std::cmp::Reverse;
use std::io::Write as _;
use std::ops::Range;

use anstyle::{AnsiColor, Style};
use qapi_parser::printable;
use qmp_client::blocking::Client;
use qmp_types::qmp::commands::QomList;
use serde_json::{Value, json};

use super::list::{as_json, value};
use super::objects::{BATCH, Object, Reader};
use super::order_of;
use crate::failure::{Code, Failure};
use crate::output;

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
    below: Range<usize>,
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
        write!(out, "{indent}{NAME}{}{NAME:#}", printable(&node.name))?;
        if let Some(type_name) = &node.type_name {
            write!(out, " {TYPE}({}){TYPE:#}", printable(type_name))?;
        }
        writeln!(out)?;
        let properties = node.object.iter().flat_map(|object| &object.properties);
        for property in properties.filter(|_| options.values) {
            let (name, type_name) = (printable(&property.name), printable(&property.type_name));
            writeln!(out, "{indent}  {name}: {} {TYPE}({type_name}){TYPE:#}", printable(&value(property)))?;
        }
    }
    Ok(out.flush()?)
}

/// Reads the objects, level by level.
fn read(client: &Client, options: &Options) -> Result<Vec<Node>, Failure> {
    let mut reader = Reader::new(client, options.values);
    let first = Node {
        path: options.path.clone(),
        name: options.path.clone(),
        type_name: None,
        depth: 0,
        object: None,
        below: 0..0,
    };
    let mut nodes = vec![first];
    let mut start = 0;
    // What is read of an object goes behind all that is still to be read.
    while start < nodes.len() {
        let batch = start..nodes.len().min(start + BATCH);
        start = batch.end;
        let paths: Vec<_> = nodes[batch.clone()].iter().map(|node| node.path.clone()).collect();
        for (number, object) in batch.zip(reader.objects(&paths)?) {
            let node = &nodes[number];
            let is_wanted = options.depth.is_none_or(|depth| node.depth < depth);
            let below = if is_wanted { children(node, object.as_ref()) } else { Vec::new() };
            if (node.depth >= MAX_DEPTH && !below.is_empty()) || nodes.len() + below.len() > MAX_OBJECTS {
                return Err(Failure::new(Code::Connection, "the objects of the server have no end"));
            }
            nodes[number].below = nodes.len()..nodes.len() + below.len();
            nodes[number].object = object.map(|object| object.without_children().sorted());
            nodes.extend(below);
        }
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
        below: 0..0,
    };
    properties.filter_map(|property| Some(child(&property.name, property.child()?))).collect()
}

/// Each object before those below it, and these by their names.
fn in_order(nodes: &[Node]) -> Vec<&Node> {
    let mut order = Vec::with_capacity(nodes.len());
    let mut rest = vec![0];
    while let Some(node) = rest.pop().and_then(|number| nodes.get(number)) {
        order.push(node);
        let mut below: Vec<_> = node.below.clone().collect();
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
        members["properties"] = properties.map(|property| Value::Object(as_json(property, true))).collect();
    }
    members
}
