//! Bindings as a folder: one file for each module of the schema.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::path::Path;

use qapi_codegen::{Inclusion, Options, generate};
use qapi_parser::{Memory, parse_files};

/// The files of a schema that includes modules, each of which defines a struct, an event and a command.
fn files(modules: &[&str]) -> Vec<(String, String)> {
    let mut root = String::new();
    let mut sources = Memory::new();
    for (index, module) in modules.iter().enumerate() {
        root.push_str(&format!("{{ 'include': '{module}.json' }}\n"));
        let text = format!(
            "{{ 'struct': 'Type{index}x', 'data': {{ '*next': 'Type0x' }} }}\n\
             {{ 'command': 'command{index}', 'returns': 'Type{index}x' }}\n\
             {{ 'event': 'EVENT{index}', 'data': {{ 'x': 'Type{index}x' }} }}\n"
        );
        sources = sources.with(format!("{module}.json"), text);
    }
    let sources = sources.with("root.json", root);
    let ast = parse_files(&sources, Path::new("root.json"), &qapi_parser::Options::default()).unwrap();
    let schema = qapi_schema::from_ast(ast, None).unwrap();
    let options = Options { server: Inclusion::Always, metadata: Inclusion::Always, ..Options::default() };
    let files = generate(&schema, &options, "// header\n").unwrap();
    files.into_iter().map(|file| (file.path.display().to_string(), file.contents)).collect()
}

#[test]
fn each_module_is_a_file() {
    let files = files(&["block-core", "job"]);
    let paths: Vec<_> = files.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "any_command.rs",
            "any_event.rs",
            "commands/block_core.rs",
            "commands/job.rs",
            "commands/mod.rs",
            "events/block_core.rs",
            "events/job.rs",
            "events/mod.rs",
            "handlers/block_core.rs",
            "handlers/job.rs",
            "handlers/mod.rs",
            "metadata.rs",
            "mod.rs",
            "types/block_core.rs",
            "types/job.rs",
            "types/mod.rs",
        ]
    );
    let all: String = files.iter().map(|(path, contents)| format!("---- {path}\n{contents}\n")).collect();
    insta::assert_snapshot!(all);
}

#[test]
fn a_schema_of_one_module_has_no_folders() {
    let files = files(&["qapi-schema"]);
    let paths: Vec<_> = files.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "any_command.rs",
            "any_event.rs",
            "commands.rs",
            "events.rs",
            "handlers.rs",
            "metadata.rs",
            "mod.rs",
            "types.rs"
        ]
    );
}

#[test]
fn module_names_that_mean_something_else_are_changed() {
    let modules = ["mod", "types", "self", "crate", "type", "a-b", "a_b"];
    let files = files(&modules);
    let defined: Vec<_> = files
        .iter()
        .filter(|(path, _)| path.starts_with("types/"))
        .flat_map(|(path, contents)| contents.matches("pub struct ").map(move |_| path.as_str()))
        .collect();
    let expected = ["a_b", "a_b", "crate_", "mod_", "self_", "type", "types_"];
    assert_eq!(defined, expected.map(|name| format!("types/{name}.rs")));
    let (_, index) = files.iter().find(|(path, _)| path == "types/mod.rs").unwrap();
    for declaration in ["mod a_b;", "mod crate_;", "mod mod_;", "mod self_;", "mod r#type;", "mod types_;"] {
        assert!(index.contains(declaration), "{index}");
    }
}
