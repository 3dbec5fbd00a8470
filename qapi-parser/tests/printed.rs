//! Trees that are printed in some layout and read again: the tree is the same, and every place is where it was printed.
//!
//! The schemas are the same in each run. `PROPTEST_RNG_SEED=n` has others made, `PROPTEST_CASES=n` more or fewer of them.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test that fails panics")]

use std::collections::BTreeMap;
use std::collections::HashSet;
use std::iter::repeat_n;
use std::ops::Range;
use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;
use qapi_parser::ast::{Ast, Expr, Item, Object, StringLiteral};
use qapi_parser::doc::{DocComment, SectionKind, Symbol};
use qapi_parser::source::{Sources, Span};
use qapi_parser::{Options, parse_text};

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_is_printed_is_read(schema in schema(), layout in layout(), other_layout in layout()) {
        check(&schema, &layout, &other_layout);
    }
}

fn config() -> ProptestConfig {
    let config = ProptestConfig::default();
    let rng_seed = match config.rng_seed {
        RngSeed::Random => RngSeed::Fixed(0x9e37_79b9_7f4a_7c15),
        given @ RngSeed::Fixed(_) => given,
    };
    // A failure worth keeping becomes a test of its own.
    ProptestConfig { rng_seed, failure_persistence: None, ..config }
}

fn check(schema: &[Top], layout: &[u8], other_layout: &[u8]) {
    let printed = Printer::print(schema, layout);
    let ast = parse(&printed);
    let read = tops(&ast);
    assert_eq!(read, schema, "{}", printed.text);

    let spans = Places::of(&ast);
    for (span, place) in spans.iter().zip(&printed.places) {
        assert_eq!(ast.sources.text(*span), &printed.text[place.clone()], "{}", printed.text);
        assert_eq!(span.start as usize, place.start, "{}", printed.text);
    }
    assert_eq!(spans.len(), printed.places.len(), "{}", printed.text);

    let again = Printer::print(&read, other_layout);
    assert_eq!(tops(&parse(&again)), read, "{}", again.text);
}

fn parse(printed: &Printer<'_>) -> Ast {
    parse_text(Path::new("printed.json"), printed.file(), &Options::default())
        .unwrap_or_else(|error| panic!("{error}\n{}", printed.text))
}

/// An item of the top level, without places.
#[derive(Debug, Clone, PartialEq)]
enum Top {
    Pragma(Members),
    Definition(Option<Doc>, Members),
    /// The text is empty if the comment is.
    FreeForm(String),
}

/// An expression.
#[derive(Debug, Clone, PartialEq)]
enum Tree {
    Object(Members),
    Array(Vec<Tree>),
    String(String),
    Bool(bool),
}

type Members = Vec<(String, Tree)>;

/// The documentation of a definition.
#[derive(Debug, Clone, PartialEq)]
struct Doc {
    symbol: String,
    sections: Vec<(Tag, String)>,
}

/// What a section is about.
#[derive(Debug, Clone, PartialEq)]
enum Tag {
    Body,
    Member(String),
    Feature(String),
    Returns,
    Errors,
    Since,
    Todo,
    Plain,
}

// What there is to print.

fn schema() -> impl Strategy<Value = Vec<Top>> {
    let top = prop_oneof![
        4 => (prop::option::of(doc()), members(tree(), 0..5)).prop_map(|(doc, members)| definition(doc, members)),
        1 => pragma_settings().prop_map(Top::Pragma),
        1 => free_form().prop_map(Top::FreeForm),
    ];
    vec(top, 0..5).prop_map(|tops| {
        let mut schema = Vec::new();
        for top in tops {
            // In front of a definition without documentation, a free-form comment is taken for its documentation.
            if let (Some(Top::FreeForm(_)), Top::Definition(None, _)) = (schema.last(), &top) {
                schema.push(Top::Pragma(Vec::new()));
            }
            schema.push(top);
        }
        schema
    })
}

