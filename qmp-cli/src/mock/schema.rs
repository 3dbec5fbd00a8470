//! What the mock says of its schema.

use std::sync::LazyLock;

use qapi_schema::introspection::answer;
use qapi_schema::{SchemaName, snapshot};
use qmp_types::qmp::handlers::Introspect;
use qmp_types::qmp::{commands, types};
use qmp_types::{ServerError, json};

use super::machine::{Machine, failed};

/// What the newest QEMU with everything built in would say: reading its schema takes longer than all else that the mock does.
static ANSWER: LazyLock<Result<Vec<types::SchemaInfo>, String>> = LazyLock::new(|| {
    let newest = snapshot::newest_release().and_then(|release| snapshot::find(release, SchemaName::Qmp));
    let newest = newest.ok_or("the mock has no schema")?;
    let schema = newest.load().map_err(|error| error.to_string())?;
    json::from_str(&answer(&schema, &|_| true).to_string()).map_err(|error| error.to_string())
});

impl Introspect for Machine {
    fn query_qmp_schema(
        &mut self,
        _: commands::QueryQmpSchema,
    ) -> Result<Vec<types::SchemaInfo>, ServerError> {
        ANSWER.clone().map_err(failed)
    }
}
