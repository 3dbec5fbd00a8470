//! A root file and everything it includes to one tree.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use crate::ast::{Ast, Include, Item, StringLiteral};
use crate::diagnostic::Diagnostic;
use crate::files::{Disk, Files, Memory, decode, reason};
use crate::items::{Found, items};
use crate::options::Options;
use crate::report::Report;
use crate::source::{SourceId, Sources, Span};

/// How many `include` directives may lead to a file, one in the file that another names. Real schemas stay below five.
pub const MAX_INCLUDE_DEPTH: usize = 128;

/// After how many mistakes reading stops: more than anyone reads.
pub const MAX_MISTAKES: usize = 100;

/// Why there is no tree. Its `Debug` is its `Display`, for a `main` that returns an error shows the former.
#[derive(thiserror::Error)]
pub enum ParseError {
    /// The root file could not be read.
    #[error("can't read '{}': {}", .path.display(), reason(.error))]
    Unreadable {
        /// The root file.
        path: PathBuf,
        /// What prevented it.
        error: io::Error,
    },
    /// The schema has mistakes.
    #[error(transparent)]
    Refused(Box<Report>),
}

impl fmt::Debug for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Reads a schema from the file system.
///
/// # Errors
///
/// The file can't be read, or the schema, which is this file and all it includes, has mistakes.
pub fn parse_file(path: &Path, options: &Options) -> Result<Ast, ParseError> {
    parse_files(&Disk, path, options)
}

/// Reads a schema of one file, given as its text. `path` is what errors call it.
///
/// # Errors
///
/// The schema has mistakes. An `include` is one.
pub fn parse_text(path: &Path, text: impl Into<String>, options: &Options) -> Result<Ast, ParseError> {
    parse_files(&Memory::new().with(path, text.into()), path, options)
}

/// Reads a schema from `files`.
///
/// # Errors
///
/// The root file can't be read, or the schema has mistakes.
pub fn parse_files(files: &dyn Files, root: &Path, options: &Options) -> Result<Ast, ParseError> {
    let mut parser = Parser {
        files,
        options: *options,
        ast: Ast { sources: Sources::default(), items: Vec::new(), dialect: options.dialect },
        mistakes: Vec::new(),
        read: HashMap::new(),
        depth: 0,
    };
    let source =
        parser.add(root, None).map_err(|error| ParseError::Unreadable { path: root.to_path_buf(), error })?;
    parser.file(source, files.identity(root));
    parser.ast.items.shrink_to_fit();
    if parser.mistakes.is_empty() {
        Ok(parser.ast)
    } else {
        Err(ParseError::Refused(Box::new(Report {
            sources: parser.ast.sources,
            diagnostics: parser.mistakes,
        })))
    }
}

/// A file that was read.
struct ReadFile {
    source: SourceId,
    is_open: bool,
}

struct Parser<'f> {
    files: &'f dyn Files,
    options: Options,
    ast: Ast,
    mistakes: Vec<Diagnostic>,
    read: HashMap<PathBuf, ReadFile>,
    /// How many files are being read, each included by the one before it.
    depth: usize,
}

impl Parser<'_> {
    fn add(&mut self, path: &Path, included_at: Option<Span>) -> io::Result<SourceId> {
        let text = self.files.read(path).and_then(decode)?;
        Ok(self.ast.sources.add(path.to_path_buf(), text, included_at))
    }

    /// Reads the items of a file, and of those that it includes. The recursion goes [`MAX_INCLUDE_DEPTH`] deep at most.
    fn file(&mut self, source: SourceId, identity: PathBuf) {
        self.read.insert(identity.clone(), ReadFile { source, is_open: true });
        self.depth += 1;
        let text = self.ast.sources.get(source).shared_text();
        items(source, &text, self.options, &mut |found| self.found(found));
        self.depth -= 1;
        self.read.insert(identity, ReadFile { source, is_open: false });
    }

    fn found(&mut self, found: Found) -> ControlFlow<()> {
        match found {
            Found::Item(item) => self.ast.items.push(item),
            Found::Include { path, span } => self.include(&path, span),
            Found::Mistake(mistake) => self.mistakes.push(mistake),
        }
        if self.mistakes.len() < MAX_MISTAKES { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }

    fn include(&mut self, name: &StringLiteral, span: Span) {
        let including = self.ast.sources.get(span.source).path().parent().unwrap_or(Path::new(""));
        let path = including.join(&*name.value);
        let identity = self.files.identity(&path);
        let refusal = match self.read.get(&identity) {
            Some(read) if read.is_open => inclusion_cycle(&name.value, span),
            Some(read) => {
                let source = read.source;
                return self.ast.items.push(Item::Include(Include { source, span }));
            }
            None if self.depth > MAX_INCLUDE_DEPTH => too_deep(span),
            None => match self.add(&path, Some(span)) {
                Ok(source) => {
                    self.ast.items.push(Item::Include(Include { source, span }));
                    return self.file(source, identity);
                }
                Err(error) => unreadable(&path, &error, span),
            },
        };
        self.mistakes.push(refusal);
    }
}

fn inclusion_cycle(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new("include-cycle", span, format!("'{name}' is included while it is being read itself"))
}

fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::new(
        "include-too-deep",
        span,
        format!("includes are nested more than {MAX_INCLUDE_DEPTH} deep"),
    )
}

fn unreadable(path: &Path, error: &io::Error, span: Span) -> Diagnostic {
    let message = format!("can't read the included file '{}': {}", path.display(), reason(error));
    Diagnostic::new("unreadable-include", span, message)
}
