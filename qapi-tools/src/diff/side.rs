//! From an argument to what is compared.

use std::fs;
use std::path::Path;

use qapi_schema::diff::{Change, Options, compare_bounded as compare};
use qapi_schema::introspection::{Aligned, Introspection, align};
use qapi_schema::{LoadOptions, Schema, SchemaName, Tree, load, release, snapshot};

use crate::OLDEST_SERVER;
use crate::error::Error;
use crate::lint::DialectOption;
use crate::live;

/// How the text of a snapshot begins.
const SNAPSHOT: &str = "{\"qapi-snapshot\":";

/// How the address of a running server begins.
const LIVE: &str = "live:";

/// One of the two that are compared.
pub(crate) struct Side {
    /// What it is called: as the user called it.
    name: String,
    what: What,
}

enum What {
    Schema(Box<Schema>),
    /// What a server tells of its own.
    Server(Box<Introspection>),
}

impl Side {
    /// Reads the schema of a release, of a tree or in a file, or asks a server. The name of a release means its snapshot; write
    /// `./10.2.2` for a folder of that name, and `./live:x` for a file.
    pub(crate) fn load(argument: &str, name: SchemaName, dialect: DialectOption) -> Result<Self, Error> {
        let path = Path::new(argument);
        let what = if let Some(address) = argument.strip_prefix(LIVE) {
            return Self::live(address, name);
        } else if let Some(embedded) = snapshot::find(argument, name) {
            What::Schema(Box::new(embedded.load()?))
        } else if release::is_release(argument) && !path.exists() {
            return Err(Error::NoSuchRelease { release: argument.to_owned(), schema: name });
        } else if path.is_dir() {
            let root = Tree::open(path)?.root().join(name.root_file());
            What::Schema(Box::new(schema(&root, dialect)?))
        } else {
            from_file(path, name, dialect)?
        };
        Ok(Self { name: argument.to_owned(), what })
    }

    /// The schema, unless it is what a server tells of its own, which has no names of types.
    pub(crate) fn into_schema(self) -> Option<Schema> {
        match self.what {
            What::Schema(schema) => Some(*schema),
            What::Server(_) => None,
        }
    }

    /// Asks the server at an address.
    pub(crate) fn live(address: &str, name: SchemaName) -> Result<Self, Error> {
        if name == SchemaName::Qga {
            return Err(Error::NoIntrospection);
        }
        let server = live::introspection(address)?;
        Ok(Self { name: format!("{LIVE}{address}"), what: What::Server(Box::new(server)) })
    }
}

impl From<(String, Schema)> for Side {
    fn from((name, schema): (String, Schema)) -> Self {
        Self { name, what: What::Schema(Box::new(schema)) }
    }
}

fn from_file(path: &Path, name: SchemaName, dialect: DialectOption) -> Result<What, Error> {
    // What cannot be read is told by who reads it as a schema.
    match fs::read_to_string(path) {
        Ok(text) if text.starts_with(SNAPSHOT) => Ok(What::Schema(Box::new(snapshot::read(path, &text)?))),
        Ok(text) if is_json(&text) && name == SchemaName::Qga => Err(Error::NoIntrospection),
        Ok(text) if is_json(&text) => {
            let server = Introspection::read(&text);
            let server =
                server.map_err(|error| Error::Introspection { of: path.display().to_string(), error })?;
            Ok(What::Server(Box::new(server)))
        }
        _ => Ok(What::Schema(Box::new(schema(path, dialect)?))),
    }
}

fn schema(path: &Path, dialect: DialectOption) -> Result<Schema, Error> {
    Ok(load(path, LoadOptions { dialect: dialect.dialect(), check_style: false })?)
}

/// Whether a text is JSON rather than a schema: in that language, strings are in single quotes.
fn is_json(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with('[') || text.strip_prefix('{').is_some_and(|rest| rest.trim_start().starts_with('"'))
}

/// Two sides, compared.
pub(crate) struct Comparison {
    /// What they are called.
    pub(super) names: [String; 2],
    pub(super) changes: Vec<Change>,
    /// What is to be said of how they were compared.
    pub(super) remarks: Vec<String>,
    /// How much of the schema was not compared, by condition.
    pub(super) left_out: Vec<(String, usize)>,
}

impl Comparison {
    /// Compares. A server is compared by the names of the other side, and two servers by those of the newest snapshot.
    pub(crate) fn new(old: Side, new: Side, name: SchemaName) -> Result<Self, Error> {
        let wire = Options { wire_only: true, ..Options::default() };
        let names = [old.name, new.name];
        let (changes, aligned) = match (old.what, new.what) {
            (What::Schema(old), What::Schema(new)) => {
                let options = Options { oldest_server: Some(OLDEST_SERVER), wire_only: false };
                (compare(&old, &new, options)?, None)
            }
            (What::Server(server), What::Schema(schema)) => {
                let aligned = align(&server, &schema);
                (compare(&aligned.server, &aligned.reference, wire)?, Some((aligned, &names[0], &names[1])))
            }
            (What::Schema(schema), What::Server(server)) => {
                let aligned = align(&server, &schema);
                (compare(&aligned.reference, &aligned.server, wire)?, Some((aligned, &names[1], &names[0])))
            }
            (What::Server(old), What::Server(new)) => {
                let named = align(&new, &newest(name)?).server;
                let aligned = align(&old, &named);
                (compare(&aligned.server, &aligned.reference, wire)?, None)
            }
        };
        let remarks =
            aligned.iter().flat_map(|(aligned, server, schema)| remarks(aligned, server, schema, name));
        let remarks = remarks.collect();
        let left_out = aligned.into_iter().flat_map(|(aligned, ..)| aligned.left_out).collect();
        Ok(Self { names, changes, remarks, left_out })
    }
}

/// The newest snapshot of a schema.
pub(crate) fn newest(name: SchemaName) -> Result<Schema, Error> {
    let newest = snapshot::newest_release().and_then(|release| snapshot::find(release, name));
    Ok(newest.ok_or(Error::NoSnapshots)?.load()?)
}

/// What a comparison with a server did not look at, and what it may be that it should not have been compared.
fn remarks(aligned: &Aligned, server: &str, schema: &str, name: SchemaName) -> Vec<String> {
    let mut remarks = Vec::new();
    let left_out: usize = aligned.left_out.values().sum();
    if left_out > 0 {
        let conditions: Vec<&str> = aligned.left_out.keys().map(String::as_str).collect();
        remarks.push(format!(
            "not compared: {left_out} parts of {schema} that {server} does not have, for nothing shows that its build should: {}",
            conditions.join(", ")
        ));
    }
    let contradictory: Vec<&str> = aligned.configuration.contradictory().collect();
    if !contradictory.is_empty() {
        remarks.push(format!(
            "not known: what {server} has speaks for and against {}",
            contradictory.join(", ")
        ));
    }
    let has_machine = |schema: &Schema| schema.lookup("query-status").is_some();
    if name == SchemaName::Qmp && has_machine(&aligned.reference) && !has_machine(&aligned.server) {
        remarks
            .push(format!("{server} runs no machine: compare a storage daemon with --schema storage-daemon"));
    }
    remarks
}
