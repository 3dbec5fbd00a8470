//! One file's tokens to its top-level items.

use std::ops::ControlFlow;

use crate::ast::{Definition, Expr, Item, Object, Pragma, StringLiteral};
use crate::diagnostic::Diagnostic;
use crate::doc::DocComment;
use crate::doc_reader::{self, Block, Line};
use crate::expression::expression;
use crate::lexer::{Token, TokenKind};
use crate::options::Options;
use crate::pragma::PragmaSetting;
use crate::source::{SourceId, Span};
use crate::tokens::{Tokens, mistake};

/// What a file holds, in the order in which QEMU's front end would come upon it.
#[derive(Debug)]
pub(crate) enum Found {
    Item(Item),
    /// An `include` directive whose file is still to be read.
    Include {
        path: StringLiteral,
        span: Span,
    },
    Mistake(Diagnostic),
}

/// Reads the items of a file, and hands over each as it is found, until told to stop. A mistake costs the item it is in,
/// reading goes on behind it.
pub(crate) fn items(
    source: SourceId,
    text: &str,
    options: Options,
    sink: &mut dyn FnMut(Found) -> ControlFlow<()>,
) {
    let tokens = Tokens::new(source, text);
    let mut parser =
        FileParser { tokens, options, sink, is_stopped: false, doc: LastDoc::None, reported: None };
    parser.file();
}

/// The documentation comment right in front of what is read next.
enum LastDoc {
    None,
    FreeForm(Span),
    Definition(Box<DocComment>),
    /// One with a mistake; whatever follows it is not to blame.
    Broken,
}

struct FileParser<'t, 's> {
    tokens: Tokens<'t>,
    options: Options,
    sink: &'s mut dyn FnMut(Found) -> ControlFlow<()>,
    is_stopped: bool,
    doc: LastDoc,
    /// The last mistaken token that was reported ahead of its turn.
    reported: Option<Span>,
}

