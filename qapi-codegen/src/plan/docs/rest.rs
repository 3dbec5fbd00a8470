//! The blocks of reStructuredText, as far as schemas use them, read leniently: text that breaks a rule of the
//! markup is still text.
//!
//! Rules and terms are those of the *reStructuredText Markup Specification*. Where documentation of QEMU up to 9.0
//! is looser (a list right below a line that announces it, lines of a paragraph at several indentations), so is this.

use std::collections::HashMap;

use super::directive;
use super::markdown::is_shown;

/// How deep blocks are read inside each other. What is nested deeper is taken for plain text.
const MAX_DEPTH: usize = 12;

/// How many lines the end of a table is looked for, so that many beginnings without an end take no time.
const LONGEST_TABLE: usize = 500;

/// A block. Text in it still has its inline markup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Block {
    Paragraph(String),
    Heading(String),
    Bullets(Vec<Vec<Block>>),
    Numbered {
        first: u32,
        items: Vec<Vec<Block>>,
    },
    /// Terms, each with what is said about it.
    Definitions(Vec<(String, Vec<Block>)>),
    Quote(Vec<Block>),
    /// Text whose layout matters: literal blocks, code, tables.
    Verbatim(String),
    Admonition {
        title: String,
        body: Vec<Block>,
    },
    Example {
        title: Option<String>,
        body: Vec<Block>,
    },
}

/// What a text defines for use elsewhere in it.
#[derive(Debug, Default)]
pub(super) struct Definitions {
    /// What stands for `|NAME|`.
    pub(super) substitutions: HashMap<String, String>,
    /// The addresses of `NAME_`, by name in lower case.
    pub(super) targets: HashMap<String, String>,
}

/// Reads a text. What it defines is added to `definitions`.
pub(super) fn read(text: &str, definitions: &mut Definitions) -> Vec<Block> {
    let text = shown(text);
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    Reader { definitions, depth: 0 }.blocks(&lines)
}

/// A text that is one example, as sections `Example:` are.
pub(super) fn read_example(text: &str) -> Block {
    let text = shown(text);
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    Block::Example { title: None, body: vec![verbatim(&lines)] }
}

/// The text without characters that are not seen.
fn shown(text: &str) -> String {
    text.replace('\t', "        ")
        .chars()
        .filter(|&character| character == '\n' || is_shown(character))
        .collect()
}

/// Lines as a block that keeps their layout.
pub(super) fn verbatim(lines: &[&str]) -> Block {
    Block::Verbatim(without_margin(lines).join("\n"))
}

/// The lines without what all are indented by, and without blank lines around them.
pub(super) fn without_margin<'t>(lines: &[&'t str]) -> Vec<&'t str> {
    let margin =
        lines.iter().filter(|line| !line.is_empty()).map(|line| indentation(line)).min().unwrap_or(0);
    let is_blank = |line: &&str| line.is_empty();
    let start = lines.iter().take_while(|line| is_blank(line)).count();
    let end = lines.len() - lines.iter().rev().take_while(|line| is_blank(line)).count();
    lines
        .get(start..end)
        .unwrap_or_default()
        .iter()
        .map(|line| line.get(margin..).unwrap_or_default())
        .collect()
}

/// Reads blocks, one in another.
pub(super) struct Reader<'d> {
    /// What the text read so far defines.
    pub(super) definitions: &'d mut Definitions,
    depth: usize,
}

