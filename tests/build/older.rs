//! The bindings of an older release, from its snapshot. Constructs that only it has are tested on them.

use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use qapi_codegen::{Options, generate};
use qapi_schema::{SchemaName, snapshot};

use crate::table;

/// The release.
const OLDER: &str = "7.2.0";

/// Writes the bindings, their tables, and a file that declares them.
pub(crate) fn write(out: &Path) -> Result<(), Box<dyn Error>> {
    let mut modules = format!("/// The release.\npub const RELEASE: &str = {OLDER:?};\n");
    for name in [SchemaName::Qmp, SchemaName::Qga] {
        let snapshot = snapshot::find(OLDER, name).ok_or_else(|| format!("no snapshot {OLDER} {name}"))?;
        let folder = out.join(format!("{name}_older"));
        qapi_codegen::write(&folder, &generate(&snapshot.load()?, &Options::default(), "")?)?;
        // Commands and events are made of the same constructs; with them, compiling takes twice as long.
        let roots = ["types/mod.rs", "types.rs"].map(|root| folder.join(root));
        let types = roots.iter().find(|root| root.is_file()).ok_or("the bindings have no types")?;
        writeln!(modules, "/// The schema `{name}`.\npub mod {name} {{")?;
        writeln!(modules, "    /// Its types.\n    #[path = {types:?}]\n    pub mod types;\n}}")?;
        let module = format!("crate::older::{name}");
        table::write(&folder, &["types"], &module, &out.join(format!("{name}_older_table.rs")))?;
    }
    fs::write(out.join("older.rs"), modules)?;
    Ok(())
}
