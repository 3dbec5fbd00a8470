//! What it takes to know what a server has, each step beside its limit.
//!
//! ```sh
//! cargo bench --package qmp-client --features mock --bench introspection
//! ```
//!
//! The reply to `query-qmp-schema` is the largest of those in `shared/replies` beside the checkout, or that of the recorded session
//! which `QMP_REPLIES` names. The figure of a case is the fastest of its turns, for other work on the machine takes nothing away.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a program to be looked at")]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use qmp_client::introspection::{Query, ServerSchema};
use qmp_client::mock::Recording;
use qmp_types::json;
use qmp_types::qmp::commands::BlockdevAdd;
use qmp_types::qmp::types::SchemaInfo;

const TURNS: usize = 400;

/// How often something that takes nanoseconds is done in a turn.
const TIMES: u32 = 1_000;

fn main() {
    let Some(text) = recordings().iter().filter_map(|path| reply(path)).max_by_key(String::len) else {
        println!("there is no recorded session with a reply to query-qmp-schema");
        return;
    };
    let infos: Vec<SchemaInfo> = json::from_str(&text).unwrap();
    let schema = ServerSchema::new(&infos).unwrap();
    println!(
        "{} bytes, {} definitions\n\n{:<44}{:>14}{:>14}",
        text.len(),
        infos.len(),
        "",
        "fastest",
        "limit"
    );
    let row = |name: &str, limit: Duration, fastest: Duration| {
        println!("{name:<44}{:>14}{:>14}", format!("{fastest:.1?}"), format!("{limit:?}"));
    };
    let milliseconds = Duration::from_millis;
    row("the reply's text to values", milliseconds(5), fastest(|| json::from_str::<Vec<SchemaInfo>>(&text)));
    row("values to the index", milliseconds(5), fastest(|| ServerSchema::new(&infos)));
    row("the reply's text to the index", milliseconds(5), fastest(|| ServerSchema::from_json(&text)));

    let nanoseconds = Duration::from_nanos;
    let many = |ask: &dyn Fn() -> bool| fastest(|| (0..TIMES).all(|_| black_box(ask()))) / TIMES;
    row("supports::<BlockdevAdd>()", nanoseconds(1_000), many(&|| schema.supports::<BlockdevAdd>()));
    for path in [
        "blockdev-add/arg-type/+qcow2/discard-no-unref",
        "query-status/ret-type/status/^paused",
        "blockdev-add/arg-type/+qcow2/backing/+file/locking/^auto",
    ] {
        let query = Query::parse(path).unwrap();
        row(
            &format!("…{}", &path[path.len().saturating_sub(40)..]),
            nanoseconds(1_000),
            many(&|| schema.has(query)),
        );
    }
    let path = "blockdev-add/arg-type/+qcow2/discard-no-unref";
    row("the first, read from text each time", nanoseconds(2_000), many(&|| schema.query(path) == Ok(true)));
}

/// The recorded sessions.
fn recordings() -> Vec<PathBuf> {
    if let Some(path) = std::env::var_os("QMP_REPLIES") {
        return vec![path.into()];
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/replies");
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    entries.filter_map(|entry| Some(entry.ok()?.path())).collect()
}

/// What a server said of itself, as it stands on the wire: without needless white space.
fn reply(path: &Path) -> Option<String> {
    let recording = Recording::read(path).unwrap();
    recording.exchanges().find_map(|(sent, reply)| {
        (sent.name == "query-qmp-schema").then(|| reply.ok().map(ToString::to_string)).flatten()
    })
}

fn fastest<T>(mut act: impl FnMut() -> T) -> Duration {
    let turn = |_| {
        let start = Instant::now();
        let made = black_box(act());
        let took = start.elapsed();
        drop(made);
        took
    };
    (0..TURNS).map(turn).min().unwrap_or_default()
}
