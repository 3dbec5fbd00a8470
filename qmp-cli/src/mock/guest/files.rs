//! The guest's files, which are in memory alone.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use qmp_types::ServerError;
use qmp_types::qga::types::{GuestFileRead, GuestFileSeek, GuestFileWhence, GuestFileWrite, QgaSeek};

use crate::mock::machine::failed;

/// How much all files may hold, in bytes.
const MAX_SIZE: usize = 64 << 20;

/// How many may be open at a time.
const MAX_OPEN: usize = 1000;

/// How much is read if nobody says how much, in bytes: as much as of QEMU's agent.
const USUAL_COUNT: i64 = 4096;

#[derive(Debug)]
pub(super) struct Files {
    contents: BTreeMap<String, Vec<u8>>,
    open: BTreeMap<i64, Open>,
    next: i64,
}

#[derive(Debug)]
struct Open {
    path: String,
    position: usize,
    mode: Mode,
}

/// A mode of C's `fopen`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mode {
    first: u8,
    is_both: bool,
}

impl Mode {
    fn parse(text: &str) -> Option<Self> {
        let (first @ (b'r' | b'w' | b'a'), rest) = text.as_bytes().split_first()? else { return None };
        let is_both = match rest {
            [] | b"b" => false,
            b"+" | b"b+" | b"+b" => true,
            _ => return None,
        };
        Some(Self { first: *first, is_both })
    }

    fn reads(self) -> bool {
        self.first == b'r' || self.is_both
    }

    fn writes(self) -> bool {
        self.first != b'r' || self.is_both
    }
}

impl Files {
    pub(super) fn new() -> Self {
        let contents = BTreeMap::from([("/etc/hostname".to_owned(), b"mock\n".to_vec())]);
        Self { contents, open: BTreeMap::new(), next: 1000 }
    }

    /// What is in a file.
    pub(super) fn get(&self, path: &str) -> Result<&[u8], ServerError> {
        let content = self.contents.get(path);
        content.map(Vec::as_slice).ok_or_else(|| failed(format_args!("there is no file '{path}'")))
    }

    /// Adds a line to a file.
    pub(super) fn log(&mut self, path: &str, line: &str) -> Result<(), ServerError> {
        self.check_room(line.len() + 1)?;
        let content = self.contents.entry(path.to_owned()).or_default();
        content.extend_from_slice(line.as_bytes());
        content.push(b'\n');
        Ok(())
    }

    pub(super) fn open(&mut self, path: String, mode: Option<&str>) -> Result<i64, ServerError> {
        let mode = mode.unwrap_or("r");
        let mode = Mode::parse(mode).ok_or_else(|| failed(format_args!("there is no mode '{mode}'")))?;
        if self.open.len() >= MAX_OPEN {
            return Err(failed("too many files are open"));
        }
        match mode.first {
            b'r' => drop(self.get(&path)?),
            first => {
                self.check_room(path.len())?;
                let content = self.contents.entry(path.clone()).or_default();
                if first == b'w' {
                    content.clear();
                }
            }
        }
        self.next += 1;
        self.open.insert(self.next, Open { path, position: 0, mode });
        Ok(self.next)
    }

    pub(super) fn close(&mut self, handle: i64) -> Result<(), ServerError> {
        self.open.remove(&handle).map(drop).ok_or_else(|| not_open(handle))
    }

    /// What is open, and what is in it.
    fn opened(&mut self, handle: i64) -> Result<(&mut Open, &mut Vec<u8>), ServerError> {
        let open = self.open.get_mut(&handle).ok_or_else(|| not_open(handle))?;
        // A file that is open stays: nothing here removes one.
        let content = self.contents.entry(open.path.clone()).or_default();
        Ok((open, content))
    }

    pub(super) fn flush(&mut self, handle: i64) -> Result<(), ServerError> {
        self.opened(handle).map(drop)
    }

    pub(super) fn read(&mut self, handle: i64, count: Option<i64>) -> Result<GuestFileRead, ServerError> {
        let (open, content) = self.opened(handle)?;
        if !open.mode.reads() {
            return Err(failed(format_args!("file {handle} is not open to be read")));
        }
        let count = count.unwrap_or(USUAL_COUNT);
        let count =
            usize::try_from(count).map_err(|_| failed(format_args!("the count {count} is no count")))?;
        let rest = content.get(open.position..).unwrap_or_default();
        let piece = rest.get(..count).unwrap_or(rest);
        open.position += piece.len();
        Ok(GuestFileRead::new(as_i64(piece.len()), STANDARD.encode(piece), piece.len() < count))
    }

    pub(super) fn write(
        &mut self,
        handle: i64,
        text: &str,
        count: Option<i64>,
    ) -> Result<GuestFileWrite, ServerError> {
        let bytes = decode(text)?;
        let count = count.map_or(Some(bytes.len()), |count| usize::try_from(count).ok());
        let piece = count.and_then(|count| bytes.get(..count));
        let piece = piece.ok_or_else(|| failed("the count is not that of a part of the bytes"))?;
        let room = self.room();
        let (open, content) = self.opened(handle)?;
        if !open.mode.writes() {
            return Err(failed(format_args!("file {handle} is not open to be written")));
        }
        if open.mode.first == b'a' {
            open.position = content.len();
        }
        let end = open.position + piece.len();
        if end.saturating_sub(content.len()) > room {
            return Err(full());
        }
        content.resize(content.len().max(end), 0);
        content[open.position..end].copy_from_slice(piece);
        open.position = end;
        Ok(GuestFileWrite::new(as_i64(piece.len()), false))
    }

    pub(super) fn seek(
        &mut self,
        handle: i64,
        offset: i64,
        whence: &GuestFileWhence,
    ) -> Result<GuestFileSeek, ServerError> {
        let (open, content) = self.opened(handle)?;
        let from = match whence {
            GuestFileWhence::Value(0) | GuestFileWhence::Name(QgaSeek::Set) => 0,
            GuestFileWhence::Value(1) | GuestFileWhence::Name(QgaSeek::Cur) => open.position,
            GuestFileWhence::Value(2) | GuestFileWhence::Name(QgaSeek::End) => content.len(),
            _ => return Err(failed("the offset is from nowhere")),
        };
        let position = as_i64(from).checked_add(offset).and_then(|position| usize::try_from(position).ok());
        let position = position.filter(|&position| position <= MAX_SIZE);
        open.position = position.ok_or_else(|| failed("there is no such place in a file"))?;
        Ok(GuestFileSeek::new(as_i64(open.position), false))
    }

    /// How much more there is room for, in bytes. Names take room too.
    fn room(&self) -> usize {
        MAX_SIZE.saturating_sub(self.contents.iter().map(|(path, content)| path.len() + content.len()).sum())
    }

    fn check_room(&self, size: usize) -> Result<(), ServerError> {
        if size <= self.room() { Ok(()) } else { Err(full()) }
    }
}

fn full() -> ServerError {
    failed("the guest's files are full")
}

fn not_open(handle: i64) -> ServerError {
    failed(format_args!("no file {handle} is open"))
}

/// A length of what is in memory.
fn as_i64(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

pub(super) fn decode(text: &str) -> Result<Vec<u8>, ServerError> {
    STANDARD.decode(text).map_err(|_| failed("what is sent is not base64"))
}

pub(super) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}
