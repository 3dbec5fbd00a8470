//! Source files and places in them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Which of the files of a [`Sources`] a place is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(u32);

impl SourceId {
    /// Its place among the files of the schema, in the order in which they were first read, from 0.
    #[must_use]
    pub fn number(self) -> u32 {
        self.0
    }
}

/// A half-open range of bytes in one source file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub source: SourceId,
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte.
    pub end: u32,
}

impl Span {
    /// The empty range at the beginning of this one.
    #[must_use]
    pub fn at_start(self) -> Self {
        Self { end: self.start, ..self }
    }

    /// The empty range at the end of this one.
    #[must_use]
    pub fn at_end(self) -> Self {
        Self { start: self.end, ..self }
    }

    /// Whether `other` begins in this range.
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        self.source == other.source && (self.start..self.end).contains(&other.start)
    }

    /// The smallest range that holds both this one and `other`, which must be in the same file.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { source: self.source, start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// One schema file: its text and how it came to be read.
#[derive(Debug, Clone)]
pub struct Source {
    path: PathBuf,
    text: Arc<String>,
    included_at: Option<Span>,
    line_starts: Vec<u32>,
}

impl Source {
    /// The path under which the file was opened.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The text, whole.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text, to be read while more files are added.
    pub(crate) fn shared_text(&self) -> Arc<String> {
        Arc::clone(&self.text)
    }

    /// The `include` directive that first named this file; `None` for the root.
    #[must_use]
    pub fn included_at(&self) -> Option<Span> {
        self.included_at
    }

    /// The line that holds byte `offset`, counted from 1.
    #[must_use]
    pub fn line(&self, offset: u32) -> u32 {
        u32::try_from(self.line_starts.partition_point(|&start| start <= offset)).unwrap_or(u32::MAX)
    }
}

/// A line and a column of a file, both counted from 1.
///
/// Columns count characters; a tab reaches to the next multiple of 8, as QEMU's own front end counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
}

/// All files of a schema, in the order in which they were first read.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<Source>,
}

impl Sources {
    /// Adds a file and gives its id.
    pub fn add(&mut self, path: PathBuf, text: String, included_at: Option<Span>) -> SourceId {
        let id = SourceId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        let line_starts = std::iter::once(0)
            .chain(text.bytes().zip(1..).filter(|&(byte, _)| byte == b'\n').map(|(_, next)| next))
            .collect();
        self.files.push(Source { path, text: Arc::new(text), included_at, line_starts });
        id
    }

    /// The file of an id that this collection gave out.
    #[must_use]
    pub fn get(&self, id: SourceId) -> &Source {
        &self.files[id.0 as usize]
    }

    /// Every file with its id, in the order in which they were first read.
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        (0..).map(SourceId).zip(&self.files)
    }

    /// The text of a place.
    #[must_use]
    pub fn text(&self, span: Span) -> &str {
        self.get(span.source).text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// Line and column of the beginning of a place.
    #[must_use]
    pub fn line_column(&self, span: Span) -> LineColumn {
        let source = self.get(span.source);
        let line = source.line(span.start);
        let line_start = source.line_starts[line as usize - 1] as usize;
        let before = source.text.get(line_start..span.start as usize).unwrap_or_default();
        let column = before.chars().fold(1_u32, |column, character| match character {
            '\t' => column.div_ceil(8) * 8 + 1,
            _ => column + 1,
        });
        LineColumn { line, column }
    }
}
