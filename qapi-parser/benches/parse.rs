//! How fast a schema is read: that of QEMU's monitor, which is the largest there is.
//!
//! ```sh
//! cargo bench -p qapi-parser --bench parse
//! ```
//!
//! It is taken from `shared/qemu/10.2.2` beside the checkout. Counting the newlines of the same bytes shows how fast
//! anything can be that looks at each byte once. Dropping a tree is not part of the time it takes to read it.

#![allow(clippy::panic, reason = "without the schema there is nothing to measure")]
#![allow(clippy::print_stderr, reason = "a benchmark that is skipped says so")]

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use qapi_parser::{Memory, Options, parse_file, parse_files};

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema::read(&root()));

/// All files of a schema.
struct Schema {
    root: PathBuf,
    files: Memory,
    texts: Vec<String>,
}

impl Schema {
    fn read(root: &Path) -> Self {
        let ast = parse_file(root, &Options::default()).unwrap_or_else(|error| panic!("{error}"));
        let (mut files, mut texts) = (Memory::new(), Vec::new());
        for (_, source) in ast.sources.iter() {
            files = files.with(source.path(), source.text());
            texts.push(source.text().to_owned());
        }
        Self { root: root.to_owned(), files, texts }
    }

    fn size(&self) -> BytesCount {
        BytesCount::new(self.texts.iter().map(String::len).sum::<usize>())
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/qemu/10.2.2/qapi/qapi-schema.json")
}

fn main() {
    if root().exists() {
        divan::main();
    } else {
        eprintln!("skipped: {} is missing", root().display());
    }
}

#[divan::bench]
fn from_memory(bencher: Bencher<'_, '_>) {
    let schema = &*SCHEMA;
    bencher
        .counter(schema.size())
        .bench(|| parse_files(&schema.files, black_box(&schema.root), &Options::default()));
}

#[divan::bench]
fn from_disk(bencher: Bencher<'_, '_>) {
    let schema = &*SCHEMA;
    bencher.counter(schema.size()).bench(|| parse_file(black_box(&schema.root), &Options::default()));
}

#[divan::bench]
fn newlines_counted_by_memchr(bencher: Bencher<'_, '_>) {
    let schema = &*SCHEMA;
    bencher.counter(schema.size()).bench(|| {
        let count = |text: &String| memchr::memchr_iter(b'\n', text.as_bytes()).count();
        black_box(&schema.texts).iter().map(count).sum::<usize>()
    });
}