fn pragma_settings() -> impl Strategy<Value = Members> {
    const LISTS: [&str; 4] = [
        "command-name-exceptions",
        "command-returns-exceptions",
        "documentation-exceptions",
        "member-name-exceptions",
    ];
    let names = vec(string().prop_map(Tree::String), 0..3).prop_map(Tree::Array);
    let setting = prop_oneof![
        any::<bool>().prop_map(|value| ("doc-required", Tree::Bool(value))),
        (select(&LISTS[..]), names),
    ];
    vec(setting, 0..3).prop_map(|settings| {
        let distinct: BTreeMap<&str, Tree> = settings.into_iter().collect();
        distinct.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    })
}

fn definition(doc: Option<Doc>, mut members: Members) -> Top {
    members.retain(|(key, _)| !matches!(key.as_str(), "include" | "pragma"));
    Top::Definition(doc, members)
}

fn tree() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![4 => string().prop_map(Tree::String), 1 => any::<bool>().prop_map(Tree::Bool)];
    leaf.prop_recursive(5, 24, 6, |inner| {
        prop_oneof![
            2 => vec(inner.clone(), 0..6).prop_map(Tree::Array),
            4 => members(inner, 0..6).prop_map(Tree::Object),
            // From some number on, the parser looks keys up in another way.
            1 => members(string().prop_map(Tree::String), 15..40).prop_map(Tree::Object),
        ]
    })
}

fn members(value: impl Strategy<Value = Tree>, count: Range<usize>) -> impl Strategy<Value = Members> {
    vec((string(), value), count).prop_map(|mut members| {
        let mut keys = HashSet::new();
        members.retain(|(key, _)| keys.insert(key.clone()));
        members
    })
}

/// Printable ASCII without the quote.
fn string() -> impl Strategy<Value = String> {
    prop_oneof![
        select(&["include", "pragma", "command", "data", "true", "", r"\", r"\\n", "# ##", "{ : [,] }"][..])
            .prop_map(str::to_owned),
        "[a-z\\-]{1,8}",
        "[ -&(-~]{0,12}",
    ]
}

fn doc() -> impl Strategy<Value = Doc> {
    let tail = vec(
        prop_oneof![
            described(Tag::Feature),
            text(1, true).prop_map(|text| vec![(Tag::Plain, text)]),
            (select(vec![Tag::Returns, Tag::Errors, Tag::Since, Tag::Todo]), text(3, false))
                .prop_map(|section| vec![section]),
        ],
        0..5,
    );
    let body = prop::option::of(text(1, true));
    (name(), body, prop::option::of(described(Tag::Member)), tail).prop_map(
        |(symbol, body, members, tail)| {
            let mut sections = Vec::new();
            sections.extend(body.map(|text| (Tag::Body, text)));
            sections.extend(members.unwrap_or_default());
            for part in tail {
                if fits(&sections, &part) {
                    sections.extend(part);
                }
            }
            Doc { symbol, sections }
        },
    )
}

/// Whether sections may stand behind those that are there, and as sections of their own.
fn fits(sections: &[(Tag, String)], part: &[(Tag, String)]) -> bool {
    let has = |test: fn(&Tag) -> bool| sections.iter().any(|(tag, _)| test(tag));
    match part {
        [(Tag::Feature(_), _), ..] => !has(|tag| matches!(tag, Tag::Feature(_))),
        [(Tag::Plain, _)] => !matches!(sections.last(), None | Some((Tag::Body | Tag::Plain, _))),
        [(Tag::Todo, _)] => true,
        [(tag, _)] => sections.iter().all(|(other, _)| other != tag),
        _ => false,
    }
}

/// The descriptions of some members or features, each with a name of its own.
fn described(tag: fn(String) -> Tag) -> impl Strategy<Value = Vec<(Tag, String)>> {
    vec((name(), text(3, false)), 1..4).prop_map(move |mut described| {
        let mut names = HashSet::new();
        described.retain(|(name, _)| names.insert(name.clone()));
        described.into_iter().map(|(name, text)| (tag(name), text)).collect()
    })
}

fn name() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9_.é*\\-]{1,10}"
}

