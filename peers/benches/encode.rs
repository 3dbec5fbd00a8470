//! How fast the values of QEMU's largest reply become text, as a server or a proxy writes them.
//!
//! ```sh
//! cargo bench --manifest-path peers/Cargo.toml --bench encode
//! ```
//!
//! See `decode.rs` for where the reply comes from. The types by hand and of `qapi-qmp` do not write every member that came.

use std::sync::LazyLock;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use qmp_peers::{by_hand, reply};
use qmp_types::json;
use qmp_types::qmp::types::SchemaInfo;
use serde::Serialize;
use serde::de::DeserializeOwned;

static REPLY: LazyLock<Option<String>> = LazyLock::new(reply::query_qmp_schema);

fn read<T: DeserializeOwned>() -> T {
    let text = REPLY.as_deref().unwrap_or_default();
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}"))
}

fn main() {
    if REPLY.is_some() {
        divan::main();
    }
}

/// `json::to_string` of these bindings.
#[divan::bench]
fn ours(bencher: Bencher<'_, '_>) {
    let value = read::<Vec<SchemaInfo>>();
    bencher
        .counter(BytesCount::of_str(&json::to_string(&value)))
        .bench(|| json::to_string(black_box(&value)));
}

/// These bindings through serde's traits.
#[divan::bench]
fn ours_by_serde_json(bencher: Bencher<'_, '_>) {
    by_serde_json::<Vec<SchemaInfo>>(bencher);
}

/// Types written for this reply, with serde's derives.
#[divan::bench]
fn by_hand(bencher: Bencher<'_, '_>) {
    by_serde_json::<Vec<by_hand::SchemaInfo>>(bencher);
}

/// The crate `qapi-qmp`.
#[divan::bench]
fn qapi_qmp(bencher: Bencher<'_, '_>) {
    by_serde_json::<Vec<qapi_qmp::SchemaInfo>>(bencher);
}

/// A tree without types.
#[divan::bench]
fn value(bencher: Bencher<'_, '_>) {
    by_serde_json::<serde_json::Value>(bencher);
}

fn by_serde_json<T: DeserializeOwned + Serialize>(bencher: Bencher<'_, '_>) {
    let write = |value: &T| serde_json::to_string(value).unwrap_or_else(|error| panic!("{error}"));
    let value = read::<T>();
    bencher.counter(BytesCount::of_str(&write(&value))).bench_local(|| write(black_box(&value)));
}