impl Reader<'_> {
    /// Reads blocks from lines without white space at their ends.
    pub(super) fn blocks(&mut self, lines: &[&str]) -> Vec<Block> {
        if self.depth == MAX_DEPTH {
            let text: Vec<_> = lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty()).collect();
            return vec![Block::Paragraph(text.join("\n"))];
        }
        self.depth += 1;
        let mut blocks = Vec::new();
        let mut rest = lines;
        while let Some(&line) = rest.first() {
            if line.is_empty() {
                rest = &rest[1..];
            } else {
                self.block(line, &mut rest, &mut blocks);
            }
        }
        self.depth -= 1;
        blocks
    }

    /// Reads the block that begins with `line`, the first of `rest`.
    fn block(&mut self, line: &str, rest: &mut &[&str], blocks: &mut Vec<Block>) {
        if indentation(line) > 0 {
            let quoted = self.blocks(&without_margin(take_indented(rest)));
            // Indentation alone does not make a quotation of lists and the like.
            if quoted.iter().any(|block| matches!(block, Block::Paragraph(_))) {
                blocks.push(Block::Quote(quoted));
            } else {
                blocks.extend(quoted);
            }
        } else if let Some(markup) = explicit_markup(line) {
            *rest = &rest[1..];
            let body = take_indented(rest);
            blocks.extend(directive::read(self, markup, body));
        } else if let Some(kind) = list_kind(rest) {
            blocks.push(self.list(kind, rest));
        } else if let Some(height) = table_height(rest) {
            blocks.push(verbatim(take(rest, height)));
        } else if let Some((title, height)) = heading(rest) {
            blocks.push(Block::Heading(title.to_owned()));
            take(rest, height);
        } else if is_rule(line) {
            *rest = &rest[1..];
        } else if is_definition_list(rest) {
            blocks.push(self.definitions(rest));
        } else {
            paragraph(rest, blocks);
        }
    }

    fn list(&mut self, kind: ListKind, rest: &mut &[&str]) -> Block {
        let mut items = Vec::new();
        let mut first = None;
        while let Some(marker) =
            rest.first().and_then(|line| marker(line)).filter(|marker| marker.kind == kind)
        {
            first = first.or(marker.number);
            items.push(self.item(marker.width, rest));
            skip_blank_if(rest, |next| marker_kind(next) == Some(kind));
        }
        match kind {
            ListKind::Bullets(_) => Block::Bullets(items),
            ListKind::Numbered(_) => Block::Numbered { first: first.unwrap_or(1), items },
        }
    }

    fn item(&mut self, marker_width: usize, rest: &mut &[&str]) -> Vec<Block> {
        let first = take(rest, 1).first().and_then(|line| line.get(marker_width..)).unwrap_or_default();
        let below = take_indented(rest).iter().map(|line| &line[indentation(line).min(marker_width)..]);
        let lines: Vec<&str> = std::iter::once(first).chain(below).collect();
        self.blocks(&lines)
    }

    fn definitions(&mut self, rest: &mut &[&str]) -> Block {
        let mut definitions = Vec::new();
        while let (true, [term, ..]) = (is_term(rest), *rest) {
            *rest = &rest[1..];
            definitions.push(((*term).to_owned(), self.blocks(&without_margin(take_indented(rest)))));
        }
        Block::Definitions(definitions)
    }
}

/// Reads a paragraph, and the literal block that it may announce.
fn paragraph(rest: &mut &[&str], blocks: &mut Vec<Block>) {
    let mut lines: Vec<&str> = Vec::new();
    while let Some(&line) = rest.first() {
        let announces = lines.last().is_some_and(|line| line.ends_with("::"));
        let begins_list = match marker_kind(line.trim_start()) {
            Some(ListKind::Bullets('-' | '*')) => true,
            // It may be a number or a sign in a sentence.
            Some(_) => indentation(line) > 0,
            None => false,
        };
        let begins_literal = announces && indentation(line) > 0;
        let ends = line.is_empty() || explicit_markup(line).is_some() || begins_list || begins_literal;
        if !lines.is_empty() && ends {
            break;
        }
        lines.push(line.trim_start());
        *rest = &rest[1..];
    }
    let text = lines.join("\n");
    let Some(announcement) = text.strip_suffix("::") else {
        blocks.push(Block::Paragraph(text));
        return;
    };
    let is_separate = announcement.is_empty() || announcement.ends_with([' ', '\n']);
    let text = if is_separate { announcement.trim_end().to_owned() } else { format!("{announcement}:") };
    if !text.is_empty() {
        blocks.push(Block::Paragraph(text));
    }
    skip_blank_if(rest, |next| indentation(next) > 0);
    let literal = take_indented(rest);
    if !literal.is_empty() {
        blocks.push(verbatim(literal));
    }
}

pub(super) fn indentation(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

fn take<'l, 't>(rest: &mut &'l [&'t str], count: usize) -> &'l [&'t str] {
    let (taken, behind) = rest.split_at(count.min(rest.len()));
    *rest = behind;
    taken
}

/// Takes the lines that are indented or blank.
fn take_indented<'l, 't>(rest: &mut &'l [&'t str]) -> &'l [&'t str] {
    let count = rest.iter().take_while(|line| line.is_empty() || indentation(line) > 0).count();
    take(rest, count)
}

/// Skips blank lines if the line behind them is such a one.
fn skip_blank_if(rest: &mut &[&str], is_wanted: impl Fn(&str) -> bool) {
    let blank = rest.iter().take_while(|line| line.is_empty()).count();
    if rest.get(blank).is_some_and(|line| is_wanted(line)) {
        *rest = &rest[blank..];
    }
}

/// What stands behind the `..` of directives, targets and comments.
fn explicit_markup(line: &str) -> Option<&str> {
    let markup = line.strip_prefix("..")?;
    (markup.is_empty() || markup.starts_with(' ')).then(|| markup.trim_start())
}

/// What items of one list have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ListKind {
    /// The mark that is their bullet.
    Bullets(char),
    /// What encloses their numbers.
    Numbered(Enclosure),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Enclosure {
    /// `1.`
    Period,
    /// `1)`
    Parenthesis,
    /// `(1)`
    Parentheses,
}

/// What an item of a list begins with.
struct Marker {
    kind: ListKind,
    number: Option<u32>,
    /// Its width, with the spaces behind it.
    width: usize,
}

