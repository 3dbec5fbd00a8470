//! What servers tell of their schemas, beside schemas.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod align;
mod hostile;
mod read;

use std::path::Path;

use qapi_schema::introspection::{Aligned, Introspection, align, answer};
use qapi_schema::{Condition, Schema};

fn schema(text: &str) -> Schema {
    let ast = qapi_parser::parse_text(Path::new("schema.json"), text, &qapi_parser::Options::default())
        .unwrap_or_else(|report| panic!("{report}\n{text}"));
    qapi_schema::from_ast(ast, None).unwrap_or_else(|report| panic!("{report}\n{text}"))
}

/// What a server of a schema tells, in whose build these symbols are set.
fn server(text: &str, symbols: &[&str]) -> Introspection {
    let reply = answer(&schema(text), &|condition| holds(condition, symbols)).to_string();
    Introspection::read(&reply).unwrap_or_else(|error| panic!("{error}\n{reply}"))
}

fn holds(condition: &Condition, symbols: &[&str]) -> bool {
    match condition {
        Condition::Symbol(name) => symbols.contains(&name.as_str()),
        Condition::All(parts) => parts.iter().all(|part| holds(part, symbols)),
        Condition::Any(parts) => parts.iter().any(|part| holds(part, symbols)),
        Condition::Not(part) => !holds(part, symbols),
    }
}

fn aligned(old: &str, symbols: &[&str], new: &str) -> Aligned {
    align(&server(old, symbols), &schema(new))
}
