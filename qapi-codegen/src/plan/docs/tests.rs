//! Whatever a schema's text is, what is written of it means to rustdoc what it is meant to.

use std::collections::BTreeSet;

use proptest::prelude::*;
use pulldown_cmark::{BrokenLink, CodeBlockKind, CowStr, Event, Options, Parser, Tag};

use super::links::{Members, NamespaceName, Scope, Target, Targets};
use super::markdown::Writer;
use super::rest::{self, Block, Definitions};
use crate::plan::{
    FieldPlan, Item, MessageBody, MessageFacts, MessagePlan, Plan, RustType, StructPlan, TypePlan,
};

/// Where links of the schema below may lead.
const PATHS: [&str; 3] = ["Lamp", "commands::LampOn", "field@Self::size"];

fn item(name: &str) -> Item {
    Item {
        name: name.to_owned(),
        definition: name.to_owned(),
        module: "lamps".to_owned(),
        docs: Default::default(),
        deprecated: None,
        attributes: Vec::new(),
    }
}

fn empty_struct(name: &str) -> StructPlan {
    StructPlan { item: item(name), fields: Vec::new(), rest: None }
}

/// A text written for a type that has a member `size`, in a schema that has a type `Lamp` and a command `lamp-on`.
fn written(text: &str) -> String {
    let mut plan = Plan { types: vec![TypePlan::Struct(empty_struct("Lamp"))], ..Plan::default() };
    plan.commands.push(MessagePlan {
        body: MessageBody::Members(empty_struct("LampOn")),
        wire_name: "lamp-on".to_owned(),
        is_large: false,
        facts: MessageFacts::default(),
    });
    let size = FieldPlan {
        name: "size".to_owned(),
        member: "size".to_owned(),
        rust_type: RustType::Builtin(qapi_schema::Builtin::Int),
        required: true,
        setter: "size".to_owned(),
        docs: Default::default(),
        deprecated: None,
    };
    let targets = Targets::new(&plan, [("Lamp", "Lamp")].into_iter());
    let members = Members::default().with_fields("Self", [&size]);
    let own = Target::new(NamespaceName::Types, &item("Own"));
    let scope = Scope { targets: &targets, item: &own, members: &members };

    let mut definitions = Definitions::default();
    let blocks = rest::read(text, &mut definitions);
    let features = [("feature".to_owned(), blocks.clone())];
    let title = text.chars().filter(|&it| super::markdown::is_shown(it)).collect();
    let example = Block::Example { title: Some(title), body: blocks.clone() };
    let mut writer = Writer { scope: &scope, definitions: &definitions, linked: BTreeSet::new() };
    let mut paragraphs = writer.blocks(&blocks);
    paragraphs.extend(writer.example(&example));
    paragraphs.push(writer.described(&features));
    paragraphs.join("\n\n")
}

/// Asserts that rustdoc finds nothing in Markdown that a schema's text must not become.
fn assert_harmless(markdown: &str) -> Result<(), TestCaseError> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_SMART_PUNCTUATION;
    let mut unknown = Vec::new();
    let mut resolve = |link: BrokenLink<'_>| {
        let is_known = &*link.reference == "`Lamp`";
        if !is_known {
            unknown.push(link.reference.to_string());
        }
        is_known.then(|| (CowStr::from("Lamp"), CowStr::from("")))
    };
    for event in Parser::new_with_broken_link_callback(markdown, options, Some(&mut resolve)) {
        let is_harmless = match &event {
            Event::Html(_) | Event::InlineHtml(_) | Event::FootnoteReference(_) => false,
            Event::TaskListMarker(_) | Event::Rule | Event::HardBreak => false,
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => &**language == "text",
            Event::Start(Tag::Link { dest_url, .. }) => {
                PATHS.contains(&&**dest_url)
                    || ["https://", "http://", "mailto:"].iter().any(|scheme| dest_url.starts_with(scheme))
            }
            Event::Start(tag) => matches!(
                tag,
                Tag::Paragraph
                    | Tag::List(_)
                    | Tag::Item
                    | Tag::BlockQuote(None)
                    | Tag::Emphasis
                    | Tag::Strong
            ),
            _ => true,
        };
        prop_assert!(is_harmless, "{event:?} in:\n{markdown}");
    }
    prop_assert!(unknown.is_empty(), "{unknown:?} in:\n{markdown}");
    prop_assert!(markdown.chars().all(|it| it == '\n' || super::markdown::is_shown(it)));
    Ok(())
}

/// Pieces that mean something in one of the two languages.
fn markup() -> impl Strategy<Value = String> {
    const PIECES: &[&str] = &[
        "\n",
        "\n\n",
        "\n ",
        "\n  ",
        "\n    ",
        "\n\t",
        " ",
        "  ",
        "a",
        "b c",
        "1",
        "é",
        "\u{202e}",
        "`",
        "``",
        "```",
        "````",
        "*",
        "**",
        "_",
        "__",
        "|",
        "|x|",
        "~",
        "~~~",
        "#",
        "# ",
        "## ",
        "- ",
        "+ ",
        "* ",
        "1. ",
        "999999. ",
        "999999999. ",
        "2) ",
        "(3) ",
        "#. ",
        "> ",
        ">",
        "<",
        "</",
        "<b>",
        "<!--",
        "<?",
        "&",
        "&lt;",
        "&#60;",
        "\\",
        "\\\n",
        "[",
        "]",
        "](",
        "][",
        "[^1]",
        "[x]: y",
        "[x] ",
        "![",
        "!",
        "(",
        ")",
        "{",
        "}",
        ":",
        "::",
        "::\n\n  ",
        ".. ",
        ".. note:: ",
        ".. code-block:: c\n\n   ",
        ".. qmp-example::\n\n   ",
        ".. |x| replace:: ",
        ".. _t: https://a.b/",
        "t_",
        "`t`_",
        "`_",
        "`__",
        ":ref:`",
        "@size",
        "@Lamp",
        "@lamp-on",
        "`Lamp`",
        "`lamp-on`",
        "#Lamp",
        "https://a.b/c",
        "<https://a.b>",
        "www.a.b",
        "---",
        "===",
        "+--+",
    ];
    let piece = prop_oneof![9 => prop::sample::select(PIECES).prop_map(str::to_owned), 1 => any::<String>()];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_is_more_than_text(text in markup()) {
        assert_harmless(&written(&text))?;
    }
}