fn marker_kind(line: &str) -> Option<ListKind> {
    marker(line).map(|marker| marker.kind)
}

fn marker(line: &str) -> Option<Marker> {
    let bullet = line.chars().next().filter(|mark| "-*+•".contains(*mark));
    let (kind, number, behind) = match bullet {
        Some(mark) => (ListKind::Bullets(mark), None, &line[mark.len_utf8()..]),
        None => enumerator(line)?,
    };
    let text = behind.trim_start_matches(' ');
    let is_marker = text.len() < behind.len() || text.is_empty();
    is_marker.then(|| Marker { kind, number, width: line.len() - text.len() })
}

/// The number of `1.`, `1)`, `(1)` or `#.`, and what stands behind it.
fn enumerator(line: &str) -> Option<(ListKind, Option<u32>, &str)> {
    if let Some(behind) = line.strip_prefix("#.") {
        return Some((ListKind::Numbered(Enclosure::Period), None, behind));
    }
    let (is_open, line) = line.strip_prefix('(').map_or((false, line), |line| (true, line));
    let (number, behind) = line.split_at(line.find(|it: char| !it.is_ascii_digit())?);
    let enclosure = match (is_open, behind.chars().next()?) {
        (false, '.') => Enclosure::Period,
        (false, ')') => Enclosure::Parenthesis,
        (true, ')') => Enclosure::Parentheses,
        _ => return None,
    };
    // Markdown knows numbers of up to nine digits, and would take a list of longer ones for code.
    let is_short = (1..=6).contains(&number.len());
    is_short.then(|| (ListKind::Numbered(enclosure), number.parse().ok(), &behind[1..]))
}

/// The kind of the list that begins here. A number at the beginning of a line may be one in a sentence: the next line
/// of a list is indented, or an item too.
fn list_kind(lines: &[&str]) -> Option<ListKind> {
    let kind = marker_kind(lines.first()?)?;
    let is_list = match kind {
        ListKind::Bullets(_) => true,
        ListKind::Numbered(_) => lines
            .get(1)
            .is_none_or(|next| next.is_empty() || indentation(next) > 0 || marker_kind(next) == Some(kind)),
    };
    is_list.then_some(kind)
}

/// Whether a list of several definitions begins here. A single one is rather a paragraph whose lines are indented below
/// its first one, as they often are up to QEMU 8.0.
fn is_definition_list(lines: &[&str]) -> bool {
    let mut behind = lines.get(1..).unwrap_or_default();
    take_indented(&mut behind);
    is_term(lines) && is_term(behind)
}

/// Whether a term of a definition list begins here: one line with indented text, not a list, right below.
fn is_term(lines: &[&str]) -> bool {
    let [term, below, ..] = lines else { return false };
    !term.is_empty()
        && indentation(term) == 0
        && !term.ends_with("::")
        && marker_kind(term).is_none()
        && explicit_markup(term).is_none()
        && indentation(below) > 0
        && marker_kind(below.trim_start()).is_none()
}

/// How many lines the table has that begins here.
fn table_height(lines: &[&str]) -> Option<usize> {
    let is_grid_border =
        |line: &str| line.len() > 2 && line.starts_with("+-") && line.chars().all(|it| "+-=".contains(it));
    if lines.first().is_some_and(|line| is_grid_border(line)) {
        return Some(lines.iter().take_while(|line| line.starts_with(['+', '|'])).count());
    }
    let is_border =
        |line: &str| line.starts_with('=') && line.contains(" =") && line.chars().all(|it| "= ".contains(it));
    if !lines.first().is_some_and(|line| is_border(line)) {
        return None;
    }
    let is_end = |&at: &usize| is_border(lines[at]) && lines.get(at + 1).is_none_or(|next| next.is_empty());
    (1..lines.len().min(LONGEST_TABLE)).find(is_end).map(|last| last + 1)
}

/// The title of the heading that begins here, and how many lines it has: `= TITLE`, or a title with a line below it,
/// perhaps one above it too.
fn heading<'t>(lines: &[&'t str]) -> Option<(&'t str, usize)> {
    let (first, second) = (*lines.first()?, lines.get(1).copied().unwrap_or_default());
    let title = first.trim_start_matches('=');
    if title.len() < first.len() && title.starts_with(' ') {
        return Some((title.trim_start(), 1));
    }
    if is_rule(first) && lines.get(2) == Some(&first) && !second.is_empty() {
        return Some((second.trim_start(), 3));
    }
    let is_underlined = is_rule(second) && !is_rule(first) && second.len() >= first.len().min(4);
    is_underlined.then_some((first, 2))
}

/// Whether a line is made of one mark of punctuation, several times.
fn is_rule(line: &str) -> bool {
    let Some(mark) = line.chars().next().filter(char::is_ascii_punctuation) else { return false };
    line.len() >= 4 && line.chars().all(|it| it == mark)
}
