//! The blocks of a section's text whose layout matters: examples and literal blocks.

use std::mem;

/// A part of a section's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block<'t> {
    /// reStructuredText.
    Text(&'t str),
    /// A literal block: the indented lines below a line that ends in `::`. Their common indentation is taken away.
    Literal(String),
    /// What client and server say to each other.
    Example(Example<'t>),
}

/// An example: `.. qmp-example::` with what is indented below it, or, up to QEMU 9.0, a section `Example:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example<'t> {
    /// What it is an example of, where it says so (`:title:`).
    pub title: Option<&'t str>,
    /// What is said, in its order.
    pub parts: Vec<Part>,
}

/// A part of an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Whose it is.
    pub speaker: Speaker,
    /// The text without marker; lines below the first one keep their indentation relative to it.
    pub text: String,
}

/// Whose a part of an example is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Speaker {
    /// The client: lines behind `->`.
    Client,
    /// The server: lines behind `<-`.
    Server,
    /// Nobody of the two: a remark, or `...` where something is left out.
    Narrator,
}

/// Splits a text into its blocks.
pub(super) fn blocks(text: &str) -> Vec<Block<'_>> {
    let lines = lines(text);
    let mut blocks = Vec::new();
    let mut rest = lines.as_slice();
    let mut text_start = 0;
    while let Some((line, behind)) = rest.split_first() {
        rest = behind;
        let is_example = is_directive(line.text.trim(), "qmp-example");
        let is_literal =
            !is_example && line.text.trim_end().ends_with("::") && !is_other_directive(line.text);
        if !is_example && !is_literal {
            continue;
        }
        let width = line.indentation();
        let count = behind.iter().take_while(|line| line.is_blank() || line.indentation() > width).count();
        let (content, behind) = behind.split_at(count);
        // The line that announces a literal block is part of the text in front of it.
        let text_end = if is_example { line.start } else { line.end() };
        push_text(&mut blocks, &text[text_start..text_end]);
        let content = without_margin(content);
        blocks.push(if is_example {
            Block::Example(example(&content))
        } else {
            Block::Literal(content.join("\n"))
        });
        text_start = behind.first().map_or(text.len(), |line| line.start);
        rest = behind;
    }
    push_text(&mut blocks, &text[text_start..]);
    blocks
}

/// Reads a whole text as an example.
pub(super) fn whole_example(text: &str) -> Block<'_> {
    Block::Example(example(&without_margin(&lines(text))))
}

fn push_text<'t>(blocks: &mut Vec<Block<'t>>, text: &'t str) {
    let text = text.trim_matches('\n');
    if !text.trim().is_empty() {
        blocks.push(Block::Text(text));
    }
}

/// A line, and where it begins in its text.
#[derive(Debug, Clone, Copy)]
struct Line<'t> {
    text: &'t str,
    start: usize,
}

impl Line<'_> {
    fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    fn indentation(&self) -> usize {
        self.text.len() - self.text.trim_start_matches(' ').len()
    }

    fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let mut start = 0;
    let line = |text| {
        let line = Line { text, start };
        start = line.end() + 1;
        line
    };
    text.split('\n').map(line).collect()
}

/// Whether a line is nothing but a directive: `.. name::`.
fn is_directive(line: &str, name: &str) -> bool {
    let line = line.strip_prefix("..").filter(|rest| rest.starts_with(' ')).map(str::trim_start);
    line.and_then(|rest| rest.strip_prefix(name)).is_some_and(|rest| rest.trim_start() == "::")
}

/// Whether a line is some directive, whose content is not literal.
fn is_other_directive(line: &str) -> bool {
    line.trim_start().starts_with(".. ")
}

/// The lines without what they are all indented by, and without blank lines around them.
fn without_margin<'t>(lines: &[Line<'t>]) -> Vec<&'t str> {
    let filled = lines.iter().filter(|line| !line.is_blank());
    let margin = filled.map(Line::indentation).min().unwrap_or(0);
    let lines = lines.iter().map(|line| line.text.get(margin..).unwrap_or_default().trim_end());
    let mut lines: Vec<_> = lines.skip_while(|line| line.is_empty()).collect();
    while lines.pop_if(|line| line.is_empty()).is_some() {}
    lines
}

fn example<'t>(lines: &[&'t str]) -> Example<'t> {
    let mut title = None;
    let mut parts = Parts::default();
    let mut lines = lines.iter().copied().peekable();
    while let Some(option) = lines.next_if(|line| is_option(line)) {
        title = title.or_else(|| Some(option.strip_prefix(":title:")?.trim()));
    }
    for line in lines {
        parts.line(line);
    }
    Example { title, parts: parts.finish() }
}