/// Text with up to so many blank lines in a row. As paragraphs, none of them begins a section.
fn text(blank_lines: usize, is_paragraphs: bool) -> impl Strategy<Value = String> {
    let further_line = (prop_oneof![3 => Just(0), 1 => 1..=blank_lines], 0_usize..4, line());
    (line(), vec(further_line, 0..4)).prop_map(move |(first, rest)| {
        let tamed = |line: String, begins: bool| if is_paragraphs && begins { tamed(line) } else { line };
        let mut text = tamed(first, true);
        for (blank_lines, indentation, line) in rest {
            text.extend(repeat_n('\n', blank_lines + 1).chain(repeat_n(' ', indentation)));
            text.push_str(&tamed(line, blank_lines > 0));
        }
        text
    })
}

fn free_form() -> impl Strategy<Value = String> {
    vec((0_usize..3, line()), 0..4).prop_map(|lines| {
        let mut text = String::new();
        for (blank_lines, line) in lines {
            text.extend(repeat_n('\n', blank_lines + 1));
            text.push_str(&tamed(line));
        }
        let text = text.trim_start_matches('\n');
        // That begins the documentation of a definition.
        if text.starts_with('@') { format!("- {text}") } else { text.to_owned() }
    })
}

/// Text of a line, without white space around it.
fn line() -> impl Strategy<Value = String> {
    const TRICKY: &[&str] = &[
        "Since: 1.0",
        "Returns:",
        "Note: that",
        "Features:",
        "@name: text",
        "@name",
        "TODO::",
        ": :",
        "##",
        "= Title",
        "{ 'a': 'b' }",
        "'",
    ];
    prop_oneof![
        select(TRICKY).prop_map(str::to_owned),
        "[!-~é‘→][ -~é’\u{1f600}]{0,24}".prop_map(|line| line.trim_end().to_owned()),
    ]
}

/// The line, changed if it would begin a section. Two colons are reStructuredText.
fn tamed(line: String) -> String {
    const TAGS: [&str; 8] = ["Returns", "Errors", "Since", "TODO", "Note", "Notes", "Example", "Examples"];
    let is_tagged = TAGS.iter().filter_map(|tag| line.strip_prefix(tag)).any(begins_with_one_colon);
    let is_description = line.starts_with('@') && line.contains(':');
    if is_tagged || is_description || line == "Features:" { format!("- {line}") } else { line }
}

fn begins_with_one_colon(text: &str) -> bool {
    text.starts_with(':') && !text.starts_with("::")
}

/// Choices that are taken in turn, and anew from the first. Without any, all is printed in the plainest way.
fn layout() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..40)
}

// How it is printed.

/// Text as it is printed.
struct Printer<'l> {
    text: String,
    /// Where each node stands, those around others first.
    places: Vec<Range<usize>>,
    layout: std::iter::Cycle<std::slice::Iter<'l, u8>>,
    has_carriage_returns: bool,
}

impl<'l> Printer<'l> {
    fn print(schema: &[Top], layout: &'l [u8]) -> Self {
        let mut printer = Self {
            text: String::new(),
            places: Vec::new(),
            layout: layout.iter().cycle(),
            has_carriage_returns: false,
        };
        printer.has_carriage_returns = printer.choose(4) == 3;
        for top in schema {
            printer.gap();
            printer.top(top);
        }
        printer.gap();
        printer
    }

    /// The bytes of a file that has this text.
    fn file(&self) -> String {
        if self.has_carriage_returns { self.text.replace('\n', "\r\n") } else { self.text.clone() }
    }

