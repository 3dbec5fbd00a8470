//! How fast a schema is read and resolved: that of QEMU's monitor, which is the largest there is.
//!
//! ```sh
//! cargo bench -p qapi-schema --bench resolve
//! ```
//!
//! It is taken from `shared/qemu/10.2.2` beside the checkout, and read from memory. Counting the newlines of the same
//! bytes shows how fast anything can be that looks at each byte once. Dropping a schema is not part of the time it takes
//! to have it; dropping the syntax tree is, since resolving uses it up.

#![allow(clippy::panic, reason = "without the schema there is nothing to measure")]
#![allow(clippy::print_stderr, reason = "a benchmark that is skipped says so")]

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use qapi_parser::ast::Ast;
use qapi_parser::{Memory, Options, Report, parse_file, parse_files};
use qapi_schema::{Schema, from_ast};

const RELEASE: &str = "10.2.2";

static TEXT: LazyLock<Text> = LazyLock::new(|| Text::read(&root()));

/// All files of a schema.
struct Text {
    root: PathBuf,
    files: Memory,
    texts: Vec<String>,
}

impl Text {
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

    fn parse(&self) -> Ast {
        parse_files(&self.files, black_box(&self.root), &Options::default())
            .unwrap_or_else(|error| panic!("{error}"))
    }
}

fn root() -> PathBuf {
    let qemu = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/qemu");
    qemu.join(RELEASE).join("qapi/qapi-schema.json")
}

fn resolve(ast: Ast) -> Result<Schema, Box<Report>> {
    from_ast(ast, Some(RELEASE))
}

fn main() {
    if root().exists() {
        divan::main();
    } else {
        eprintln!("skipped: {} is missing", root().display());
    }
}

#[divan::bench]
fn parse_and_resolve(bencher: Bencher<'_, '_>) {
    let text = &*TEXT;
    bencher.counter(text.size()).bench(|| resolve(text.parse()));
}

#[divan::bench]
fn resolve_alone(bencher: Bencher<'_, '_>) {
    let text = &*TEXT;
    bencher.counter(text.size()).with_inputs(|| text.parse()).bench_values(resolve);
}

#[divan::bench]
fn newlines_counted_by_memchr(bencher: Bencher<'_, '_>) {
    let text = &*TEXT;
    bencher.counter(text.size()).bench(|| {
        let count = |text: &String| memchr::memchr_iter(b'\n', text.as_bytes()).count();
        black_box(&text.texts).iter().map(count).sum::<usize>()
    });
}
