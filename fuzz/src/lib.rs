//! What the fuzz targets share: files in memory, schemas and sessions made of choices, and what holds of every error.

mod choices;
mod files;
mod schema;
mod sent;
mod session;

use std::fmt::Display;

pub use files::{Files, ROOT};
pub use schema::Schema;
pub use session::Session;

/// Shows an error. It goes to terminals, so what the input holds must not command them.
///
/// # Panics
///
/// When it holds a control character other than a newline.
pub fn assert_printable(error: &impl Display) {
    let text = error.to_string();
    assert!(!text.chars().any(|character| character.is_control() && character != '\n'), "{text:?}");
}
