//! `cargo xtask`, as a user runs it.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use integration_tests::{required, shared};
use qapi_codegen::{Options, generate};
use qapi_schema::{SchemaName, Tree, snapshot};

fn cargo() -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("..")).env_remove("RUST_BACKTRACE");
    command
}

fn xtask<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Output {
    cargo().arg("xtask").args(arguments).output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[track_caller]
fn fails(output: &Output, code: i32, message: &str) {
    let errors = stderr(output);
    assert_eq!(output.status.code(), Some(code), "{errors}");
    assert!(errors.contains(message), "{errors}");
    assert!(!errors.contains("panicked"), "{errors}");
}

/// What a folder holds.
fn entries(folder: &Path) -> usize {
    fs::read_dir(folder).unwrap().count()
}

#[test]
fn the_committed_bindings_are_those_of_the_snapshot() {
    let output = xtask(["check"]);
    assert!(output.status.success(), "{}", stderr(&output));
}

#[test]
fn a_wrong_path_is_said_so() {
    let out = tempfile::tempdir().unwrap();
    let out_argument = out.path().to_str().unwrap();
    let nowhere = out.path().join("nowhere");
    let output = xtask(["regen", "--qemu", nowhere.to_str().unwrap(), "--out", out_argument]);
    fails(&output, 1, "nowhere' is not a QEMU source tree: can't read its file VERSION");
    assert_eq!(entries(out.path()), 0);
}

#[test]
fn mistakes_of_a_tree_write_nothing() {
    let tree = tempfile::tempdir().unwrap();
    let out = tempfile::tempdir().unwrap();
    let run = || {
        let arguments =
            ["regen", "--qemu", tree.path().to_str().unwrap(), "--out", out.path().to_str().unwrap()];
        let output = xtask(arguments);
        assert_eq!(entries(out.path()), 0, "{}", stderr(&output));
        output
    };
    fs::write(tree.path().join("VERSION"), "../../etc\n").unwrap();
    fails(&run(), 1, "does not hold a release");
    fs::write(tree.path().join("VERSION"), "11.0.0\n").unwrap();
    fails(&run(), 1, "can't read '");

    for name in [SchemaName::Qmp, SchemaName::Qga] {
        let path = tree.path().join(name.root_file());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "{ 'command': 'ok' }\n").unwrap();
    }
    let agent = tree.path().join(SchemaName::Qga.root_file());
    fs::write(&agent, "{ 'command': 'ok',\n  'data': { 'x': 'Srt' } }\n").unwrap();
    fails(&run(), 1, "qga/qapi-schema.json:2:18: error: unknown type 'Srt'");
    fs::write(&agent, "{ 'command': 'ok' ]\n").unwrap();
    fails(&run(), 1, "qga/qapi-schema.json:1:19: error: ");
    fs::write(&agent, b"{ 'command': '\xff' }").unwrap();
    fails(&run(), 1, "qga/qapi-schema.json");
    fs::remove_file(&agent).unwrap();
    fs::create_dir(&agent).unwrap();
    fails(&run(), 1, "qga/qapi-schema.json");
}

#[test]
fn a_folder_that_cannot_be_written_is_said_so() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let output = xtask(["regen", "--out", file.to_str().unwrap()]);
    fails(&output, 1, "can't write '");

    let closed = folder.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o500)).unwrap();
    // Who may write everywhere cannot be refused.
    if fs::write(closed.join("probe"), "").is_err() {
        fails(&xtask(["regen", "--out", closed.to_str().unwrap()]), 1, "can't write '");
    }
}

#[test]
fn the_tree_gives_what_its_snapshot_gives() {
    for release in ["qemu/7.2.0", "qemu/10.2.2"] {
        let Some(tree) = required(shared::path(release)) else { return };
        let tree = Tree::open(&tree).unwrap();
        for name in SchemaName::ALL {
            let schema = tree.load(name).unwrap();
            let text = snapshot::write(&schema, name);
            let again = snapshot::read("snapshot.json".as_ref(), &text).unwrap();
            let options = Options::default();
            assert!(
                generate(&schema, &options, "").unwrap() == generate(&again, &options, "").unwrap(),
                "{name}"
            );
            if let Some(committed) = snapshot::find(tree.release(), name) {
                assert!(text == committed.text, "the snapshot of {release} {name} is not that of its tree");
            }
        }
    }
}

#[test]
fn bindings_of_another_release_compile() {
    let Some(tree) = required(shared::path("qemu/7.2.0")) else { return };
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("src");
    let bindings = source.join("bindings");
    let output = xtask(["regen", "--qemu", tree.to_str().unwrap(), "--out", bindings.to_str().unwrap()]);
    assert!(output.status.success(), "{}", stderr(&output));

    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap();
    let manifest = format!(
        "[package]\nname = \"of-another-release\"\nedition = \"2024\"\n\n[dependencies]\nqmp-types = {{ path = {:?} }}\n\n[workspace]\n",
        workspace.join("qmp-types")
    );
    fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
    fs::copy(workspace.join("Cargo.lock"), folder.path().join("Cargo.lock")).unwrap();
    fs::write(source.join("lib.rs"), "//! Bindings.\n#![deny(warnings, missing_docs)]\npub mod bindings;\n")
        .unwrap();
    let output = cargo()
        .current_dir(folder.path())
        .args(["check", "--offline", "--target-dir"])
        .arg(workspace.join("target/of-another-release"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
}
