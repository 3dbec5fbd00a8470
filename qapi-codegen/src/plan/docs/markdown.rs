//! Blocks as Markdown, in which text of a schema means nothing but text.
//!
//! All that is markup in the result is written here. What comes from the schema is escaped, stands in a code span or
//! in a fence that it cannot close; no fence holds code that rustdoc would test.

use std::collections::BTreeSet;

use super::inline::{self, Span};
use super::links::{Scope, Target};
use super::rest::{Block, Definitions};

/// Writes the documentation of an item or of a part of one.
pub(super) struct Writer<'a> {
    pub(super) scope: &'a Scope<'a>,
    pub(super) definitions: &'a Definitions,
    /// The items that the links so far lead to.
    pub(super) linked: BTreeSet<Target>,
}

impl Writer<'_> {
    /// Each block as Markdown.
    pub(super) fn blocks(&mut self, blocks: &[Block]) -> Vec<String> {
        let mut written = Vec::new();
        let mut is_second_list = false;
        for (index, block) in blocks.iter().enumerate() {
            let before = index.checked_sub(1).and_then(|before| blocks.get(before));
            is_second_list = before.is_some_and(|before| would_be_one_list(before, block)) && !is_second_list;
            // What holds nothing but empty markup is nothing.
            written.extend(self.block(block, is_second_list).into_iter().filter(|text| !text.is_empty()));
        }
        written
    }

    /// A block. Of two lists below each other, the second has marks that keep them apart.
    fn block(&mut self, block: &Block, is_second_list: bool) -> Vec<String> {
        let (bullet, behind_number) = if is_second_list { ("* ", ") ") } else { ("- ", ". ") };
        match block {
            Block::Paragraph(text) => vec![self.text(text)],
            Block::Heading(text) => vec![strong(text)],
            Block::Bullets(items) => vec![self.list(items, |_| bullet.to_owned())],
            Block::Numbered { first, items } => {
                let marker = |index| format!("{}{behind_number}", first.saturating_add(index));
                vec![self.list(items, marker)]
            }
            Block::Definitions(definitions) => vec![self.definitions(definitions, bullet)],
            Block::Quote(blocks) => vec![quotation(&self.blocks(blocks))],
            Block::Verbatim(text) => fence(text).into_iter().collect(),
            Block::Admonition { title, body } => vec![quotation(&self.introduced(titled(title), body))],
            Block::Example { title: None, body } => self.introduced(titled("Example"), body),
            Block::Example { title: Some(title), body } => {
                self.introduced(titled(&format!("Example: {title}")), body)
            }
        }
    }

    /// An example below a heading that says it is one.
    pub(super) fn example(&mut self, block: &Block) -> Vec<String> {
        match block {
            Block::Example { title: Some(title), body } => self.introduced(titled(title), body),
            Block::Example { title: None, body } => self.blocks(body),
            other => self.block(other, false),
        }
    }

    /// A list in which each name has a description.
    pub(super) fn described(&mut self, descriptions: &[(String, Vec<Block>)]) -> String {
        let item = |(name, body): &(String, Vec<Block>)| {
            (self.introduced(format!("{}:", code(name)), body), "- ".to_owned())
        };
        list(descriptions.iter().map(item).collect())
    }

    /// Blocks behind an introduction, in one paragraph with the first of them if that is one.
    fn introduced(&mut self, introduction: String, body: &[Block]) -> Vec<String> {
        let (first, behind) = match body.split_first() {
            Some((Block::Paragraph(text), behind)) => (format!("{introduction} {}", self.text(text)), behind),
            _ => (introduction, body),
        };
        let mut blocks = vec![first.trim_end().to_owned()];
        blocks.extend(self.blocks(behind));
        blocks
    }

    fn list(&mut self, items: &[Vec<Block>], marker: impl Fn(u32) -> String) -> String {
        let items = (0..).zip(items).map(|(index, item)| (self.blocks(item), marker(index)));
        list(items.collect())
    }

    fn definitions(&mut self, definitions: &[(String, Vec<Block>)], bullet: &str) -> String {
        let items = definitions.iter().map(|(term, body)| {
            let mut blocks = vec![self.text(term)];
            blocks.extend(self.blocks(body));
            (blocks, bullet.to_owned())
        });
        list(items.collect())
    }

    /// A text with its inline markup.
    fn text(&mut self, text: &str) -> String {
        let mut line = Line::default();
        for span in inline::read(text) {
            self.span(span, &mut line);
        }
        without_block_markup(&line.text)
    }

    fn span(&mut self, span: Span<'_>, line: &mut Line) {
        match span {
            Span::Text(text) => line.push(&escaped(text)),
            Span::Literal(text) => line.push(&code(text)),
            Span::Emphasis(text) => line.push(&format!("*{}*", escaped(text))),
            Span::Strong(text) => line.push(&strong(text)),
            Span::Interpreted { role, title, target } => self.interpreted(role, title, target, line),
            Span::Link { text, address } => match self.address(address) {
                Some(address) => line.push(&external(text, &address)),
                None => line.push(&escaped(text)),
            },
            Span::Named { name, otherwise } => match self.address(name) {
                Some(address) => line.push(&external(name, &address)),
                None => line.push(&escaped(otherwise)),
            },
            Span::Address(address) => line.push(&format!("<{address}>")),
            Span::Substitution(name) => match self.definitions.substitutions.get(name) {
                Some(text) => line.push(&escaped(text)),
                None => line.push(&escaped(&format!("|{name}|"))),
            },
            Span::Member(name) => self.member(name, line),
            Span::Hash(name) => match self.scope.entity(name, &mut self.linked) {
                Some(path) => line.link(name, &path),
                None => line.push(&escaped(&format!("#{name}"))),
            },
        }
    }

    /// A member of the item, or anything else that the schema defines.
    fn member(&mut self, name: &str, line: &mut Line) {
        let path = self.scope.member(name).map(str::to_owned);
        match path.or_else(|| self.scope.entity(name, &mut self.linked)) {
            Some(path) => line.link(name, &path),
            None => line.push(&code(name)),
        }
    }

    fn interpreted(&mut self, role: Option<&str>, title: Option<&str>, target: &str, line: &mut Line) {
        let (is_linked, target) = target.strip_prefix('!').map_or((true, target), |target| (false, target));
        let shown = title.unwrap_or(target);
        match role.map_or("any", |role| role.rsplit(':').next().unwrap_or_default()) {
            "emphasis" | "title" | "title-reference" | "t" => line.push(&format!("*{}*", escaped(shown))),
            "strong" => line.push(&strong(shown)),
            "abbr" | "guilabel" | "menuselection" | "term" | "sub" | "sup" => line.push(&escaped(shown)),
            // Other documents and places in them: what is known of them is how they are called.
            "doc" | "ref" | "numref" if title.is_some() => line.push(&escaped(shown)),
            "code" | "literal" | "doc" | "ref" | "numref" | "file" | "option" => line.push(&code(shown)),
            _ => {
                // In full, a name has its schema and its module in front.
                let name = target.rsplit([':', '.']).next().unwrap_or_default();
                let entity = is_linked.then(|| self.scope.entity(name, &mut self.linked)).flatten();
                match entity.or_else(|| self.scope.member(target).map(str::to_owned)) {
                    Some(path) if is_linked => line.link(shown, &path),
                    _ => line.push(&code(shown)),
                }
            }
        }
    }

    /// The address itself, or that of a name.
    fn address(&self, target: &str) -> Option<String> {
        let named = target.strip_suffix('_').unwrap_or(target).to_lowercase();
        let address = self.definitions.targets.get(&named).map_or(target, String::as_str);
        let is_web = ["https://", "http://", "mailto:"].iter().any(|scheme| address.starts_with(scheme));
        let is_plain = |it: char| it.is_alphanumeric() || "-._~:/?#@!$&'()*+,;=%".contains(it);
        (is_web && address.chars().all(is_plain)).then(|| address.to_owned())
    }
}

