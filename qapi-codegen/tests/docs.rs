//! Documentation in the schema's own words beyond what `constructs.rs` shows: the dialect of old, several files, deep
//! nesting; and no documentation.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::path::{Path, PathBuf};

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag};
use qapi_codegen::{Builder, DocStyle, File, Options, generate};
use qapi_parser::{Dialect, Memory, parse_files};

fn schema(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

/// The bindings of a schema as one file.
fn compiled(builder: Builder, schema: &Path) -> String {
    let out = tempfile::tempdir().unwrap();
    let file = builder.out_dir(out.path()).compile(schema).unwrap_or_else(|error| panic!("{error}"));
    std::fs::read_to_string(file).unwrap()
}

/// The bindings of a schema in several files as a folder.
fn folder(docs: DocStyle, modules: &[(&str, &str)]) -> Vec<File> {
    let root: String = modules.iter().map(|(name, _)| format!("{{ 'include': '{name}.json' }}\n")).collect();
    let mut sources = Memory::new().with("root.json", root);
    for (name, text) in modules {
        sources = sources.with(format!("{name}.json"), *text);
    }
    let ast = parse_files(&sources, Path::new("root.json"), &qapi_parser::Options::default()).unwrap();
    let schema = qapi_schema::from_ast(ast, None).unwrap();
    generate(&schema, &Options { docs, ..Options::default() }, "// header\n").unwrap()
}

/// The lines of documentation, and those that say where names in it come from.
fn documentation(code: &str) -> String {
    let is_wanted = |line: &&str| {
        let line = line.trim_start();
        ["///", "use ", "pub struct ", "pub enum "].iter().any(|start| line.starts_with(start))
    };
    code.lines().filter(is_wanted).map(|line| format!("{line}\n")).collect()
}

#[test]
fn the_dialect_of_old() {
    let builder = Builder::new().dialect(Dialect::Legacy);
    insta::assert_snapshot!(documentation(&compiled(builder, &schema("docs/legacy.json"))));
}

#[test]
fn links_lead_to_other_files() {
    let modules = [
        (
            "lamp",
            "##\n# @Lamp:\n#\n# Of `Color`, lit by `lamp-on`.\n##\n{ 'struct': 'Lamp', 'data': {} }\n\
             ##\n# @lamp-on:\n#\n# Unlike `lamp-off`; sends `COLOR`.\n##\n{ 'command': 'lamp-on' }\n",
        ),
        (
            "color",
            "##\n# @Color:\n#\n# Of a `Lamp`.\n##\n{ 'struct': 'Color', 'data': {} }\n\
             ##\n# @lamp-off:\n#\n# Unlike `lamp-on`.\n##\n{ 'command': 'lamp-off' }\n\
             ##\n# @COLOR:\n#\n# Sent with no `Color`.\n##\n{ 'event': 'COLOR' }\n",
        ),
    ];
    let files = folder(DocStyle::Full, &modules);
    let wanted =
        files.iter().filter(|file| !file.path.starts_with("handlers") && file.path.iter().count() == 2);
    let all: String = wanted
        .map(|file| format!("---- {}\n{}\n", file.path.display(), documentation(&file.contents)))
        .collect();
    insta::assert_snapshot!(all);
}

#[test]
fn nothing_leads_to_what_is_left_out_or_replaced() {
    let schema = qapi_schema::load(&schema("constructs/docs-links.json"), Default::default()).unwrap();
    let builder = Builder::new().commands(["lamp-on"]).replace_type("Color", "u8");
    let bindings = builder.generate(&schema).unwrap();
    let code: String = bindings.files.iter().map(|file| file.contents.as_str()).collect();
    assert!(code.contains("/// Reverts `lamp-off`, and sends no `LAMP_OFF`."), "{code}");
    assert!(
        code.contains("/// A lamp, of `Color`, lit by [`lamp-on`](commands::LampOn) or `lamp-off`, which"),
        "{code}"
    );
}

#[test]
fn what_is_nested_too_deeply_is_text() {
    let depth = 300;
    let nested = |line: &dyn Fn(usize) -> String| {
        let lines: String = (0..depth).map(|depth| format!("# {}\n", line(depth))).collect();
        format!("##\n# @Deep:\n#\n{lines}##\n{{ 'struct': 'Deep', 'data': {{}} }}\n")
    };
    let indented_lists = nested(&|depth| format!("{}- §", " ".repeat(2 * depth)));
    let lists_in_a_line = nested(&|depth| "- ".repeat(depth) + "§");
    let notes = nested(&|depth| format!("{}.. note:: §", " ".repeat(depth)));
    for text in [indented_lists, lists_in_a_line, notes] {
        let files = folder(DocStyle::Full, &[("deep", &text)]);
        let code: String = files.iter().map(|file| file.contents.as_str()).collect();
        assert_eq!(code.matches('§').count(), depth);
    }
}

#[test]
fn no_text_is_code_that_is_tested() {
    let mut fences = 0;
    for entry in std::fs::read_dir(schema("constructs")).unwrap() {
        let path = entry.unwrap().path();
        let code = compiled(Builder::new(), &path);
        let documentation = code.lines().map(|line| line.trim_start().strip_prefix("///"));
        // What is not documentation ends an item's.
        let markdown: Vec<_> = documentation.map(|line| line.unwrap_or("\n***\n")).collect();
        for event in Parser::new(&markdown.join("\n")) {
            if let Event::Start(Tag::CodeBlock(kind)) = event {
                assert_eq!(kind, CodeBlockKind::Fenced("text".into()), "{}", path.display());
                fences += 1;
            }
        }
    }
    assert_ne!(fences, 0);
}

#[test]
fn without_documentation_its_lint_is_allowed() {
    let code = compiled(Builder::new().docs(DocStyle::None), &schema("constructs/docs-sections.json"));
    assert!(!code.contains("//!") && !code.contains("///") && !code.contains("doc ="), "{code}");
    assert_eq!(code.matches("\npub mod ").count(), 2);
    assert_eq!(code.matches("missing_docs,").count(), code.matches("mod ").count());

    let files = folder(DocStyle::None, &[("a", "##\n# @a:\n#\n# Text.\n##\n{ 'command': 'a' }\n")]);
    let allowing: Vec<_> = files.iter().filter(|file| file.contents.contains("missing_docs")).collect();
    assert!(matches!(allowing[..], [root] if root.path == Path::new("mod.rs")));
    assert!(files.iter().all(|file| !file.contents.contains("///")));
}
