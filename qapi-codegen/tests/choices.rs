//! What is kept, replaced and adorned: the builders of `choices/` make of `choices/workshop.json` what is in
//! `snapshots/choices__NAME.snap`.

#![allow(clippy::unwrap_used, reason = "a test fails where it stands")]

#[path = "choices/builders.rs"]
mod builders;

use std::collections::HashSet;
use std::path::Path;

use builders::builders;
use qapi_codegen::{Bindings, Builder, Inclusion, Layout};
use qapi_schema::Schema;

fn workshop() -> Schema {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/choices/workshop.json");
    qapi_schema::load(&path, Default::default()).unwrap()
}

fn contents(bindings: &Bindings) -> String {
    let files = bindings.files.iter();
    files.map(|file| format!("---- {}\n{}\n", file.path.display(), file.contents)).collect()
}

#[test]
fn choices_are_made() {
    let schema = workshop();
    for (name, builder) in builders() {
        if name != "everything" && name != "modules" {
            insta::assert_snapshot!(name, contents(&builder.generate(&schema).unwrap()));
        }
    }
}

/// The items of one file and what is implemented for each, told apart by the blank lines between them.
fn items(bindings: &Bindings) -> HashSet<&str> {
    let files = bindings.files.iter();
    let paragraphs = files.flat_map(|file| file.contents.split("\n\n"));
    paragraphs
        .map(str::trim)
        .filter(|paragraph| !paragraph.contains("use ") && !paragraph.contains("mod "))
        .collect()
}

#[test]
fn an_item_is_the_same_among_few_as_among_all() {
    let schema = workshop();
    // What serves commands is over all of them.
    let builder = Builder::new().layout(Layout::Modules).server(Inclusion::Never);
    let all = builder.generate(&schema).unwrap();
    let all = items(&all);
    for pattern in
        schema.commands().iter().map(|command| command.entity.name.as_str()).chain(["order", "*tool*"])
    {
        let some = builder.clone().commands([pattern]).generate(&schema).unwrap();
        let new: Vec<_> = items(&some).difference(&all).copied().collect();
        assert_eq!(new, Vec::<&str>::new(), "{pattern}");
    }
    let some = Builder::new().commands(["query-tools"]).generate(&schema).unwrap();
    let text = contents(&some);
    assert!(text.contains("pub enum ToolState2 {") && !text.contains("pub enum ToolState {"), "{text}");
    assert!(text.contains("pub enum ToolBranch2 {") && !text.contains("pub struct ToolBranch {"), "{text}");
}

#[test]
fn what_is_kept_is_a_whole_schema() {
    let schema = workshop();
    let types = |builder: Builder| builder.generate(&schema).unwrap().types().join(" ");
    assert_eq!(types(Builder::new().events(["CLOSED"])), "");
    assert_eq!(types(Builder::new().types(["Shelf"])), "Board Shelf");
    assert_eq!(types(Builder::new().events(["TOOL_WORN"])), "Hours Wear");
    // A base and an enum of tags are part of it, though the bindings have no use for them.
    assert_eq!(
        types(Builder::new().commands(["query-tools"])),
        "Brush Drawer Drill DrillBit Hours Label Speed SpeedName Tape Tool ToolInfo ToolRef ToolState ToolType Wear"
    );
    assert_eq!(types(Builder::new().commands(["order"])), "Hours Order");
    let everything =
        schema.types().filter(|(_, type_)| !type_.implicit && type_.entity.span.is_some()).count();
    assert_eq!(Builder::new().generate(&schema).unwrap().types().len(), everything);
}

#[test]
fn what_only_a_replaced_type_needs_goes_with_it() {
    let schema = workshop();
    let lacks = |builder: Builder| {
        let kept = builder.generate(&schema).unwrap();
        let all = Builder::new().generate(&schema).unwrap();
        let gone: Vec<_> = all.types().iter().filter(|name| !kept.types().contains(name)).cloned().collect();
        gone.join(" ")
    };
    assert_eq!(lacks(Builder::new().replace_type("Drill", "crate::X")), "Drill DrillBit Speed SpeedName");
    // Labels are also hints, and a tool is also in the data of an event.
    assert_eq!(lacks(Builder::new().replace_type("Drawer", "crate::X")), "Drawer");
    assert_eq!(lacks(Builder::new().replace_type("Shelf", "crate::X")), "Board Shelf");
    // What inherits from it has its members still.
    assert_eq!(lacks(Builder::new().replace_type("Wear", "crate::X")), "Wear");
}

#[test]
fn reasons_are_given() {
    let schema = workshop();
    let why = |builder: Builder, names: &[&str]| {
        let bindings = builder.generate(&schema).unwrap();
        let reasons = names.iter().map(|name| match bindings.why(name) {
            Some(route) => format!("{name}: {route}\n"),
            None => format!("{name}: not in\n"),
        });
        reasons.collect::<String>()
    };
    let names = ["DrillBit", "Hours", "Wear", "ToolState", "Board", "CLOSED", "order", "str", "Nothing"];
    let everything = why(Builder::new(), &names);
    let some = why(Builder::new().commands(["fit-tool", "order"]).types(["Wear"]), &names);
    let replaced = why(Builder::new().replace_type("Drill", "crate::X"), &["Drill", "DrillBit"]);
    insta::assert_snapshot!(format!("everything\n{everything}\nsome\n{some}\nreplaced\n{replaced}"));
}

#[test]
fn mistakes_are_explained() {
    let schema = workshop();
    let builders = [
        Builder::new().commands(["query-tool"]),
        Builder::new().commands(["frobnicate", "x-*", "Tool", "fit-tool"]).events(["order", "CLOSE"]),
        Builder::new()
            .commands(["query-tool"])
            .type_attribute("ToolInfo", "#[a]")
            .type_attribute("Shelf", ""),
        Builder::new().types(["str", "ToolInfoList", "tool", ""]),
        Builder::new().replace_type("tool", "crate::X").replace_type("int", "crate::X"),
        Builder::new().replace_type("order", "crate::X").replace_type("ToolInfoList", "crate::X"),
        Builder::new()
            .replace_type("Tool", "")
            .replace_type("Tool", "&str")
            .replace_type("Tool", "crate::X; fn main() {}")
            .replace_type("Tool", "Fn(i64) -> i64")
            .replace_type("Tool", "<X as Y>::Z"),
        Builder::new().commands(["order"]).replace_type("Hours", "crate::X").type_attribute("Hours", "#[a]"),
        Builder::new().commands(["order"]).type_attribute("Tool", "#[a]").type_attribute("Oder", "#[a]"),
        Builder::new()
            .type_attribute("Tool", "derive(Eq)")
            .type_attribute("Tool", "")
            .type_attribute("Tool", "#![allow(dead_code)]")
            .type_attribute("Tool", "#[derive]")
            .type_attribute("Tool", "#[derive(1)]")
            .type_attribute("Tool", "#[a] struct X;")
            .type_attribute("Tool", "#[a"),
    ];
    let mistakes: Vec<_> =
        builders.iter().map(|builder| format!("{:?}\n", builder.generate(&schema).unwrap_err())).collect();
    insta::assert_snapshot!(mistakes.join("\n"));
}
