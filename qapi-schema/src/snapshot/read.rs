//! From a snapshot's text to the schema.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use qapi_parser::ast::{Expr, Object};
use qapi_parser::source::{Sources, Span};
use qapi_parser::{Dialect, Report};
use serde::Deserialize;
use serde::de::DeserializeSeed;
use smol_str::SmolStr;

use super::expr::ExprAt;
use crate::definition::Definition;
use crate::lower::Lowering;
use crate::model::{Documentation, ModuleId, Schema};
use crate::release::is_release;
use crate::resolve::{Unresolved, resolve};
use crate::rules::Rules;
use crate::{check, report};

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

impl SnapshotError {
    /// The mistakes in the schema, if that is why.
    #[must_use]
    pub fn report(&self) -> Option<&Report> {
        match self {
            Self::Refused(report) => Some(report),
            Self::Malformed { .. } => None,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    #[serde(rename = "qapi-snapshot")]
    format: u32,
    release: String,
    schema: String,
    #[serde(rename = "definitions")]
    _definitions: [(); 0],
}

/// A line of the file.
struct Line<'a> {
    /// Counted from 0.
    index: usize,
    text: &'a str,
    /// The offset of its first byte.
    start: usize,
}

/// Reads a snapshot, which must be that of the release's schema if one is expected.
pub(super) fn read(path: &Path, text: &str, expected: Option<(&str, &str)>) -> Result<Schema, SnapshotError> {
    let malformed = |(index, message): (usize, String)| SnapshotError::Malformed {
        path: path.to_owned(),
        line: index + 1,
        message,
    };
    let (header, lines) = split(text).map_err(malformed)?;
    if expected.is_some_and(|expected| expected != (header.release.as_str(), header.schema.as_str())) {
        let message = format!("the snapshot of {} {} in the wrong place", header.release, header.schema);
        return Err(malformed((0, message)));
    }

    let mut sources = Sources::default();
    let source = sources.add(path.to_owned(), text.to_owned(), None);
    // The documentation's dialect is not known, and a snapshot has no documentation.
    let rules = Rules::new(Some(&header.release), Dialect::for_release(&header.release));
    let mut lowering = Lowering::default();
    let mut modules = Modules::default();
    let mut definitions = Vec::new();
    for line in lines {
        let span = Span { source, start: offset(line.start), end: offset(line.start + line.text.len()) };
        let definition = definition_expr(line.text, span);
        let definition = definition.and_then(|expr| definition_of(expr, &mut lowering, &mut modules));
        definitions.extend(definition.map_err(|message| malformed((line.index, message)))?);
    }
    let mut diagnostics = lowering.diagnostics;
    diagnostics.extend(definitions.iter().flat_map(check::characters));
    if !diagnostics.is_empty() {
        return Err(report(sources, diagnostics).into());
    }
    let schema = Schema {
        release: Some(header.release),
        ..Schema::empty(rules, sources, modules.into_sorted(&mut definitions))
    };
    let dropped = lowering.dropped;
    let (schema, diagnostics) =
        resolve(Unresolved { schema, definitions, dropped, returns_exceptions: None });
    if diagnostics.is_empty() { Ok(schema) } else { Err(report(schema.sources, diagnostics).into()) }
}

/// The modules of a snapshot's definitions.
#[derive(Default)]
struct Modules(BTreeMap<String, ModuleId>);

impl Modules {
    /// The module of a name, preliminarily numbered.
    fn id(&mut self, name: &str) -> ModuleId {
        let next = ModuleId(u32::try_from(self.0.len()).unwrap_or(u32::MAX));
        *self.0.entry(name.to_owned()).or_insert(next)
    }

