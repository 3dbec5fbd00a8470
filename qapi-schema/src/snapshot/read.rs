//! From a snapshot's text to the schema.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use qapi_parser::ast::{Expr, Object};
use qapi_parser::source::{Sources, Span};
use qapi_parser::{Diagnostic, Report};
use serde::Deserialize;
use serde::de::DeserializeSeed;

use super::expr::ExprAt;
use crate::definition::Definition;
use crate::lower::Lowering;
use crate::model::{Documentation, Schema};
use crate::resolve::resolve;

/// The version of the format.
pub(super) const FORMAT: u32 = 1;

/// Why a snapshot could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// A line is not what it should be.
    #[error("{}:{line}: {message}", path.display())]
    Malformed {
        /// The snapshot.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        message: String,
    },
    /// The schema in it breaks a rule.
    #[error(transparent)]
    Refused(#[from] Box<Report>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    #[serde(rename = "qapi-snapshot")]
    format: u32,
    release: String,
    #[serde(rename = "schema")]
    _schema: String,
    #[serde(rename = "definitions")]
    _definitions: [(); 0],
}

pub(super) fn read(path: &Path, text: &str) -> Result<Schema, SnapshotError> {
    let malformed = |index: usize, message: String| SnapshotError::Malformed {
        path: path.to_owned(),
        line: index + 1,
        message,
    };
    let header = header(text.lines().next().unwrap_or_default()).map_err(|message| malformed(0, message))?;

    let mut sources = Sources::default();
    let source = sources.add(path.to_owned(), text.to_owned(), None);
    let mut lowering = Lowering::default();
    let mut definitions = Vec::new();
    let mut start = 0;
    let mut is_complete = false;
    for (index, line) in text.split('\n').enumerate() {
        let end = start + line.len();
        let span = Span { source, start: offset(start), end: offset(end) };
        start = end + 1;
        match line.trim_end() {
            _ if index == 0 => {}
            "]}" if !is_complete => is_complete = true,
            "" if is_complete => {}
            _ if is_complete => return Err(malformed(index, "text behind the end".to_owned())),
            line => {
                let json = line.strip_suffix(',').unwrap_or(line);
                let expr = definition_expr(json, span).map_err(|message| malformed(index, message))?;
                definitions
                    .extend(definition(expr, &mut lowering).map_err(|message| malformed(index, message))?);
            }
        }
    }
    if !is_complete {
        return Err(malformed(text.lines().count(), "the closing ']}' is missing".to_owned()));
    }

    let mut modules: Vec<String> = definitions.iter().map(|definition| definition.module.clone()).collect();
    modules.sort_unstable();
    modules.dedup();
    let refused = |diagnostics: Vec<Diagnostic>| Box::new(Report { sources: sources.clone(), diagnostics });
    if !lowering.diagnostics.is_empty() {
        return Err(refused(lowering.diagnostics).into());
    }
    Ok(resolve(&definitions, modules, Some(header.release)).map_err(refused)?)
}

fn offset(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

fn header(line: &str) -> Result<Header, String> {
    let header: Header = serde_json::from_str(&format!("{line}]}}"))
        .map_err(|error| format!("not the first line of a snapshot: {error}"))?;
    if header.format != FORMAT {
        return Err(format!("snapshot of format {}, this program reads format {FORMAT}", header.format));
    }
    if !crate::release::is_release(&header.release) {
        return Err(format!("'{}' is not a release", header.release));
    }
    Ok(header)
}

fn definition_expr(json: &str, span: Span) -> Result<Object, String> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let expr = ExprAt(span).deserialize(&mut deserializer).map_err(|error| error.to_string())?;
    deserializer.end().map_err(|error| error.to_string())?;
    match expr {
        Expr::Object(object) => Ok(object),
        _ => Err("expected an object".to_owned()),
    }
}

/// Takes what a snapshot adds to the language from the expression, and reads the rest as any definition.
fn definition(mut expr: Object, lowering: &mut Lowering) -> Result<Option<Definition>, String> {
    let module = take(&mut expr, "module").ok_or("key 'module' is missing")?;
    let module = string(module)?;
    let mut documentation = Documentation {
        since: take(&mut expr, "since").map(string).transpose()?,
        ..Documentation::default()
    };
    if let Some(Expr::Object(members)) = take(&mut expr, "members-since") {
        let entries = members.members.into_iter();
        let entry = |entry: qapi_parser::ast::KeyValue| Ok((entry.key.value, string(entry.value)?));
        documentation.member_since = entries.map(entry).collect::<Result<BTreeMap<_, _>, String>>()?;
    }
    Ok(lowering.definition(&expr, module, documentation))
}

fn take(object: &mut Object, key: &str) -> Option<Expr> {
    let index = object.members.iter().position(|member| member.key.value == key)?;
    Some(object.members.remove(index).value)
}

fn string(expr: Expr) -> Result<String, String> {
    match expr {
        Expr::String(string) => Ok(string.value),
        _ => Err("'module' and releases must be strings".to_owned()),
    }
}