/// Whether Markdown would take two blocks for one list.
fn would_be_one_list(first: &Block, second: &Block) -> bool {
    let has_bullets = |block: &Block| matches!(block, Block::Bullets(_) | Block::Definitions(_));
    let has_numbers = |block: &Block| matches!(block, Block::Numbered { .. });
    has_bullets(first) && has_bullets(second) || has_numbers(first) && has_numbers(second)
}

/// A text that is being written.
#[derive(Default)]
struct Line {
    text: String,
    /// Whether it ends in a link of which a parenthesis or colon behind it would become a part.
    is_open: bool,
}

impl Line {
    fn push(&mut self, markdown: &str) {
        let Some(first) = markdown.chars().next() else { return };
        if self.is_open && "([:\\".contains(first) {
            self.text.push_str("[]");
        } else if "`*".contains(first) && self.text.ends_with(first) {
            // Marks beside each other would be one mark.
            self.text.push(' ');
        }
        self.is_open = false;
        self.text.push_str(markdown);
    }

    /// A link to an item, field or variant.
    fn link(&mut self, name: &str, path: &str) {
        let label = code(name);
        if name == path {
            self.push(&format!("[{label}]"));
            self.is_open = true;
        } else {
            self.push(&format!("[{label}]({path})"));
        }
    }
}

