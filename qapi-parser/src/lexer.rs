//! Text to tokens, by the grammar in `qapi.pest`.

use std::ops::Range;

use pest::Parser as _;
use pest::iterators::{Pair, Pairs};

use crate::source::{SourceId, Span};

/// What pest makes of the grammar. In a module of its own, since the derive declares public items.
#[allow(missing_docs, reason = "pest_derive declares the rules without comments")]
mod grammar {
    #[derive(Debug, pest_derive::Parser)]
    #[grammar = "qapi.pest"]
    pub(super) struct Grammar;
}

use grammar::{Grammar, Rule};

/// How much text goes through the grammar at once, in bytes.
///
/// Pest keeps all tokens of a text in memory, several times the text's own size.
const CHUNK: usize = 64 * 1024;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    OpenBrace,
    CloseBrace,
    OpenBracket,
    CloseBracket,
    Colon,
    Comma,
    String,
    True,
    False,
    Comment,
    UnterminatedString,
    UnknownEscape,
    UnprintableCharacter,
    StrayText,
    /// The end of the file.
    End,
}

/// A token and its place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token<'t> {
    pub(crate) kind: TokenKind,
    pub(crate) text: &'t str,
    pub(crate) span: Span,
}

impl Token<'_> {
    /// Whether this is a comment that opens or closes a documentation comment.
    pub(crate) fn is_doc_marker(&self) -> bool {
        self.kind == TokenKind::Comment && self.text.starts_with("##")
    }
}

/// The tokens of one file, comments included, with [`TokenKind::End`] behind the last for ever.
#[derive(Debug)]
pub(crate) struct Lexer<'t> {
    source: SourceId,
    text: &'t str,
    chunk_start: usize,
    chunk_end: usize,
    pairs: Option<Pairs<'t, Rule>>,
    /// Where the rest of a match of comment lines begins and ends.
    comments: Range<usize>,
}

impl<'t> Lexer<'t> {
    pub(crate) fn new(source: SourceId, text: &'t str) -> Self {
        Self { source, text, chunk_start: 0, chunk_end: 0, pairs: None, comments: 0..0 }
    }

    /// The next token.
    pub(crate) fn next(&mut self) -> Token<'t> {
        loop {
            if !self.comments.is_empty() {
                return self.comment_line();
            }
            if let Some(pair) = self.pairs.as_mut().and_then(Iterator::next) {
                let start = self.chunk_start + pair.as_span().start();
                match pair.as_rule() {
                    Rule::EOI => {}
                    Rule::comments => self.comments = start..start + pair.as_str().len(),
                    rule => return self.token(token_kind(rule, pair.as_str()), start, pair.as_str()),
                }
            } else if self.chunk_end == self.text.len() {
                return self.end();
            } else if let Some(stuck) = self.read_chunk() {
                return stuck;
            }
        }
    }

    /// The first of several comment lines, none of which is empty.
    fn comment_line(&mut self) -> Token<'t> {
        let start = self.comments.start;
        let rest = &self.text[self.comments.clone()];
        let line = rest.split('\n').next().unwrap_or(rest);
        self.comments.start = (start + line.len() + 1).min(self.comments.end);
        self.token(TokenKind::Comment, start, line)
    }

    /// Lexes the next chunk. The grammar matches every text; should it ever not, the chunk is one stray
    /// token instead of a panic.
    fn read_chunk(&mut self) -> Option<Token<'t>> {
        self.chunk_start = self.chunk_end;
        let rest = &self.text[self.chunk_start..];
        let mut size = CHUNK;
        loop {
            let chunk = &rest[..rest.ceil_char_boundary(size)];
            self.chunk_end = self.chunk_start + chunk.len();
            let Ok(mut pairs) = Grammar::parse(Rule::tokens, chunk) else {
                return Some(self.token(TokenKind::StrayText, self.chunk_start, chunk));
            };
            let mut tokens = pairs.next().map(Pair::into_inner);
            if chunk.len() < rest.len() {
                match tokens.as_mut().and_then(take_cut_token) {
                    // Nothing but white space.
                    None => {}
                    // A token longer than the chunk.
                    Some(0) => {
                        size *= 2;
                        continue;
                    }
                    Some(start) => self.chunk_end = self.chunk_start + start,
                }
            }
            self.pairs = tokens;
            return None;
        }
    }

    fn token(&self, kind: TokenKind, start: usize, text: &'t str) -> Token<'t> {
        let span = Span { source: self.source, start: offset(start), end: offset(start + text.len()) };
        Token { kind, text, span }
    }

    /// The end of the file, at its last newline, which is where QEMU's front end sees it.
    fn end(&self) -> Token<'t> {
        let at = self.text.strip_suffix('\n').unwrap_or(self.text).len();
        self.token(TokenKind::End, at, "")
    }
}

/// Takes the last token away, which the end of a chunk may have cut, and gives its offset.
fn take_cut_token(tokens: &mut Pairs<'_, Rule>) -> Option<usize> {
    loop {
        let last = tokens.next_back()?;
        if last.as_rule() != Rule::EOI {
            return Some(last.as_span().start());
        }
    }
}

