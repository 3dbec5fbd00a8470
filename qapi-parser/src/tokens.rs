//! The token stream as the parser walks it: errors turned into diagnostics, one token of look-ahead.

use crate::diagnostic::Diagnostic;
use crate::lexer::{Lexer, Token, TokenKind};
use crate::source::{SourceId, Span};

/// The tokens of one file.
#[derive(Debug)]
pub(crate) struct Tokens<'t> {
    lexer: Lexer<'t>,
    text: &'t str,
    ahead: Option<Token<'t>>,
    last: Option<Token<'t>>,
}

impl<'t> Tokens<'t> {
    pub(crate) fn new(source: SourceId, text: &'t str) -> Self {
        Self { lexer: Lexer::new(source, text), text, ahead: None, last: None }
    }

    /// The next token of an expression: comments are skipped, except for the beginning of a documentation comment.
    ///
    /// # Errors
    ///
    /// A mistake inside the token itself.
    pub(crate) fn next(&mut self) -> Result<Token<'t>, Diagnostic> {
        let mut token = self.next_raw();
        while token.kind == TokenKind::Comment && !token.is_doc_marker() {
            token = self.next_raw();
        }
        mistake(token).map_or(Ok(token), Err)
    }

    /// The next token, comments included and mistakes as they are.
    pub(crate) fn next_raw(&mut self) -> Token<'t> {
        let token = self.ahead.take().unwrap_or_else(|| self.lexer.next());
        self.last = Some(token);
        token
    }

    /// The next token of an expression, without taking it.
    pub(crate) fn peek(&mut self) -> Token<'t> {
        let mut token = self.ahead.take().unwrap_or_else(|| self.lexer.next());
        while token.kind == TokenKind::Comment && !token.is_doc_marker() {
            token = self.lexer.next();
        }
        self.ahead = Some(token);
        token
    }

    /// Puts back the token that was taken last.
    pub(crate) fn put_back(&mut self, token: Token<'t>) {
        self.ahead = Some(token);
    }

    /// Goes on to the next top-level item after a mistake in the one that began at `start`.
    ///
    /// That is the next brace or documentation comment that begins a line: the style in which schemas are written,
    /// and it holds whatever the number of braces in front of it.
    pub(crate) fn recover(&mut self, start: Span) {
        let mut token = self.last.unwrap_or_else(|| self.lexer.next());
        while token.kind != TokenKind::End && !(token.span.start > start.start && self.begins_item(token)) {
            token = self.next_raw();
        }
        self.put_back(token);
    }

    fn begins_item(&self, token: Token<'t>) -> bool {
        let begins_line = self.text[..token.span.start as usize].ends_with('\n');
        begins_line && (token.kind == TokenKind::OpenBrace || token.is_doc_marker())
    }
}

/// The diagnostic of a token that is a mistake by itself.
pub(crate) fn mistake(token: Token<'_>) -> Option<Diagnostic> {
    let (code, message) = match token.kind {
        TokenKind::UnterminatedString => {
            ("unterminated-string", "the string has no closing \"'\" on its line".to_owned())
        }
        TokenKind::UnknownEscape => {
            let escape = token.text.chars().next_back().unwrap_or_default();
            (
                "unknown-escape",
                format!("unknown escape '\\{escape}': a backslash can only escape a backslash"),
            )
        }
        TokenKind::UnprintableCharacter => {
            let character = token.text.chars().next_back().unwrap_or_default();
            let code_point = u32::from(character);
            (
                "unprintable-character",
                format!("U+{code_point:04X} in a string, which may only hold printable ASCII"),
            )
        }
        TokenKind::StrayText => ("stray-text", format!("stray '{}'", abridged(token.text))),
        _ => return None,
    };
    let error = Diagnostic::new(code, token.span, message);
    Some(match stray_hint(token) {
        Some(hint) => error.with_hint(hint),
        None => error,
    })
}

fn stray_hint(token: Token<'_>) -> Option<&'static str> {
    if token.kind != TokenKind::StrayText {
        return None;
    }
    match token.text.chars().next()? {
        '"' => Some("strings stand in single quotes"),
        '\u{feff}' => Some("the file begins with a byte-order mark: remove it"),
        '0'..='9' | '-' => Some("the schema language has no numbers"),
        'n' if token.text == "null" => {
            Some("the schema language has no null as a value; the type 'null' is a string")
        }
        _ => None,
    }
}

/// A token in the words of an error message.
pub(crate) fn describe(token: Token<'_>) -> String {
    match token.kind {
        TokenKind::End => "the end of the file".to_owned(),
        TokenKind::String => format!("the string {}", abridged(token.text)),
        TokenKind::Comment => "a documentation comment".to_owned(),
        _ => format!("'{}'", abridged(token.text)),
    }
}

/// The text, or its beginning if it is long.
fn abridged(text: &str) -> String {
    const LONG: usize = 40;
    match text.char_indices().nth(LONG) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
