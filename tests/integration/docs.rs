//! Bindings with QEMU's own words as documentation, as rustdoc reads them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use integration_tests::{required, shared};
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag};
use qapi_codegen::{Builder, DocStyle};
use qapi_schema::{SchemaName, Tree};

use crate::xtask::{fails, stderr, xtask};

/// A crate with the bindings of two releases, of one as files, of the other as folders.
fn write_crate(root: &Path, old: &Path, new: &Path) {
    let source = root.join("src");
    let mut modules = "//! Bindings.\n#![deny(missing_docs)]\npub mod new;\n".to_owned();
    let [tree, out] = [new.to_str().unwrap(), source.join("new").to_str().unwrap()].map(str::to_owned);
    let output = xtask(["regen", "--docs", "full", "--qemu", &tree, "--out", &out]);
    assert!(output.status.success(), "{}", stderr(&output));

    let old = Tree::open(old).unwrap();
    for name in [SchemaName::Qmp, SchemaName::Qga] {
        let builder = Builder::new().docs(DocStyle::Full).file_name(format!("{name}.rs"));
        builder.generate(&old.load(name).unwrap()).unwrap().write(&source).unwrap();
        modules.push_str(&format!("/// One file.\npub mod {name} {{ include!(\"{name}.rs\"); }}\n"));
    }
    fs::write(source.join("lib.rs"), modules).unwrap();

    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap();
    let manifest = format!(
        "[package]\nname = \"documented\"\nedition = \"2024\"\n\n[dependencies]\n\
         qmp-types = {{ path = {:?}, features = [\"server\", \"metadata\"] }}\n\n[workspace]\n",
        workspace.join("qmp-types")
    );
    fs::write(root.join("Cargo.toml"), manifest).unwrap();
    fs::copy(workspace.join("Cargo.lock"), root.join("Cargo.lock")).unwrap();
}

/// The files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// The code blocks in the documentation of a file. None may be code that `cargo test` would compile.
fn code_blocks(file: &Path) -> usize {
    let code = fs::read_to_string(file).unwrap();
    let documentation = code.lines().map(|line| line.trim_start().strip_prefix("///"));
    // What is not documentation ends an item's.
    let markdown: Vec<_> = documentation.map(|line| line.unwrap_or("\n***\n")).collect();
    let markdown = markdown.join("\n");
    let blocks = Parser::new(&markdown).filter_map(|event| match event {
        Event::Start(Tag::CodeBlock(kind)) => Some(kind),
        _ => None,
    });
    blocks
        .inspect(|kind| assert_eq!(*kind, CodeBlockKind::Fenced("text".into()), "{}", file.display()))
        .count()
}

#[test]
fn rustdoc_finds_nothing_wrong_with_qemus_words() {
    let found = ["qemu/7.2.0", "qemu/10.2.2"].map(|tree| required(shared::path(tree)));
    let [Some(old), Some(new)] = found else { return };
    let root = tempfile::tempdir().unwrap();
    write_crate(root.path(), &old, &new);

    let blocks: usize = files(&root.path().join("src")).iter().map(|file| code_blocks(file)).sum();
    assert!(blocks > 400, "{blocks}");

    let output = Command::new(env!("CARGO"))
        .current_dir(root.path())
        .env("RUSTDOCFLAGS", "-D warnings")
        .args(["doc", "--offline", "--no-deps", "--target-dir"])
        .arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("documented"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
}

#[test]
fn qemus_words_stay_out_of_this_repository() {
    let output = xtask(["regen", "--docs", "full"]);
    fails(&output, 2, "none of QEMU's text, which is under the GPL");
    let out = tempfile::tempdir().unwrap();
    let output = xtask(["regen", "--docs", "full", "--out", out.path().to_str().unwrap()]);
    fails(&output, 2, "name a tree that has it with --qemu TREE");
    assert!(files(out.path()).is_empty());

    let output = xtask(["regen", "--docs", "none", "--out", out.path().to_str().unwrap()]);
    assert!(output.status.success(), "{}", stderr(&output));
    let root = fs::read_to_string(out.path().join("qmp/mod.rs")).unwrap();
    assert!(root.contains("missing_docs") && !root.contains("///"), "{root}");
}
