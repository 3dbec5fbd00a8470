//! A root file and everything it includes to one tree.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::vec;

use crate::ast::{Ast, Include, Item, StringLiteral};
use crate::diagnostic::Diagnostic;
use crate::files::{Disk, Files, Memory, decode, reason};
use crate::items::{Found, items};
use crate::options::Options;
use crate::render::Report;
use crate::source::{SourceId, Sources, Span};

/// How many files may stand between the root and an included file, which bounds the chain shown with an error.
/// Real schemas stay below five.
pub const MAX_INCLUDE_DEPTH: usize = 128;

/// After how many mistakes reading stops: more than anyone reads.
pub const MAX_MISTAKES: usize = 100;

/// Why there is no tree.
#[derive(Debug, thiserror::Error)]
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
        ast: Ast { sources: Sources::default(), items: Vec::new() },
        mistakes: Vec::new(),
        read: HashMap::new(),
        open: Vec::new(),
    };
    parser
        .open(root.to_path_buf(), files.identity(root), None)
        .map_err(|error| ParseError::Unreadable { path: root.to_path_buf(), error })?;
    parser.run();
    if parser.mistakes.is_empty() {
        Ok(parser.ast)
    } else {
        Err(ParseError::Refused(Box::new(Report {
            sources: parser.ast.sources,
            diagnostics: parser.mistakes,
        })))
    }
}

/// A file whose items are being taken over.
struct OpenFile {
    path: PathBuf,
    identity: PathBuf,
    rest: vec::IntoIter<Found>,
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
    /// The files from the root to the innermost one. A stack of its own: the depth of includes is the author's.
    open: Vec<OpenFile>,
}

impl Parser<'_> {
    fn run(&mut self) {
        while let Some(file) = self.open.last_mut() {
            match file.rest.next() {
                Some(Found::Item(item)) => self.ast.items.push(item),
                Some(Found::Include { path, span }) => self.include(&path, span),
                Some(Found::Mistake(mistake)) => self.mistakes.push(mistake),
                None => self.close(),
            }
            if self.mistakes.len() >= MAX_MISTAKES {
                return;
            }
        }
    }

    fn close(&mut self) {
        if let Some(file) = self.open.pop()
            && let Some(read) = self.read.get_mut(&file.identity)
        {
            read.is_open = false;
        }
    }

    /// Reads a file and puts it on top of the open ones.
    fn open(&mut self, path: PathBuf, identity: PathBuf, included_at: Option<Span>) -> io::Result<SourceId> {
        let text = self.files.read(&path).and_then(decode)?;
        let source = self.ast.sources.add(path.clone(), text, included_at);
        let found = items(source, self.ast.sources.get(source).text(), self.options);
        self.read.insert(identity.clone(), ReadFile { source, is_open: true });
        self.open.push(OpenFile { path, identity, rest: found.into_iter() });
        Ok(source)
    }

    fn include(&mut self, name: &StringLiteral, span: Span) {
        let including = self.open.last().and_then(|file| file.path.parent()).unwrap_or(Path::new(""));
        let path = including.join(&name.value);
        let identity = self.files.identity(&path);
        let refusal = match self.read.get(&identity) {
            Some(read) if read.is_open => inclusion_cycle(&name.value, span),
            Some(read) => return self.ast.items.push(Item::Include(Include { source: read.source, span })),
            None if self.open.len() >= MAX_INCLUDE_DEPTH => too_deep(span),
            None => match self.open(path.clone(), identity, Some(span)) {
                Ok(source) => return self.ast.items.push(Item::Include(Include { source, span })),
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