/// A place in a file as the spans store it; files beyond that size are refused before they are lexed.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn token_kind(rule: Rule, text: &str) -> TokenKind {
    match (rule, text) {
        (Rule::string, _) => TokenKind::String,
        (Rule::unterminated_string, _) => TokenKind::UnterminatedString,
        (Rule::unknown_escape, _) => TokenKind::UnknownEscape,
        (Rule::unprintable_character, _) => TokenKind::UnprintableCharacter,
        (_, "{") => TokenKind::OpenBrace,
        (_, "}") => TokenKind::CloseBrace,
        (_, "[") => TokenKind::OpenBracket,
        (_, "]") => TokenKind::CloseBracket,
        (_, ":") => TokenKind::Colon,
        (_, ",") => TokenKind::Comma,
        (_, "true") => TokenKind::True,
        (_, "false") => TokenKind::False,
        _ => TokenKind::StrayText,
    }
}

/// Whether Python's `str.isspace` holds for a character; the grammar's spaces say the same.
pub(crate) fn is_space(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{1c}'..='\u{1f}')
}

#[cfg(test)]
mod tests {
    use super::{CHUNK, Lexer, TokenKind, is_space};
    use crate::source::Sources;

    fn kinds(text: &str) -> Vec<(TokenKind, String)> {
        let source = Sources::default().add("test".into(), text.to_owned(), None);
        let mut lexer = Lexer::new(source, text);
        let mut kinds = Vec::new();
        loop {
            let token = lexer.next();
            if token.kind == TokenKind::End {
                return kinds;
            }
            assert_eq!(&text[token.span.start as usize..token.span.end as usize], token.text);
            kinds.push((token.kind, token.text.to_owned()));
        }
    }

    #[track_caller]
    fn assert_tokens(text: &str, expected: &[(TokenKind, &str)]) {
        let expected: Vec<_> = expected.iter().map(|&(kind, text)| (kind, text.to_owned())).collect();
        assert_eq!(kinds(text), expected);
    }

    #[test]
    fn tokens_need_no_space_between_them() {
        use TokenKind::{
            CloseBrace, CloseBracket, Colon, Comma, Comment, False, OpenBrace, OpenBracket, String, True,
        };
        assert_tokens(
            "{'a':[true,false]}# end",
            &[
                (OpenBrace, "{"),
                (String, "'a'"),
                (Colon, ":"),
                (OpenBracket, "["),
                (True, "true"),
                (Comma, ","),
                (False, "false"),
                (CloseBracket, "]"),
                (CloseBrace, "}"),
                (Comment, "# end"),
            ],
        );
    }

    #[test]
    fn mistakes_end_where_they_show() {
        use TokenKind::{
            Colon, StrayText, String, True, UnknownEscape, UnprintableCharacter, UnterminatedString,
        };
        assert_tokens("'a\\\\' 'b", &[(String, "'a\\\\'"), (UnterminatedString, "'b")]);
        assert_tokens("'a\\\n", &[(UnterminatedString, "'a\\")]);
        assert_tokens("'a\\", &[(UnterminatedString, "'a\\")]);
        assert_tokens("'a\\n", &[(UnknownEscape, "'a\\n")]);
        assert_tokens("'a\tb", &[(UnprintableCharacter, "'a\t"), (StrayText, "b")]);
        assert_tokens("'\u{7f}", &[(UnprintableCharacter, "'\u{7f}")]);
        assert_tokens("1.5:trueish", &[(StrayText, "1.5"), (Colon, ":"), (True, "true"), (StrayText, "ish")]);
        assert_tokens("\"a\" #", &[(StrayText, "\"a"), (StrayText, "\""), (TokenKind::Comment, "#")]);
    }

    #[test]
    fn the_end_is_the_last_newline() {
        for (text, at) in [("", 0), ("{", 1), ("{\n", 1), ("{\n\n", 2)] {
            let source = Sources::default().add("test".into(), text.to_owned(), None);
            let mut lexer = Lexer::new(source, text);
            while lexer.next().kind != TokenKind::End {}
            assert_eq!(lexer.next().span.start, at, "{text:?}");
        }
    }

    #[test]
    fn no_token_is_cut() {
        let string = format!("'{}'", "x".repeat(5 * CHUNK));
        assert_eq!(kinds(&format!("\n{string}\n'y'")).len(), 2);
        assert_eq!(kinds(&format!("{}'y'", " ".repeat(3 * CHUNK))).len(), 1);
        for shift in 0..8 {
            let text = format!("{}{}", " ".repeat(shift), "true'é\n'x\\\\'#y\n[1.5]".repeat(CHUNK / 4));
            let tokens = kinds(&text);
            assert_eq!(tokens.len(), 7 * (CHUNK / 4), "{shift}");
            assert_eq!(tokens[..7], tokens[tokens.len() - 7..]);
        }
    }

    #[test]
    fn the_grammar_knows_the_same_white_space() {
        for character in '\0'..=char::MAX {
            if character.is_ascii() || is_space(character) || ('\u{2000}'..'\u{2100}').contains(&character) {
                let tokens = kinds(character.encode_utf8(&mut [0; 4]));
                assert_eq!(tokens.is_empty(), is_space(character), "{character:?}");
            }
        }
    }
}
