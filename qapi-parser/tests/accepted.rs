//! What the parser makes of schemas that are right.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test that fails panics")]

use std::path::Path;

use qapi_parser::ast::{Ast, Expr, Item};
use qapi_parser::doc::{DocComment, SectionKind};
use qapi_parser::{Color, Dialect, Memory, Options, ParseError, parse_file, parse_files, parse_text};

fn parse(text: &str) -> Ast {
    parse_text(Path::new("test.json"), text, &Options::default()).unwrap_or_else(|error| panic!("{error}"))
}

/// The tree as text: expressions back in the schema's own language.
fn print(ast: &Ast) -> String {
    let items = ast.items.iter().map(|item| match item {
        Item::Include(include) => format!("include {}\n", ast.sources.get(include.source).path().display()),
        Item::Pragma(pragma) => format!("pragma {}\n", print_expr(&Expr::Object(pragma.settings.clone()))),
        Item::Definition(definition) => {
            let symbol = definition
                .doc
                .as_ref()
                .and_then(|doc| doc.symbol.as_ref())
                .map(|symbol| symbol.name.as_str());
            format!(
                "{}{}\n",
                symbol.map_or(String::new(), |name| format!("@{name} ")),
                print_expr(&Expr::Object(definition.expr.clone()))
            )
        }
        Item::FreeFormDoc(doc) => {
            format!("text {:?}\n", doc.sections.first().map_or("", |section| &section.text))
        }
    });
    items.collect()
}

