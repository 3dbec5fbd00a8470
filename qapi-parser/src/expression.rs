//! Tokens to expressions ("Schema syntax" in QEMU's `docs/devel/qapi-code-gen.rst`).
//!
//! The builder keeps the open objects and arrays on a stack of its own, so that deep nesting costs heap and not
//! the stack of the process.

use std::collections::HashSet;

use smol_str::SmolStr;

use crate::ast::{Array, BoolLiteral, Expr, KeyValue, Object, StringLiteral};
use crate::diagnostic::Diagnostic;
use crate::lexer::{Token, TokenKind};
use crate::source::Span;
use crate::tokens::{Tokens, describe};

/// How deep objects and arrays may nest. Real schemas stay below ten.
///
/// QEMU's own front end gives up a little earlier, when Python's limit of a thousand calls is reached. Without a limit,
/// code that walks the tree by recursion (dropping it is the first such) could be made to overflow its stack.
pub const MAX_NESTING: usize = 512;

/// From how many members on an object's keys are looked up in a set instead of one by one.
const MANY_KEYS: usize = 16;

/// An object or array whose end is not reached yet.
enum Open {
    Object { start: Span, members: Vec<KeyValue>, keys: HashSet<SmolStr>, key: StringLiteral },
    Array { start: Span, elements: Vec<Expr> },
}

/// Builds the expression that begins with `first`.
///
/// # Errors
///
/// The first token that doesn't fit, behind which the tokens stand then.
pub(crate) fn expression<'t>(tokens: &mut Tokens<'t>, first: Token<'t>) -> Result<Expr, Diagnostic> {
    let mut stack = Vec::new();
    let mut token = first;
    loop {
        token = match begin_value(tokens, token, &mut stack)? {
            Begun::Opened(token) => token,
            Begun::Value(value) => match end_value(tokens, value, &mut stack)? {
                Ended::More(token) => token,
                Ended::Expression(expr) => return Ok(expr),
            },
        }
    }
}

/// What a value's first token led to.
enum Begun<'t> {
    /// An object or array is open; the first token of the first value in it.
    Opened(Token<'t>),
    /// A whole value.
    Value(Expr),
}

fn begin_value<'t>(
    tokens: &mut Tokens<'t>,
    token: Token<'t>,
    stack: &mut Vec<Open>,
) -> Result<Begun<'t>, Diagnostic> {
    match token.kind {
        TokenKind::OpenBrace => open_object(tokens, token, stack),
        TokenKind::OpenBracket => open_array(tokens, token, stack),
        TokenKind::String => Ok(Begun::Value(Expr::String(string_literal(token)))),
        TokenKind::True | TokenKind::False => {
            let value = token.kind == TokenKind::True;
            Ok(Begun::Value(Expr::Bool(BoolLiteral { value, span: token.span })))
        }
        _ => Err(unexpected(token, "'{', '[', a string, 'true' or 'false'", stack.last())),
    }
}

fn open_object<'t>(
    tokens: &mut Tokens<'t>,
    open: Token<'t>,
    stack: &mut Vec<Open>,
) -> Result<Begun<'t>, Diagnostic> {
    check_depth(open, stack)?;
    let token = tokens.next()?;
    if token.kind == TokenKind::CloseBrace {
        let span = open.span.to(token.span);
        return Ok(Begun::Value(Expr::Object(Object { members: Vec::new(), span })));
    }
    if token.kind != TokenKind::String {
        return Err(unexpected_in(token, "a string or '}'", open.span));
    }
    let key = string_literal(token);
    stack.push(Open::Object { start: open.span, members: Vec::new(), keys: HashSet::new(), key });
    value_of_key(tokens, stack).map(Begun::Opened)
}

fn open_array<'t>(
    tokens: &mut Tokens<'t>,
    open: Token<'t>,
    stack: &mut Vec<Open>,
) -> Result<Begun<'t>, Diagnostic> {
    check_depth(open, stack)?;
    let token = tokens.next()?;
    if token.kind == TokenKind::CloseBracket {
        let span = open.span.to(token.span);
        return Ok(Begun::Value(Expr::Array(Array { elements: Vec::new(), span })));
    }
    stack.push(Open::Array { start: open.span, elements: Vec::new() });
    if begins_value(token.kind) {
        Ok(Begun::Opened(token))
    } else {
        Err(unexpected(token, "'{', '[', ']', a string, 'true' or 'false'", stack.last()))
    }
}

fn begins_value(kind: TokenKind) -> bool {
    use TokenKind::{False, OpenBrace, OpenBracket, String, True};
    matches!(kind, OpenBrace | OpenBracket | String | True | False)
}

fn check_depth(open: Token<'_>, stack: &[Open]) -> Result<(), Diagnostic> {
    if stack.len() < MAX_NESTING {
        return Ok(());
    }
    let message = format!("objects and arrays are nested more than {MAX_NESTING} deep");
    Err(Diagnostic::new("nesting-too-deep", open.span, message))
}