    /// All names in their order, to which the definitions' numbers are adapted. The language's own module comes before them.
    fn into_sorted(self, definitions: &mut [Definition]) -> Vec<String> {
        let new: HashMap<ModuleId, ModuleId> = self.0.values().copied().zip((1..).map(ModuleId)).collect();
        for definition in definitions {
            let module = &mut definition.head.module;
            *module = new.get(module).copied().unwrap_or(*module);
        }
        self.0.into_keys().collect()
    }
}

/// The header and the lines of the definitions, without the commas between them.
fn split(text: &str) -> Result<(Header, Vec<Line<'_>>), (usize, String)> {
    let mut start = 0;
    let mut lines: Vec<Line<'_>> = text
        .split('\n')
        .enumerate()
        .map(|(index, text)| {
            let line = Line { index, text, start };
            start += text.len() + 1;
            line
        })
        .collect();
    lines.pop_if(|line| line.text.is_empty());
    if lines.pop_if(|line| line.text == "]}" && line.index > 0).is_none() {
        return Err((lines.len().saturating_sub(1), "the closing ']}' is missing".to_owned()));
    }
    let mut lines = lines.into_iter();
    let header = header(lines.next().map_or("", |line| line.text)).map_err(|message| (0, message))?;
    let mut definitions: Vec<Line<'_>> = lines.collect();
    let count = definitions.len();
    for (number, line) in definitions.iter_mut().enumerate() {
        line.text = match (line.text.strip_suffix(','), number + 1 == count) {
            (Some(definition), false) => definition,
            (None, true) => line.text,
            (None, false) => return Err((line.index, "a comma is missing at the end".to_owned())),
            (Some(_), true) => return Err((line.index, "a comma behind the last definition".to_owned())),
        };
    }
    Ok((header, definitions))
}

fn offset(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

fn header(line: &str) -> Result<Header, String> {
    let header: Header = serde_json::from_str(&format!("{line}]}}"))
        .map_err(|_| "not the first line of a snapshot".to_owned())?;
    if header.format != FORMAT {
        return Err(format!("snapshot of format {}, this program reads format {FORMAT}", header.format));
    }
    if !is_release(&header.release) {
        return Err(format!("'{}' is not a release", header.release));
    }
    Ok(header)
}

fn definition_expr(json: &str, span: Span) -> Result<Object, String> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    // The text is one line, so only the column says something.
    let message = |error: serde_json::Error| error.to_string().replace("line 1 column", "column");
    let expr = ExprAt(span).deserialize(&mut deserializer).map_err(message)?;
    deserializer.end().map_err(message)?;
    match expr {
        Expr::Object(object) => Ok(object),
        _ => Err("expected an object".to_owned()),
    }
}

/// Takes what a snapshot adds to the language from the expression, and reads the rest as any definition.
fn definition_of(
    mut expr: Object,
    lowering: &mut Lowering,
    modules: &mut Modules,
) -> Result<Option<Definition>, String> {
    let module = take(&mut expr, "module").ok_or("key 'module' is missing")?;
    let module = string(module)?;
    if module.is_empty() || module.contains(char::is_control) {
        return Err(format!("{module:?} is not the name of a module"));
    }
    let mut documentation = Documentation {
        since: take(&mut expr, "since").map(release).transpose()?,
        ..Documentation::default()
    };
    match take(&mut expr, "members-since") {
        None => {}
        Some(Expr::Object(members)) => {
            let entries = members.members.into_iter();
            let entries = entries.map(|entry| Ok((entry.key.value, release(entry.value)?)));
            documentation.member_since = entries.collect::<Result<BTreeMap<_, _>, String>>()?;
        }
        Some(_) => return Err("'members-since' must be an object".to_owned()),
    }
    let head = lowering.head(&expr, modules.id(&module), Some(Box::new(documentation)));
    Ok(head.and_then(|head| lowering.definition(&expr, head)))
}

fn take(object: &mut Object, key: &str) -> Option<Expr> {
    let index = object.members.iter().position(|member| member.key.value == key)?;
    Some(object.members.remove(index).value)
}

fn release(expr: Expr) -> Result<SmolStr, String> {
    let text = string(expr)?;
    if is_release(&text) { Ok(text) } else { Err(format!("{text:?} is not a release")) }
}

fn string(expr: Expr) -> Result<SmolStr, String> {
    match expr {
        Expr::String(string) => Ok(string.value),
        _ => Err("'module' and releases must be strings".to_owned()),
    }
}
