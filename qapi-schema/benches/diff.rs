//! How fast two schemas are compared: those of the monitor of two releases that lie far apart.
//!
//! ```sh
//! cargo bench -p qapi-schema --bench diff
//! ```
//!
//! `read_and_compare` is what a user waits for: both snapshots are read, resolved and compared.

#![allow(clippy::panic, reason = "without the schemas there is nothing to measure")]

use divan::{Bencher, black_box};
use qapi_schema::diff::{Options, compare};
use qapi_schema::introspection::{Introspection, align, answer};
use qapi_schema::{Schema, SchemaName, snapshot};

const RELEASES: [&str; 2] = ["7.2.0", "10.2.2"];

fn load(release: &str) -> Schema {
    let embedded = snapshot::find(release, SchemaName::Qmp).unwrap_or_else(|| panic!("no snapshot"));
    embedded.load().unwrap_or_else(|error| panic!("{error}"))
}

fn options() -> Options<'static> {
    Options { oldest_server: Some("6.2"), wire_only: false }
}

#[divan::bench]
fn compare_releases(bencher: Bencher<'_, '_>) {
    let [old, new] = RELEASES.map(load);
    bencher.bench(|| compare(black_box(&old), black_box(&new), options()));
}

#[divan::bench]
fn compare_with_itself(bencher: Bencher<'_, '_>) {
    let schema = load(RELEASES[1]);
    bencher.bench(|| compare(black_box(&schema), black_box(&schema), options()));
}

#[divan::bench]
fn read_and_compare() -> usize {
    let [old, new] = RELEASES.map(load);
    compare(&old, &new, options()).len()
}

/// What a server of a release replies to `query-qmp-schema`.
fn reply(release: &str) -> String {
    answer(&load(release), &|_| true).to_string()
}

/// What a user waits for where one of the two is a server that has replied.
#[divan::bench]
fn read_and_compare_server(bencher: Bencher<'_, '_>) {
    let reply = reply(RELEASES[0]);
    bencher.bench(|| {
        let server = Introspection::read(black_box(&reply)).unwrap_or_else(|error| panic!("{error}"));
        let aligned = align(&server, &load(RELEASES[1]));
        let options = Options { wire_only: true, ..options() };
        compare(&aligned.server, &aligned.reference, options).len()
    });
}

fn main() {
    divan::main();
}
