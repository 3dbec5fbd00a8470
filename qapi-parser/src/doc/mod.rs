//! Documentation comments: blocks between two lines of `##`.

mod blocks;

use smol_str::SmolStr;

use crate::source::Span;

pub use blocks::{Block, Example, Part, Speaker};

/// A documentation comment, structured but with its text as it stands.
///
/// The structure follows QEMU's `docs/devel/qapi-code-gen.rst`, section *Documentation markup*.
#[derive(Debug, Clone)]
pub struct DocComment {
    /// The definition that the block names in its first line (`@NAME:`); `None` in a free-form block.
    pub symbol: Option<Symbol>,
    /// The sections in the order of the text. The first is [`SectionKind::Body`] if there is text in
    /// front of the first member or tag.
    pub sections: Vec<Section>,
    /// From the opening to the closing `##`.
    pub span: Span,
}

/// The name that a definition's documentation begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// The name, without `@` and `:`.
    pub name: SmolStr,
    /// The name's place.
    pub span: Span,
}

/// A section of a documentation comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// What it is about.
    pub kind: SectionKind,
    /// Its text: comment markers and the section's own indentation taken away, lines joined by `\n`,
    /// blank lines at the end cut.
    pub text: Box<str>,
    /// From its first line to its last.
    pub span: Span,
}

impl Section {
    /// The text, with its examples and literal blocks told apart from the rest.
    ///
    /// ```
    /// use qapi_parser::ast::Item;
    /// use qapi_parser::doc::{Block, Speaker};
    ///
    /// let text = "##\n# @stop:\n#\n# .. qmp-example::\n#\n#    -> { \"execute\": \"stop\" }\n##\n{ 'command': 'stop' }";
    /// let ast = qapi_parser::parse_text("stop.json".as_ref(), text, &Default::default())?;
    /// let Item::Definition(stop) = &ast.items[0] else { unreachable!() };
    /// let blocks = stop.doc.as_ref().unwrap().sections[0].blocks();
    /// let [Block::Example(example)] = &blocks[..] else { unreachable!() };
    /// assert_eq!(example.parts[0].speaker, Speaker::Client);
    /// assert_eq!(example.parts[0].text, r#"{ "execute": "stop" }"#);
    /// # Ok::<(), qapi_parser::ParseError>(())
    /// ```
    #[must_use]
    pub fn blocks(&self) -> Vec<Block<'_>> {
        match self.kind {
            SectionKind::Example | SectionKind::Examples => vec![blocks::whole_example(&self.text)],
            _ => blocks::blocks(&self.text),
        }
    }
}

/// What a section of a documentation comment is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SectionKind {
    /// Text in front of the first member or tag.
    Body,
    /// `@NAME:` of a member, argument, value or branch.
    Member(Symbol),
    /// `@NAME:` under `Features:`.
    Feature(Symbol),
    /// `Returns:`.
    Returns,
    /// `Errors:`.
    Errors,
    /// `Since:`.
    Since,
    /// `TODO:`.
    Todo,
    /// `Note:` (up to QEMU 9.0).
    Note,
    /// `Notes:` (up to QEMU 9.0).
    Notes,
    /// `Example:` (up to QEMU 9.0).
    Example,
    /// `Examples:` (up to QEMU 9.0).
    Examples,
    /// Text without a tag behind a member or a tagged section.
    Plain,
}