/// What a value's end led to.
enum Ended<'t> {
    /// The object or array around it goes on; the first token of the next value.
    More(Token<'t>),
    /// Nothing is around it.
    Expression(Expr),
}

/// Puts a value where it belongs, and closes what ends with it. What is closed gives back the room it has left: objects
/// and arrays are small and many.
fn end_value<'t>(
    tokens: &mut Tokens<'t>,
    mut value: Expr,
    stack: &mut Vec<Open>,
) -> Result<Ended<'t>, Diagnostic> {
    while let Some(open) = stack.pop() {
        let token = tokens.next()?;
        value = match open {
            Open::Object { start, mut members, keys, key } => {
                members.push(KeyValue { key, value });
                match token.kind {
                    TokenKind::CloseBrace => {
                        members.shrink_to_fit();
                        Expr::Object(Object { members, span: start.to(token.span) })
                    }
                    TokenKind::Comma => {
                        return next_member(tokens, start, members, keys, stack).map(Ended::More);
                    }
                    _ => return Err(unexpected_in(token, "',' or '}'", start)),
                }
            }
            Open::Array { start, mut elements } => {
                elements.push(value);
                match token.kind {
                    TokenKind::CloseBracket => {
                        elements.shrink_to_fit();
                        Expr::Array(Array { elements, span: start.to(token.span) })
                    }
                    TokenKind::Comma => {
                        stack.push(Open::Array { start, elements });
                        return tokens.next().map(Ended::More);
                    }
                    _ => return Err(unexpected_in(token, "',' or ']'", start)),
                }
            }
        };
    }
    Ok(Ended::Expression(value))
}

/// Reads the key behind a comma.
fn next_member<'t>(
    tokens: &mut Tokens<'t>,
    start: Span,
    members: Vec<KeyValue>,
    mut keys: HashSet<SmolStr>,
    stack: &mut Vec<Open>,
) -> Result<Token<'t>, Diagnostic> {
    let token = tokens.next()?;
    if token.kind != TokenKind::String {
        return Err(unexpected_in(token, "a string", start));
    }
    match members.as_slice() {
        all if all.len() == MANY_KEYS => keys.extend(all.iter().map(|member| member.key.value.clone())),
        [.., last] if members.len() > MANY_KEYS => {
            keys.insert(last.key.value.clone());
        }
        _ => {}
    }
    stack.push(Open::Object { start, members, keys, key: string_literal(token) });
    value_of_key(tokens, stack)
}

/// Reads the colon behind the key of the innermost object, and the first token of the value, which is where a
/// duplicate is reported.
fn value_of_key<'t>(tokens: &mut Tokens<'t>, stack: &[Open]) -> Result<Token<'t>, Diagnostic> {
    let colon = tokens.next()?;
    if colon.kind != TokenKind::Colon {
        return Err(unexpected(colon, "':'", stack.last()));
    }
    let token = tokens.next()?;
    let Some(Open::Object { members, keys, key, .. }) = stack.last() else { return Ok(token) };
    if members.len() >= MANY_KEYS && !keys.contains(&key.value) {
        return Ok(token);
    }
    match members.iter().find(|member| member.key.value == key.value) {
        Some(first) => Err(duplicate_key(token, first, key)),
        None => Ok(token),
    }
}

fn duplicate_key(value: Token<'_>, first: &KeyValue, key: &StringLiteral) -> Diagnostic {
    let key = &key.value;
    Diagnostic::new("duplicate-key", value.span, format!("duplicate key '{key}'"))
        .with_label("a second value")
        .with_note(first.key.span, format!("'{key}' is first given here"))
}

fn string_literal(token: Token<'_>) -> StringLiteral {
    let quoted = token.text;
    let inner = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default();
    let value = if inner.contains('\\') { inner.replace(r"\\", r"\").into() } else { inner.into() };
    StringLiteral { value, span: token.span }
}

fn unexpected(token: Token<'_>, expected: &str, open: Option<&Open>) -> Diagnostic {
    match open {
        Some(Open::Object { start, .. } | Open::Array { start, .. }) => {
            unexpected_in(token, expected, *start)
        }
        None => expected_but_found(token, expected),
    }
}

/// The error of a token inside an object or array, with the place where that begins if it never ends.
fn unexpected_in(token: Token<'_>, expected: &str, start: Span) -> Diagnostic {
    let error = expected_but_found(token, expected);
    match token.kind {
        TokenKind::End => error.with_note(start, "this is still open"),
        TokenKind::Comment => error.with_label("a documentation comment can't stand inside an expression"),
        _ => error,
    }
}

fn expected_but_found(token: Token<'_>, expected: &str) -> Diagnostic {
    Diagnostic::new("unexpected-token", token.span, format!("expected {expected}, found {}", describe(token)))
}