    fn choose(&mut self, count: u8) -> usize {
        usize::from(self.layout.next().unwrap_or(&0) % count)
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Prints a node.
    fn node(&mut self, print: impl FnOnce(&mut Self)) {
        let (index, start) = (self.places.len(), self.text.len());
        self.places.push(start..start);
        print(self);
        self.places[index].end = self.text.len();
    }

    /// What may stand between tokens.
    fn gap(&mut self) {
        const GAPS: [&str; 10] =
            ["", " ", "\n", "\n  ", "\t", "\u{a0}\u{2003}\x1c", "#\n", "# it's: { 'a'\n", "# ##\n", "\n\n"];
        for _ in 0..self.choose(3) {
            let gap = self.choose(10);
            self.push(GAPS[gap]);
        }
    }

    fn top(&mut self, top: &Top) {
        match top {
            Top::Pragma(settings) => self.node(|printer| {
                printer.push("{");
                printer.gap();
                printer.push("'pragma'");
                printer.gap();
                printer.push(":");
                printer.gap();
                printer.object(settings);
                printer.gap();
                printer.push("}");
            }),
            Top::Definition(doc, members) => {
                if let Some(doc) = doc {
                    self.doc(doc);
                    self.gap();
                }
                self.object(members);
            }
            Top::FreeForm(text) => self.free_form(text),
        }
    }

    fn tree(&mut self, tree: &Tree) {
        match tree {
            Tree::Object(members) => self.object(members),
            Tree::Array(elements) => self.list('[', elements, ']', Self::tree),
            Tree::String(string) => self.string(string),
            Tree::Bool(value) => self.node(|printer| printer.push(&value.to_string())),
        }
    }

    fn object(&mut self, members: &Members) {
        self.list('{', members, '}', |printer, (key, value)| {
            printer.string(key);
            printer.gap();
            printer.push(":");
            printer.gap();
            printer.tree(value);
        });
    }

    fn list<T>(&mut self, open: char, elements: &[T], close: char, print: fn(&mut Self, &T)) {
        self.node(|printer| {
            printer.text.push(open);
            for (index, element) in elements.iter().enumerate() {
                printer.push(if index > 0 { "," } else { "" });
                printer.gap();
                print(printer, element);
                printer.gap();
            }
            printer.gap();
            printer.text.push(close);
        });
    }

    fn string(&mut self, string: &str) {
        self.node(|printer| printer.push(&quoted(string)));
    }

    /// Prints the lines of a comment, each of which ends with its newline.
    fn comment(&mut self, print: impl FnOnce(&mut Self)) {
        self.node(|printer| {
            printer.push("##\n");
            print(printer);
            printer.margin();
            printer.push("##");
        });
        self.push("\n");
    }

    /// What may stand in front of a line of a comment.
    fn margin(&mut self) {
        let margin = self.choose(8);
        self.push(["", "", "", "", "", "  ", "\n", "\t\n "][margin]);
    }

    /// Prints a line without its newline. What a section begins with is printed by the caller.
    fn line(&mut self, line: &str) {
        self.push(if line.is_empty() { "#" } else { "# " });
        self.push(line);
        self.trailing_space();
    }

    fn trailing_space(&mut self) {
        let space = self.choose(6);
        self.push(["", "", "", "", " ", " \t"][space]);
    }

    fn next_line(&mut self) {
        self.push("\n");
        self.margin();
    }

    fn blank_lines(&mut self, least: usize) {
        for _ in 0..least + self.choose(3) {
            self.margin();
            self.line("");
            self.push("\n");
        }
    }

    fn free_form(&mut self, text: &str) {
        self.comment(|printer| {
            printer.blank_lines(0);
            if !text.is_empty() {
                printer.margin();
                printer.node(|printer| printer.lines(text.split('\n'), ""));
                printer.push("\n");
            }
            printer.blank_lines(0);
        });
    }

    fn lines<'t>(&mut self, lines: impl Iterator<Item = &'t str>, indentation: &str) {
        for (index, line) in lines.enumerate() {
            if index > 0 {
                self.next_line();
            }
            if line.is_empty() { self.line("") } else { self.line(&format!("{indentation}{line}")) }
        }
    }

