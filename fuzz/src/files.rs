//! Bytes as the files of a schema.

use std::fmt;

use qapi_parser::Memory;

/// The name of the file that is read first.
pub const ROOT: &str = "root.json";

/// What stands between two files: a byte that is in no UTF-8 text.
const SEPARATOR: u8 = 0xff;

/// The files of a schema, the root first. The others are `part/1.json`, `part/2.json` and so on.
pub struct Files(Vec<Vec<u8>>);

impl Files {
    /// Cuts bytes into files.
    #[must_use]
    pub fn cut(bytes: &[u8]) -> Self {
        Self(bytes.split(|&byte| byte == SEPARATOR).map(<[u8]>::to_vec).collect())
    }

    pub(crate) fn of_texts(texts: Vec<String>) -> Self {
        Self(texts.into_iter().map(String::into_bytes).collect())
    }

    /// The files as the parser takes them.
    #[must_use]
    pub fn memory(&self) -> Memory {
        let files = self.0.iter().enumerate();
        files.fold(Memory::new(), |memory, (index, bytes)| memory.with(name(index), bytes.as_slice()))
    }
}

/// The text of all files: what `cargo fuzz fmt` shows of an input.
impl fmt::Debug for Files {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, bytes) in self.0.iter().enumerate() {
            write!(formatter, "\n--- {}\n{}", name(index), String::from_utf8_lossy(bytes))?;
        }
        Ok(())
    }
}

fn name(index: usize) -> String {
    if index == 0 { ROOT.to_owned() } else { format!("part/{index}.json") }
}