/// Whether a line sets an option of a directive: `:name: value`.
fn is_option(line: &str) -> bool {
    line.strip_prefix(':').is_some_and(|rest| rest.contains(':') && !rest.starts_with([' ', ':']))
}

/// The parts of an example, the last of which is still read.
#[derive(Default)]
struct Parts {
    done: Vec<Part>,
    speaker: Option<Speaker>,
    /// In which column the text of the last part begins.
    column: usize,
    text: String,
}

impl Parts {
    fn line(&mut self, line: &str) {
        let content = line.trim_start();
        let column = line.len() - content.len();
        let spoken =
            [("->", Speaker::Client), ("<-", Speaker::Server)].into_iter().find_map(|(marker, speaker)| {
                let text = content.strip_prefix(marker)?;
                (text.is_empty() || text.starts_with(' ')).then(|| (speaker, text.trim_start()))
            });
        let is_indented = column > self.column.saturating_sub("-> ".len());
        match (spoken, self.speaker) {
            (Some((speaker, text)), _) => {
                self.begin(speaker, line.len() - text.len());
                self.text.push_str(text);
            }
            (None, Some(_)) if content.is_empty() => self.text.push('\n'),
            (None, Some(Speaker::Client | Speaker::Server)) if is_indented => self.append(line),
            (None, Some(Speaker::Narrator)) => self.append(line),
            (None, _) => {
                self.begin(Speaker::Narrator, 0);
                self.text.push_str(line);
            }
        }
    }

    fn append(&mut self, line: &str) {
        let spaces = line.len() - line.trim_start_matches(' ').len();
        self.text.push('\n');
        self.text.push_str(&line[spaces.min(self.column)..]);
    }

    fn begin(&mut self, speaker: Speaker, column: usize) {
        self.end();
        self.speaker = Some(speaker);
        self.column = column;
    }

    fn end(&mut self) {
        let text = mem::take(&mut self.text);
        if let Some(speaker) = self.speaker.take() {
            self.done.push(Part { speaker, text: text.trim_matches('\n').to_owned() });
        }
    }

    fn finish(mut self) -> Vec<Part> {
        self.end();
        self.done
    }
}

#[cfg(test)]
mod tests {
    use super::{Block, Example, Part, Speaker, blocks, whole_example};

    fn example<'t>(title: Option<&'t str>, parts: &[(Speaker, &str)]) -> Block<'t> {
        let part = |&(speaker, text): &(Speaker, &str)| Part { speaker, text: text.to_owned() };
        Block::Example(Example { title, parts: parts.iter().map(part).collect() })
    }

    #[test]
    fn examples_keep_who_says_what() {
        use Speaker::{Client, Narrator, Server};
        let text = "Before.\n\n.. qmp-example::\n   :title: Lamps\n   :annotated:\n\n   Light::\n\n    -> { \"execute\": \"on\",\n         \"id\": 1 }\n    <- {\n         \"return\": {} }\n\n    ...\n\nBehind.";
        let parts = [
            (Narrator, "Light::"),
            (Client, "{ \"execute\": \"on\",\n  \"id\": 1 }"),
            (Server, "{\n  \"return\": {} }"),
            (Narrator, " ..."),
        ];
        assert_eq!(
            blocks(text),
            [Block::Text("Before."), example(Some("Lamps"), &parts), Block::Text("Behind.")]
        );
        assert_eq!(
            whole_example("-> on\n<- off\n\n-> a\n   b"),
            example(None, &[(Client, "on"), (Server, "off"), (Client, "a\nb")])
        );
    }

    #[test]
    fn literal_blocks_keep_their_lines() {
        let text =
            "A table::\n\n    a | b\n      |\n\n    c | d\n.. note:: Text\n   and more::\n\n     x\n   end";
        assert_eq!(
            blocks(text),
            [
                Block::Text("A table::"),
                Block::Literal("a | b\n  |\n\nc | d".to_owned()),
                Block::Text(".. note:: Text\n   and more::"),
                Block::Literal("x".to_owned()),
                Block::Text("   end"),
            ]
        );
        assert_eq!(blocks("a :: b\n  c"), [Block::Text("a :: b\n  c")]);
        assert_eq!(blocks(""), []);
    }

    #[test]
    fn blocks_without_content_do_no_harm() {
        assert_eq!(blocks(".. qmp-example::"), [example(None, &[])]);
        assert_eq!(
            blocks("é::\n\n é\n->"),
            [Block::Text("é::"), Block::Literal("é".to_owned()), Block::Text("->")]
        );
    }
}