/// A link to the web.
fn external(text: &str, address: &str) -> String {
    format!("[{}](<{address}>)", escaped(text))
}

/// A title in front of what it is the title of.
fn titled(title: &str) -> String {
    strong(&format!("{}:", title.trim_end_matches(':')))
}

fn strong(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() { String::new() } else { format!("**{}**", escaped(text)) }
}

/// Text as code within a line.
pub(super) fn code(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() {
        return String::new();
    }
    let marks = "`".repeat(longest_run_of_backquotes(&text) + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{marks}{pad}{text}{pad}{marks}")
}

/// Text whose layout is kept. It is `text`, for rustdoc takes what is not said to be something else for Rust.
fn fence(text: &str) -> Option<String> {
    let marks = "`".repeat((longest_run_of_backquotes(text) + 1).max(3));
    (!text.trim().is_empty()).then(|| format!("{marks}text\n{text}\n{marks}"))
}

fn longest_run_of_backquotes(text: &str) -> usize {
    text.split(|it| it != '`').map(str::len).max().unwrap_or_default()
}

/// A list of items, each with its marker. Items of one paragraph, perhaps with a list below it, stand close together.
fn list(items: Vec<(Vec<String>, String)>) -> String {
    let items: Vec<_> = items.into_iter().filter(|(blocks, _)| !blocks.is_empty()).collect();
    let is_close = |blocks: &[String]| match blocks {
        [] | [_] => true,
        [_, below] => below.starts_with("- ") || below.starts_with("1. "),
        _ => false,
    };
    let are_close = items.iter().all(|(blocks, _)| is_close(blocks));
    let separator = if are_close { "\n" } else { "\n\n" };
    let items = items.into_iter().map(|(blocks, marker)| {
        let text = indented(&blocks.join(separator), marker.len());
        format!("{marker}{text}").trim_end().to_owned()
    });
    items.collect::<Vec<_>>().join(separator)
}

/// All lines but the first, indented.
fn indented(text: &str, width: usize) -> String {
    let indent = " ".repeat(width);
    let lines = text.split('\n').enumerate().map(|(index, line)| match index {
        0 => line.to_owned(),
        _ if line.is_empty() => String::new(),
        _ => format!("{indent}{line}"),
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn quotation(blocks: &[String]) -> String {
    let text = blocks.join("\n\n");
    if text.is_empty() {
        return text;
    }
    let lines = text.split('\n').map(|line| format!("> {line}").trim_end().to_owned());
    lines.collect::<Vec<_>>().join("\n")
}

/// Text in which Markdown finds no inline markup.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut before = None;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let behind = characters.peek().copied();
        if is_markup(before, character, behind) {
            escaped.push('\\');
        }
        escaped.push(character);
        before = Some(character);
    }
    // An address that was not told apart is not to be one.
    escaped.replace("://", ":\\//")
}

/// Whether a character between two others may be markup.
fn is_markup(before: Option<char>, character: char, behind: Option<char>) -> bool {
    let is_word = |it: Option<char>| it.is_some_and(char::is_alphanumeric);
    match character {
        '\\' | '`' | '*' | '[' | ']' | '<' | '~' | '|' => true,
        '_' => !(is_word(before) && is_word(behind)),
        '&' => is_word(behind) || behind.is_none() || behind == Some('#'),
        // In front of a link, it would make an image of it.
        '!' => behind.is_none(),
        // Two of them become a dash.
        '-' => before == Some('-') || behind == Some('-'),
        _ => false,
    }
}

/// The same paragraph, no line of which begins a heading, a list, a quotation or a rule.
fn without_block_markup(paragraph: &str) -> String {
    let lines = paragraph.split('\n').map(|line| {
        let line = line.trim();
        let (before, behind) = line.split_at(block_mark(line).unwrap_or(line.len()));
        if behind.is_empty() { line.to_owned() } else { format!("{before}\\{behind}") }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Where the mark stands that makes a line begin a block of Markdown.
fn block_mark(line: &str) -> Option<usize> {
    let digits = line.len() - line.trim_start_matches(|it: char| it.is_ascii_digit()).len();
    let text = &line[digits..];
    let marks = if digits == 0 { "-+=#>" } else { ".)" };
    let mark = text.chars().next().filter(|mark| marks.contains(*mark))?;
    let behind = text.trim_start_matches(mark);
    (mark == '>' || behind.is_empty() || behind.starts_with(' ')).then_some(digits)
}

/// Neither a control character nor one that turns the direction of the text, which rustc refuses in comments, nor
/// one that ends a line elsewhere.
pub(super) fn is_shown(character: char) -> bool {
    !character.is_control()
        && !matches!(
            character,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}
