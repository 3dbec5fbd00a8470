//! How fast QEMU's largest reply becomes values: that to `query-qmp-schema`, as text in memory.
//!
//! ```sh
//! cargo bench --manifest-path peers/Cargo.toml --bench decode
//! ```
//!
//! The reply is taken from a recorded session beside the checkout, `shared/replies`, or from the file that `QMP_REPLIES`
//! names. Passing over its values (`ignored`) shows how fast anything can be that looks at each byte and keeps none.
//! Dropping the values is not part of the time it takes to read them.

use std::sync::LazyLock;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use qmp_client::protocol::{Arguments, Connection, Delivery, Received};
use qmp_peers::{by_hand, reply};
use qmp_types::json;
use qmp_types::qmp::types::SchemaInfo;
use serde::de::{DeserializeOwned, IgnoredAny};

static REPLY: LazyLock<Option<String>> = LazyLock::new(reply::query_qmp_schema);

fn text() -> &'static str {
    REPLY.as_deref().unwrap_or_default()
}

fn main() {
    if REPLY.is_some() {
        println!("{} bytes", text().len());
        divan::main();
    }
}

/// `json::from_str` of these bindings.
#[divan::bench]
fn ours(bencher: Bencher<'_, '_>) {
    bencher.counter(BytesCount::of_str(text())).bench(|| {
        json::from_str::<Vec<SchemaInfo>>(black_box(text())).unwrap_or_else(|error| panic!("{error}"))
    });
}

/// These bindings through serde's traits.
#[divan::bench]
fn ours_by_serde_json(bencher: Bencher<'_, '_>) {
    by_serde_json::<Vec<SchemaInfo>>(bencher);
}

/// From the bytes of a socket: the message's end, its envelope, whose reply it is, and its result.
#[divan::bench]
fn ours_by_the_client(bencher: Bencher<'_, '_>) {
    let message = format!("{{\"return\": {}, \"id\": 2}}\r\n", text());
    bencher.counter(BytesCount::of_str(text())).with_inputs(connection).bench_local_refs(|connection| {
        // As much as a client reads at a time.
        for bytes in black_box(message.as_bytes()).chunks(1 << 16) {
            connection.feed(bytes).unwrap_or_else(|error| panic!("{error}"));
        }
        let Ok(Some(Received::Reply { outcome: Ok(result), .. })) = connection.next_message() else {
            panic!("not the reply")
        };
        json::from_str::<Vec<SchemaInfo>>(&result).unwrap_or_else(|error| panic!("{error}"))
    });
}

/// A connection that waits for a reply with the id 2.
fn connection() -> Connection {
    let mut connection = Connection::new(1 << 26);
    let greeting = br#"{"QMP": {"version": {"qemu": {"major": 10, "minor": 0, "micro": 0}, "package": ""}, "capabilities": []}}"#;
    let steps = connection
        .feed(greeting)
        .and_then(|()| connection.next_message())
        .and_then(|_| connection.negotiate(&[]))
        .and_then(|()| connection.feed(br#"{"return": {}, "id": 1}"#))
        .and_then(|()| connection.next_message())
        .and_then(|_| connection.request("query-qmp-schema", &Arguments::none(), Delivery::InBand));
    steps.unwrap_or_else(|error| panic!("{error}"));
    connection
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

/// Nothing, but the text is known to be JSON.
#[divan::bench]
fn ignored(bencher: Bencher<'_, '_>) {
    by_serde_json::<IgnoredAny>(bencher);
}

fn by_serde_json<T: DeserializeOwned>(bencher: Bencher<'_, '_>) {
    bencher
        .counter(BytesCount::of_str(text()))
        .bench(|| serde_json::from_str::<T>(black_box(text())).unwrap_or_else(|error| panic!("{error}")));
}
