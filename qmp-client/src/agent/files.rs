//! Files of the guest, piece by piece.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use qmp_types::qga::commands::{GuestFileOpen, GuestFileRead, GuestFileWrite};
use qmp_types::qga::types;

use super::inconsistent;
use crate::Error;

/// How many bytes of a file are in a message. Larger ones gain nothing: the agent's own work is what takes the time.
pub(crate) const CHUNK: usize = 64 << 10;

/// Opens a file to be read.
pub(crate) fn to_read(path: &str) -> GuestFileOpen {
    GuestFileOpen::new(path).mode("rb")
}

/// Opens a file to be written from its beginning; what it had is gone.
pub(crate) fn to_write(path: &str) -> GuestFileOpen {
    GuestFileOpen::new(path).mode("wb")
}

/// Reads the next piece.
#[expect(clippy::cast_possible_wrap, reason = "a small constant")]
pub(crate) fn read(handle: i64) -> GuestFileRead {
    GuestFileRead::new(handle).count(CHUNK as i64)
}

/// Writes a piece.
pub(crate) fn write(handle: i64, piece: &[u8]) -> GuestFileWrite {
    GuestFileWrite::new(handle, STANDARD.encode(piece))
}

/// The piece that was read; empty at the end of the file.
pub(crate) fn piece(read: &types::GuestFileRead) -> Result<Vec<u8>, Error> {
    let piece = decode(&read.buf_b64, "buf-b64")?;
    if usize::try_from(read.count) != Ok(piece.len()) {
        return Err(inconsistent("reply to guest-file-read: count is not the length of buf-b64"));
    }
    // It would come so for ever.
    if piece.is_empty() && !read.eof {
        return Err(inconsistent("reply to guest-file-read: nothing, and not the end of the file"));
    }
    Ok(piece)
}

/// How much of a piece was written: at least a byte.
pub(crate) fn written(write: &types::GuestFileWrite, piece: &[u8]) -> Result<usize, Error> {
    match usize::try_from(write.count) {
        Ok(count) if (1..=piece.len()).contains(&count) => Ok(count),
        _ => Err(inconsistent("reply to guest-file-write: count is not a part of what was sent")),
    }
}

/// Decodes base64. The error says nothing of what it was.
pub(super) fn decode(text: &str, member: &str) -> Result<Vec<u8>, Error> {
    STANDARD.decode(text).map_err(|_| inconsistent(&format!("member '{member}' is not base64")))
}

pub(super) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use qmp_types::qga::types;

    use super::{piece, write, written};

    #[test]
    fn pieces_are_any_bytes() {
        let bytes: Vec<u8> = (0..=255).collect();
        let encoded = write(1, &bytes).buf_b64;
        assert_eq!(piece(&types::GuestFileRead::new(256, encoded, false)).unwrap(), bytes);
        assert_eq!(piece(&types::GuestFileRead::new(0, "", true)).unwrap(), b"");
    }

    #[test]
    fn an_agent_cannot_keep_a_reader_for_ever_or_lie_about_lengths() {
        for (count, text, eof) in [(0, "", false), (2, "YQ==", false), (-1, "", true), (1, "secret!", true)] {
            let error = piece(&types::GuestFileRead::new(count, text, eof)).unwrap_err();
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }

    #[test]
    fn an_agent_writes_some_of_what_it_gets() {
        let count = |count| written(&types::GuestFileWrite::new(count, false), b"abc").ok();
        assert_eq!([0, 1, 3, 4, -1].map(count), [None, Some(1), Some(3), None, None]);
    }
}
