//! Bindings of a part of a schema, and with Rust types of the user's in them.

use std::collections::HashSet;

use integration_tests::choices::{
    Drill, Hours, Order, Tape, Tool, attributes, everything, modules, replaced_branches, replaced_whole,
    selected_message,
};
use integration_tests::{required, shared};
use qapi_codegen::{Builder, DocStyle, Inclusion, Layout};
use qapi_schema::{SchemaName, Tree};
use qmp_types::{Command, CommandSet, json};

#[test]
fn what_is_kept_works_as_among_all() {
    let text = r#"{"used":{"count":3},"tool":{"type":"brush","id":"b","handle":"h"},"state":"worn"}"#;
    let some: selected_message::types::ToolInfo = json::from_str(text).unwrap();
    let all: everything::types::ToolInfo = json::from_str(text).unwrap();
    assert_eq!(json::to_string(&some), json::to_string(&all));
    assert_eq!(selected_message::commands::QueryTools::NAME, "query-tools");
    let unknown = selected_message::AnyCommand::from_parts("order", None).unwrap();
    assert!(matches!(unknown, selected_message::AnyCommand::Unrecognized(_)));
    let in_modules: modules::types::Wear = json::from_str(r#"{"used":{"count":3}}"#).unwrap();
    assert_eq!(in_modules, modules::types::Wear::new(modules::types::Hours::new(3)));
}

#[test]
fn types_of_ones_own_are_read_and_written() {
    use replaced_whole::commands::{self, FitTool};
    use replaced_whole::types::{ToolRef, Wear};
    let wear: Wear = json::from_str(r#"{"used":{"count":3},"repairs":[{"count":1}]}"#).unwrap();
    assert_eq!(wear, Wear::new(Hours(3)).repairs([Hours(1)]));
    let tool = Tool { id: "t".to_owned() };
    assert_eq!(json::to_string(&ToolRef::Tool(Box::new(tool.clone()))), r#"{"id":"t"}"#);
    assert_eq!(json::to_string(&FitTool::new(tool)), r#"{"id":"t"}"#);
    let order = commands::Order::new(Order { items: vec!["nails".to_owned()], discount: Some(5) });
    assert_eq!(json::to_string(&order), r#"{"items":["nails"],"discount":5}"#);

    use replaced_branches::types::{Brush, Tool as Union, ToolBranch2};
    let text = r#"{"type":"drill","id":"d","speed":"fast"}"#;
    let union: Union = json::from_str(text).unwrap();
    let drill = everything::types::Drill::new(everything::types::SpeedName::Fast);
    assert_eq!(union, Union::new(ToolBranch2::Drill(Drill(drill)), "d"));
    assert_eq!(json::to_string(&union), text);
    let union: Union = json::from_str(r#"{"width":2.5,"id":"t","type":"tape"}"#).unwrap();
    assert_eq!(union.r#type, ToolBranch2::Tape(Tape { width: Some(2.5) }));
    assert_eq!(json::to_string(&Brush::new().handle("h".to_owned())), r#"{"handle":"h"}"#);
}

#[test]
fn derived_traits_are_there() {
    let tools = ["a", "b", "a"].map(|id| {
        let brush = attributes::types::Brush::new();
        attributes::commands::FitTool::new(attributes::types::Tool::new(brush, id))
    });
    assert_eq!(HashSet::from(tools).len(), 2);
    assert_eq!(attributes::commands::LendTool::default().id, "");
}

/// Items and what is implemented for each, told apart by the blank lines between them.
fn paragraphs(builder: &Builder, schema: &qapi_schema::Schema) -> Vec<String> {
    let bindings = builder.generate(schema).unwrap();
    let paragraphs = bindings.files.iter().flat_map(|file| file.contents.split("\n\n"));
    let items = paragraphs.filter(|it| !it.contains("use ") && !it.contains("mod "));
    items.map(|it| it.trim().to_owned()).collect()
}

#[test]
fn a_few_commands_of_qemu() {
    let Some(tree) = required(shared::path("qemu/10.2.2")) else { return };
    let schema = Tree::open(&tree).unwrap().load(SchemaName::Qmp).unwrap();
    let generate = |builder: &Builder| builder.generate(&schema).unwrap();
    let query_status = Builder::new().commands(["query-status"]);
    assert_eq!(generate(&query_status).types(), ["RunState", "StatusInfo"]);

    let both = query_status.clone().commands(["blockdev-add"]);
    let bindings = generate(&both);
    assert_eq!(bindings.types().len(), 87);
    let why = |name| bindings.why(name).map(|route| route.to_string());
    assert_eq!(
        why("RunState").as_deref(),
        Some("command query-status -> returns -> StatusInfo -> member status -> RunState")
    );
    assert_eq!(
        why("BlockdevRefOrNull").as_deref(),
        Some(
            "command blockdev-add -> arguments -> BlockdevOptions -> branch qcow2 -> BlockdevOptionsQcow2 \
             -> member backing -> BlockdevRefOrNull"
        )
    );
    assert_eq!(why("BlockdevCreateOptions"), None);

    // Encryption and overlap checks are those of one image format.
    let slim = generate(&both.clone().replace_type("BlockdevOptionsQcow2", "crate::Qcow2"));
    assert_eq!(slim.types().len(), 80);
    let slim_why = slim.why("BlockdevRefOrNull").map(|route| route.to_string());
    assert_eq!(
        slim_why.as_deref(),
        Some(
            "command blockdev-add -> arguments -> BlockdevOptions -> branch qcow -> BlockdevOptionsQcow \
             -> member backing -> BlockdevRefOrNull"
        )
    );

    // Whatever is kept, an item is what it is among all. Not so its full documentation: it links to what is kept.
    let in_modules =
        |builder: Builder| builder.layout(Layout::Modules).server(Inclusion::Never).docs(DocStyle::Links);
    let all: HashSet<_> = paragraphs(&in_modules(Builder::new()), &schema).into_iter().collect();
    let changed: Vec<_> =
        paragraphs(&in_modules(both), &schema).into_iter().filter(|item| !all.contains(item)).collect();
    assert_eq!(changed, Vec::<String>::new());
}