fn print_expr(expr: &Expr) -> String {
    match expr {
        Expr::Object(object) => {
            let members = object
                .members
                .iter()
                .map(|member| format!("{}: {}", print_string(&member.key.value), print_expr(&member.value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
        Expr::Array(array) => {
            format!("[{}]", array.elements.iter().map(print_expr).collect::<Vec<_>>().join(", "))
        }
        Expr::String(string) => print_string(&string.value),
        Expr::Bool(boolean) => boolean.value.to_string(),
    }
}

fn print_string(text: &str) -> String {
    format!("'{}'", text.replace('\\', r"\\"))
}

#[test]
fn expressions_keep_their_order_and_resolve_escapes() {
    let ast = parse(
        "# A comment\n{ 'b': [ ], 'a': {}, # and one here\n'text': 'a\\\\b',\n 'bools': [true,false, [ {'x':'y'} ]] }",
    );
    insta::assert_snapshot!(print(&ast), @r"{'b': [], 'a': {}, 'text': 'a\\b', 'bools': [true, false, [{'x': 'y'}]]}");
    assert_eq!(print(&parse(&print(&ast))), print(&ast));
}

#[test]
fn places_are_those_of_the_text() {
    let ast = parse("\n{ 'key': [ 'value', true ] }\n");
    let Item::Definition(definition) = &ast.items[0] else { panic!() };
    let member = definition.expr.get("key").unwrap();
    let Expr::Array(array) = &member.value else { panic!() };
    let texts = [
        definition.expr.span,
        member.key.span,
        array.span,
        array.elements[0].span(),
        array.elements[1].span(),
    ];
    let texts = texts.map(|span| ast.sources.text(span));
    assert_eq!(texts, ["{ 'key': [ 'value', true ] }", "'key'", "[ 'value', true ]", "'value'", "true"]);
}

#[test]
fn white_space_is_what_python_calls_so() {
    let ast = parse("\u{1c}{\u{85}'a'\u{a0}:\u{2003}'b'\u{3000}}\u{1f}\x0b\x0c\r\n\r{'c':true}");
    insta::assert_snapshot!(print(&ast), @r"
    {'a': 'b'}
    {'c': true}
    ");
}

#[test]
fn texts_longer_than_a_chunk_keep_their_places() {
    let mut text = "# filling\n".repeat(20_000);
    let line = 20_001;
    text.push_str("{ 'a': 'b' }\n");
    let ast = parse(&text);
    let Item::Definition(definition) = &ast.items[0] else { panic!() };
    assert_eq!(ast.sources.line_column(definition.expr.span).line, line);
    assert_eq!(ast.sources.text(definition.expr.span), "{ 'a': 'b' }");
}

#[test]
fn an_include_is_read_once_and_in_its_place() {
    let files = Memory::new()
        .with(
            "dir/root.json",
            "{ 'first': true }\n{ 'include': 'sub/a.json' }\n{ 'include': './b.json' }\n{ 'last': true }",
        )
        .with("dir/sub/a.json", "{ 'a': true }\n{ 'include': '../b.json' }\n{ 'behind-b': true }")
        .with("dir/b.json", "{ 'b': true }");
    let ast = parse_files(&files, Path::new("dir/root.json"), &Options::default()).unwrap();
    insta::assert_snapshot!(print(&ast), @r"
    {'first': true}
    include dir/sub/a.json
    {'a': true}
    include dir/sub/../b.json
    {'b': true}
    {'behind-b': true}
    include dir/sub/../b.json
    {'last': true}
    ");
}

#[test]
fn files_are_read_from_disk() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("root.json"), "{ 'include': 'part.json' }").unwrap();
    std::fs::write(dir.path().join("part.json"), "{ 'a': true }").unwrap();
    assert_eq!(parse_file(&dir.path().join("root.json"), &Options::default()).unwrap().items.len(), 2);
}

#[test]
fn an_unreadable_root_is_named() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("binary.json"), b"{ '\xff': true }").unwrap();
    for (name, reason) in
        [("none.json", "no such file"), ("", "is a directory"), ("binary.json", "line 1 is not UTF-8")]
    {
        let path = dir.path().join(name);
        let error = parse_file(&path, &Options::default()).unwrap_err();
        assert!(matches!(error, ParseError::Unreadable { .. }));
        assert_eq!(error.to_string(), format!("can't read '{}': {reason}", path.display()));
    }
}

#[test]
fn colours_are_only_added_when_asked_for() {
    let Err(ParseError::Refused(report)) = parse_text(Path::new("a.json"), "{ 'a' }", &Options::default())
    else {
        panic!()
    };
    assert!(!report.render(Color::Never).contains('\x1b'));
    let coloured = report.render(Color::Always);
    assert!(coloured.contains('\x1b'));
    assert!(coloured.starts_with("a.json:1:7: "));
}

fn doc_of(text: &str, dialect: Dialect) -> DocComment {
    let text = format!("##\n{text}##\n{{ 'command': 'lamp-on' }}\n");
    let ast = parse_text(Path::new("doc.json"), text, &Options { dialect, ..Options::default() })
        .unwrap_or_else(|error| panic!("{error}"));
    let Some(Item::Definition(definition)) = ast.items.into_iter().next_back() else { panic!() };
    *definition.doc.unwrap()
}

fn print_doc(doc: &DocComment) -> String {
    let sections = doc.sections.iter().map(|section| {
        let kind = match &section.kind {
            SectionKind::Member(symbol) => format!("Member {}", symbol.name),
            SectionKind::Feature(symbol) => format!("Feature {}", symbol.name),
            kind => format!("{kind:?}"),
        };
        format!("{kind}: {:?}\n", section.text)
    });
    sections.collect()
}

#[test]
fn modern_comments_have_sections() {
    let doc = doc_of(
        "# @lamp-on:\n#\n# Turns it on.\n#\n# And glows::\n#\n#     like this\n#\n# @level: how bright,\n#     in percent\n#\n#       - deeper\n#\n\
         # @colour:\n#     which one\n#\n# Plain text.\n#\n# Features:\n#\n# @dim: can be dimmed\n#\n# Returns: the lamp\n#\n# Errors:\n#     - no bulb\n#\n\
         # .. note:: it gets hot.\n#\n# TODO: a fuse\n#\n# Since: 1.0\n",
        Dialect::Modern,
    );
    insta::assert_snapshot!(print_doc(&doc), @r#"
    Body: "Turns it on.\n\nAnd glows::\n\n    like this"
    Member level: "how bright,\nin percent\n\n  - deeper"
    Member colour: "which one"
    Plain: "Plain text."
    Feature dim: "can be dimmed"
    Returns: "the lamp"
    Errors: "- no bulb"
    Plain: ".. note:: it gets hot."
    Todo: "a fuse"
    Since: "1.0"
    "#);
}

#[test]
fn smaller_indentation_ends_a_modern_section_from_the_third_line_on() {
    let doc = doc_of(
        "# @lamp-on:\n#\n# @level: how bright,\n#     in percent,\n#     of the most\n# it can\n",
        Dialect::Modern,
    );
    insta::assert_snapshot!(print_doc(&doc), @r#"
    Member level: "how bright,\nin percent,\nof the most"
    Plain: "it can"
    "#);
}

#[test]
fn legacy_comments_have_sections() {
    let doc = doc_of(
        "# @lamp-on:\n#\n# Turns it on.\n# @level: how bright,\n#         in percent\n# @colour:\n# which one,\n# of three\n#\n# Features:\n# @dim: can be\n#       dimmed\n#\n\
         # Plain text.\n#\n# More of it.\n#\n# Returns: the lamp\n# Note: it gets hot\n# Notes:\n#\n# one\n#\n# two\n#\n# Since: 1.0\n# Example:\n#\n# -> on\n# <- off\n",
        Dialect::Legacy,
    );
    insta::assert_snapshot!(print_doc(&doc), @r#"
    Body: "Turns it on."
    Member level: "how bright,\nin percent"
    Member colour: "which one,\nof three"
    Feature dim: "can be\ndimmed"
    Plain: "Plain text.\n\nMore of it."
    Returns: "the lamp"
    Note: "it gets hot"
    Notes: "one\n\ntwo"
    Since: "1.0"
    Example: "-> on\n<- off"
    "#);
}

#[test]
fn legacy_text_may_go_on_at_the_margin() {
    let doc = doc_of(
        "# @lamp-on:\n#\n# @level: how bright,\n# in percent\n#\n# Note: it\n# gets hot\n",
        Dialect::Legacy,
    );
    insta::assert_snapshot!(print_doc(&doc), @r#"
    Member level: "how bright,\nin percent"
    Note: "it\ngets hot"
    "#);
}

#[test]
fn text_that_is_not_indented_ends_an_indented_legacy_section() {
    let doc = doc_of(
        "# @lamp-on:\n#\n# Returns: the lamp,\n#     lit\n#\n# It glows.\n#\n# Features:\n#\n# @dim: less\n",
        Dialect::Legacy,
    );
    insta::assert_snapshot!(print_doc(&doc), @r#"
    Returns: "the lamp,\nlit"
    Plain: "It glows."
    Feature dim: "less"
    "#);
}

#[test]
fn headings_split_legacy_free_form_comments_only() {
    let text = "##\n# = Lamps\n#\n# Some text.\n#\n# == Bulbs\n# More.\n##\n";
    let parse = |dialect| {
        print(&parse_text(Path::new("text.json"), text, &Options { dialect, ..Options::default() }).unwrap())
    };
    insta::assert_snapshot!(parse(Dialect::Legacy), @r#"
    text "= Lamps\n\nSome text."
    text "== Bulbs\nMore."
    "#);
    insta::assert_snapshot!(parse(Dialect::Modern), @r#"text "= Lamps\n\nSome text.\n\n== Bulbs\nMore.""#);
}