    fn doc(&mut self, doc: &Doc) {
        self.comment(|printer| {
            printer.margin();
            printer.push("# @");
            printer.node(|printer| printer.push(&doc.symbol));
            printer.push(":");
            printer.trailing_space();
            printer.push("\n");
            let mut last = None;
            for (tag, text) in &doc.sections {
                printer.blank_lines(usize::from(!may_follow_at_once(last, tag)));
                printer.section(last, tag, text);
                last = Some(tag);
            }
            printer.blank_lines(0);
        });
    }

    fn section(&mut self, last: Option<&Tag>, tag: &Tag, text: &str) {
        if matches!(tag, Tag::Feature(_)) && !matches!(last, Some(Tag::Feature(_))) {
            self.margin();
            self.line("Features:");
            self.push("\n");
            self.blank_lines(0);
        }
        self.margin();
        self.node(|printer| match tag {
            Tag::Body | Tag::Plain => printer.paragraphs(text),
            Tag::Member(name) | Tag::Feature(name) => {
                printer.push("# @");
                printer.node(|printer| printer.push(name));
                printer.push(":");
                printer.indented(text);
            }
            Tag::Returns | Tag::Errors | Tag::Since => {
                printer.push(&format!("# {tag:?}:"));
                printer.indented(text);
            }
            Tag::Todo => {
                printer.push("# TODO:");
                printer.indented(text);
            }
        });
        self.push("\n");
    }

    /// Between paragraphs, one blank line is as good as many.
    fn paragraphs(&mut self, text: &str) {
        for (index, paragraph) in text.split("\n\n").enumerate() {
            if index > 0 {
                self.push("\n");
                self.blank_lines(1);
                self.margin();
            }
            self.lines(paragraph.split('\n'), "");
        }
    }

    /// Prints text behind a tag. The first line that stands below the tag decides on the indentation.
    fn indented(&mut self, text: &str) {
        let indentation = self.choose(4);
        let indentation = ["    ", " ", "  ", "       "][indentation];
        let (first, rest) = text.split_once('\n').map_or((text, None), |(first, rest)| (first, Some(rest)));
        let is_deeper = rest.is_some_and(|rest| rest.trim_start_matches('\n').starts_with(' '));
        if is_deeper || self.choose(4) == 3 {
            self.trailing_space();
            self.push("\n");
            for _ in 0..self.choose(2) {
                self.margin();
                self.line("");
                self.push("\n");
            }
            self.margin();
            self.lines(text.split('\n'), indentation);
        } else {
            let space = self.choose(3);
            let is_needed = first.starts_with(':');
            self.push(if is_needed { " " } else { [" ", "", "  "][space] });
            self.push(first);
            self.trailing_space();
            if let Some(rest) = rest {
                self.next_line();
                self.lines(rest.split('\n'), indentation);
            }
        }
    }
}

/// Whether no blank line is needed between two sections.
fn may_follow_at_once(last: Option<&Tag>, tag: &Tag) -> bool {
    matches!(
        (last, tag),
        (None, _) | (Some(Tag::Member(_)), Tag::Member(_)) | (Some(Tag::Feature(_)), Tag::Feature(_))
    )
}

fn quoted(string: &str) -> String {
    format!("'{}'", string.replace('\\', r"\\"))
}

// What was read.