impl<'t> FileParser<'t, '_> {
    fn file(&mut self) {
        while !self.is_stopped {
            let start = self.tokens.peek().span;
            match self.tokens.next() {
                Ok(token) if token.kind == TokenKind::End => break,
                Ok(token) if token.kind == TokenKind::Comment => self.doc_comment(token),
                Ok(token) => self.top_level_expression(token),
                Err(error) => self.failed(start, error),
            }
        }
        self.refuse_unused_doc();
    }

    fn found(&mut self, found: Found) {
        if !self.is_stopped {
            self.is_stopped = (self.sink)(found).is_break();
        }
    }

    fn mistake(&mut self, error: Diagnostic) {
        if self.reported != Some(error.span) {
            self.found(Found::Mistake(error));
        }
    }

    /// Reports a mistake in the item that began at `start`, and goes on behind the item.
    fn failed(&mut self, start: Span, error: Diagnostic) {
        self.mistake(error);
        self.doc = LastDoc::None;
        self.tokens.recover(start);
    }

    /// Reports the next token if it is a mistake: the front end of QEMU reads one token further before it looks at the
    /// meaning of what it has, and its first error is then that token.
    fn report_next_token(&mut self) {
        let next = self.tokens.peek();
        if let Some(error) = mistake(next) {
            self.mistake(error);
            self.reported = Some(next.span);
        }
    }

    fn top_level_expression(&mut self, first: Token<'t>) {
        match expression(&mut self.tokens, first) {
            Ok(expr) => {
                self.report_next_token();
                self.item(expr);
            }
            Err(error) => self.failed(first.span, error),
        }
    }

    fn item(&mut self, expr: Expr) {
        let object = match expr {
            Expr::Object(object) => object,
            other => {
                self.doc = LastDoc::None;
                let message = "an expression at the top level must be an object, '{ … }'";
                return self.mistake(Diagnostic::new("top-level-not-object", other.span(), message));
            }
        };
        let item = if object.get("include").is_some() {
            self.refuse_unused_doc();
            include(object)
        } else if object.get("pragma").is_some() {
            self.refuse_unused_doc();
            self.pragma(object)
        } else {
            self.definition(object)
        };
        self.found(item.unwrap_or_else(Found::Mistake));
    }

    fn pragma(&mut self, object: Object) -> Result<Found, Diagnostic> {
        let pragma = pragma(object)?;
        for member in &pragma.settings.members {
            if let Err(mistake) = PragmaSetting::read(member) {
                self.mistake(mistake.in_context("a pragma directive", pragma.span));
            }
        }
        Ok(Found::Item(Item::Pragma(pragma)))
    }

    fn definition(&mut self, expr: Object) -> Result<Found, Diagnostic> {
        let doc = match std::mem::replace(&mut self.doc, LastDoc::None) {
            LastDoc::None | LastDoc::Broken => None,
            LastDoc::Definition(doc) => Some(doc),
            LastDoc::FreeForm(span) => {
                let message = "the comment in front of a definition must name the definition";
                return Err(Diagnostic::new("doc-without-symbol", span, message)
                    .with_note(expr.span, "the definition")
                    .with_hint("begin the comment with '# @NAME:', or put the comment elsewhere"));
            }
        };
        Ok(Found::Item(Item::Definition(Definition { doc, expr })))
    }

    fn refuse_unused_doc(&mut self) {
        if let LastDoc::Definition(doc) = std::mem::replace(&mut self.doc, LastDoc::None) {
            let name = doc.symbol.map(|symbol| symbol.name).unwrap_or_default();
            let message = format!("no definition follows the documentation of '{name}'");
            self.mistake(Diagnostic::new("doc-without-definition", doc.span, message));
        }
    }

    fn doc_comment(&mut self, open: Token<'t>) {
        self.refuse_unused_doc();
        self.doc = LastDoc::Broken;
        let block = self.doc_block(open);
        if open.text != "##" {
            let message = "nothing may follow the '##' that opens a documentation comment";
            return self.mistake(Diagnostic::new("doc-junk-at-start", open.span, message));
        }
        let style = match self.options.check_style {
            true => doc_reader::check_style(&block.lines),
            false => Vec::new(),
        };
        match doc_reader::read(&block, self.options.dialect) {
            Ok(drafts) => {
                style.into_iter().for_each(|error| self.mistake(error));
                self.report_next_token();
                for draft in drafts {
                    self.finished_doc(draft.finish());
                }
            }
            Err(error) => self.broken_doc(error, style),
        }
    }

    /// Reports what is wrong with a comment, in the order of its lines.
    fn broken_doc(&mut self, error: Diagnostic, style: Vec<Diagnostic>) {
        let mut style = style.into_iter().peekable();
        while let Some(earlier) = style.next_if(|style| style.span.start <= error.span.end) {
            self.mistake(earlier);
        }
        let next = self.tokens.peek();
        if mistake(next).is_some_and(|mistake| mistake == error) {
            self.reported = Some(next.span);
            self.found(Found::Mistake(error));
        } else {
            self.mistake(error);
        }
        style.for_each(|error| self.mistake(error));
    }

    fn finished_doc(&mut self, doc: Result<DocComment, Diagnostic>) {
        self.doc = match doc {
            Ok(doc) if doc.symbol.is_some() => LastDoc::Definition(Box::new(doc)),
            Ok(doc) => {
                let span = doc.span;
                self.found(Found::Item(Item::FreeFormDoc(Box::new(doc))));
                LastDoc::FreeForm(span)
            }
            Err(error) => {
                self.mistake(error);
                LastDoc::Broken
            }
        };
    }

    /// Takes the comments up to the closing marker. Anything else ends the block too, and is left for what reads next.
    fn doc_block(&mut self, open: Token<'t>) -> Block<'t> {
        let mut lines = Vec::new();
        loop {
            let token = self.tokens.next_raw();
            if token.kind != TokenKind::Comment {
                self.tokens.put_back(token);
                let close = Err(mistake(token).unwrap_or_else(|| unfinished_doc(token, open)));
                return Block { open: open.span, lines, close };
            }
            if token.text.starts_with("##") {
                return Block { open: open.span, lines, close: closing_marker(token) };
            }
            lines.push(Line { text: token.text, span: token.span });
        }
    }
}

fn unfinished_doc(token: Token<'_>, open: Token<'_>) -> Diagnostic {
    Diagnostic::new("doc-unfinished", token.span, "a documentation comment must end with '##'")
        .with_note(open.span, "the comment begins here")
}

fn closing_marker(token: Token<'_>) -> Result<Span, Diagnostic> {
    if token.text == "##" {
        return Ok(token.span);
    }
    let message = "nothing may follow the '##' that closes a documentation comment";
    Err(Diagnostic::new("doc-junk-at-end", token.span, message))
}

fn include(mut object: Object) -> Result<Found, Diagnostic> {
    let span = object.span;
    match (object.members.pop().map(|member| member.value), object.members.is_empty()) {
        (Some(Expr::String(path)), true) => Ok(Found::Include { path, span }),
        (Some(_), true) => {
            Err(Diagnostic::new("invalid-include", span, "the value of 'include' must be a string"))
        }
        _ => Err(Diagnostic::new("invalid-include", span, "'include' can't stand beside other keys")),
    }
}

fn pragma(mut object: Object) -> Result<Pragma, Diagnostic> {
    let span = object.span;
    match (object.members.pop().map(|member| member.value), object.members.is_empty()) {
        (Some(Expr::Object(settings)), true) => Ok(Pragma { settings, span }),
        (Some(_), true) => {
            Err(Diagnostic::new("invalid-pragma", span, "the value of 'pragma' must be an object"))
        }
        _ => Err(Diagnostic::new("invalid-pragma", span, "'pragma' can't stand beside other keys")),
    }
}
