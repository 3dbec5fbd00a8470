//! A table of bindings: what is called how in the schema, and what it is in Rust.
//!
//! Names are read from the bindings' text, where the documentation of each item begins with its name in the
//! schema. So a mistake in how the generator makes names is found, and not made twice.

use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// Writes the table of some namespaces of the bindings in a folder, which are found in Rust below `module`.
pub(crate) fn write(
    folder: &Path,
    namespaces: &[&str],
    module: &str,
    table: &Path,
) -> Result<(), Box<dyn Error>> {
    let mut entries = Vec::new();
    for namespace in namespaces {
        for source in sources(folder, namespace)? {
            let lines: Vec<&str> = source.lines().map(str::trim_start).collect();
            entries.extend(items(&lines)?.into_iter().map(|item| entry(&item, module, namespace)));
        }
    }
    if entries.is_empty() {
        return Err(format!("no item in {} says what it is in the schema", folder.display()).into());
    }
    entries.sort();
    let mut text = String::from("&[\n");
    entries.iter().try_for_each(|entry| writeln!(text, "{entry},"))?;
    text.push_str("]\n");
    fs::write(table, text)?;
    Ok(())
}

/// An item of the bindings.
struct Item<'s> {
    kind: &'s str,
    /// Its name in the schema.
    name: &'s str,
    /// Its name in Rust.
    rust_name: &'s str,
}

/// The texts of a namespace: a file or a folder of files.
fn sources(folder: &Path, namespace: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let file = folder.join(format!("{namespace}.rs"));
    if file.is_file() {
        return Ok(vec![fs::read_to_string(file)?]);
    }
    let folder = folder.join(namespace);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    fs::read_dir(folder)?.map(|entry| Ok(fs::read_to_string(entry?.path())?)).collect()
}

/// The items whose documentation begins with their kind and name in the schema.
fn items<'s>(lines: &[&'s str]) -> Result<Vec<Item<'s>>, Box<dyn Error>> {
    let mut items = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let Some((kind, rest)) = line.strip_prefix("/// QAPI ").and_then(|line| line.split_once(" `")) else {
            continue;
        };
        let name = rest.split_once('`').map(|(name, _)| name);
        let declared = lines[index..].iter().find_map(|line| {
            let declaration = line.strip_prefix("pub struct ").or_else(|| line.strip_prefix("pub enum "))?;
            declaration.split(|it: char| !it.is_alphanumeric() && it != '_').next()
        });
        let (Some(name), Some(rust_name)) = (name, declared) else {
            return Err(format!("what is it in Rust: {line}").into());
        };
        items.push(Item { kind, name, rust_name });
    }
    Ok(items)
}

fn entry(item: &Item<'_>, module: &str, namespace: &str) -> String {
    let Item { kind, name, rust_name } = item;
    let function = match *kind {
        "command" => "of_command",
        "event" => "of_event",
        _ => "of",
    };
    format!("Binding::{function}::<{module}::{namespace}::{rust_name}>({kind:?}, {name:?}, {rust_name:?})")
}