fn tops(ast: &Ast) -> Vec<Top> {
    let top = |item: &Item| match item {
        Item::Include(_) => panic!("an include"),
        Item::Pragma(pragma) => Top::Pragma(members_of(&pragma.settings)),
        Item::Definition(definition) => {
            let doc = definition.doc.as_ref().map(|doc| Doc {
                symbol: doc.symbol.as_ref().unwrap().name.to_string(),
                sections: sections_of(doc),
            });
            Top::Definition(doc, members_of(&definition.expr))
        }
        Item::FreeFormDoc(doc) => match &sections_of(doc)[..] {
            [] => Top::FreeForm(String::new()),
            [(Tag::Body, text)] => Top::FreeForm(text.clone()),
            sections => panic!("{sections:?}"),
        },
    };
    ast.items.iter().map(top).collect()
}

fn members_of(object: &Object) -> Members {
    object.members.iter().map(|member| (member.key.value.to_string(), tree_of(&member.value))).collect()
}

fn tree_of(expr: &Expr) -> Tree {
    match expr {
        Expr::Object(object) => Tree::Object(members_of(object)),
        Expr::Array(array) => Tree::Array(array.elements.iter().map(tree_of).collect()),
        Expr::String(string) => Tree::String(string.value.to_string()),
        Expr::Bool(boolean) => Tree::Bool(boolean.value),
    }
}

fn sections_of(doc: &DocComment) -> Vec<(Tag, String)> {
    let tag = |kind: &SectionKind| match kind {
        SectionKind::Body => Tag::Body,
        SectionKind::Member(symbol) => Tag::Member(symbol.name.to_string()),
        SectionKind::Feature(symbol) => Tag::Feature(symbol.name.to_string()),
        SectionKind::Returns => Tag::Returns,
        SectionKind::Errors => Tag::Errors,
        SectionKind::Since => Tag::Since,
        SectionKind::Todo => Tag::Todo,
        SectionKind::Plain => Tag::Plain,
        SectionKind::Note | SectionKind::Notes | SectionKind::Example | SectionKind::Examples => {
            panic!("a section of the other dialect")
        }
    };
    doc.sections.iter().map(|section| (tag(&section.kind), section.text.to_string())).collect()
}

/// The places of all nodes of a tree, in the order in which they are printed.
struct Places<'a> {
    sources: &'a Sources,
    spans: Vec<Span>,
}

impl<'a> Places<'a> {
    fn of(ast: &'a Ast) -> Vec<Span> {
        let mut places = Self { sources: &ast.sources, spans: Vec::new() };
        for item in &ast.items {
            match item {
                Item::Include(include) => places.spans.push(include.span),
                Item::Pragma(pragma) => {
                    places.spans.push(pragma.span);
                    places.object(&pragma.settings);
                }
                Item::Definition(definition) => {
                    if let Some(doc) = &definition.doc {
                        places.doc(doc);
                    }
                    places.object(&definition.expr);
                }
                Item::FreeFormDoc(doc) => places.doc(doc),
            }
        }
        places.spans
    }

    fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Object(object) => self.object(object),
            Expr::Array(array) => {
                self.spans.push(array.span);
                array.elements.iter().for_each(|element| self.expr(element));
            }
            Expr::String(string) => self.string(string),
            Expr::Bool(boolean) => self.spans.push(boolean.span),
        }
    }

    fn object(&mut self, object: &Object) {
        self.spans.push(object.span);
        for member in &object.members {
            self.string(&member.key);
            self.expr(&member.value);
        }
    }

    fn string(&mut self, string: &StringLiteral) {
        assert_eq!(self.sources.text(string.span), quoted(&string.value));
        self.spans.push(string.span);
    }

    fn doc(&mut self, doc: &DocComment) {
        self.spans.push(doc.span);
        doc.symbol.iter().for_each(|symbol| self.symbol(symbol));
        for section in &doc.sections {
            self.spans.push(section.span);
            if let SectionKind::Member(symbol) | SectionKind::Feature(symbol) = &section.kind {
                self.symbol(symbol);
            }
        }
    }

    fn symbol(&mut self, symbol: &Symbol) {
        assert_eq!(self.sources.text(symbol.span), &*symbol.name);
        self.spans.push(symbol.span);
    }
}
