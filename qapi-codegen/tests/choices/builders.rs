//! Builders that make a choice, by name. What they make of `workshop.json` is kept as snapshots here, and compiled by
//! the crate of the workspace's integration tests, which has the Rust types.

use qapi_codegen::{Builder, Inclusion, Layout};

/// Each name, which is also that of the file, with its builder.
pub(crate) fn builders() -> Vec<(&'static str, Builder)> {
    let all = [
        ("everything", Builder::new()),
        ("modules", Builder::new().layout(Layout::Modules)),
        (
            "selected_message",
            Builder::new().commands(["query-tools"]).events(["TOOL_W*"]).metadata(Inclusion::Always),
        ),
        ("selected_modules", Builder::new().commands(["lend-tool"]).layout(Layout::Modules)),
        ("selected_types", Builder::new().types(["*Bit", "Shelf"])),
        (
            "replaced_whole",
            Builder::new()
                .replace_type("Hours", "crate::choices::Hours")
                .replace_type("Order", "crate::choices::Order")
                .replace_type("Tool", "crate::choices::Tool"),
        ),
        (
            "replaced_branches",
            Builder::new()
                .replace_type("Drill", "crate::choices::Drill")
                .replace_type("Speed", "i64")
                .replace_type("Tape", "crate::choices::Tape")
                .replace_type("ToolRef", "::std::string::String")
                .commands(["fit-tool"]),
        ),
        (
            "attributes",
            Builder::new()
                .commands(["fit-tool", "lend-tool"])
                .type_attribute("*", "#[derive(Eq, ::std::hash::Hash)]")
                .type_attribute("lend-tool", "#[derive(Hash, Default)] #[doc(alias = \"borrow\")]")
                .type_attribute("Tool", "#[doc = \" It can be lent.\"]"),
        ),
    ];
    all.into_iter().map(|(name, builder)| (name, builder.file_name(format!("{name}.rs")))).collect()
}
