//! Reads QEMU's QAPI schema language.
//!
//! Text goes in, a syntax tree with documentation comments and places comes out. What the expressions mean is not this
//! crate's business: it knows `include`, `pragma` and that everything else is some definition.
//!
//! ```
//! use std::path::Path;
//! use qapi_parser::{Options, ast::Item, parse_text};
//!
//! let text = "{ 'command': 'say-hello', 'data': { '*to': 'str' } }";
//! let ast = parse_text(Path::new("hello.json"), text, &Options::default())?;
//! assert!(matches!(&ast.items[..], [Item::Definition(_)]));
//!
//! let error = parse_text(Path::new("hello.json"), "{ 'command' }", &Options::default()).unwrap_err();
//! assert!(error.to_string().starts_with("hello.json:1:13: error: expected ':', found '}'"));
//! # Ok::<(), qapi_parser::ParseError>(())
//! ```
//!
//! The way of the data: [`Files`] give bytes; the grammar (`qapi.pest`) makes tokens of them; the expression builder, the
//! items of a file and the documentation reader make one file's part of the tree; the parser follows the includes. Every
//! stage reports [`Diagnostic`]s, which [`render()`] shows.

// pest's derive, without its feature `std`, names it.
extern crate alloc;

pub mod ast;
pub mod doc;
pub mod source;

mod diagnostic;
mod doc_reader;
mod expression;
mod files;
mod items;
mod lexer;
mod options;
mod parser;
mod pragma;
mod render;
mod report;
mod tokens;

pub use diagnostic::{Context, Diagnostic, Note};
pub use expression::MAX_NESTING;
pub use files::{Disk, Files, Memory};
pub use options::{Dialect, Options};
pub use parser::{MAX_INCLUDE_DEPTH, MAX_MISTAKES, ParseError, parse_file, parse_files, parse_text};
pub use pragma::{ExceptionRule, PragmaSetting};
pub use render::{Color, printable, render, visible_json};
pub use report::{Place, Report};
