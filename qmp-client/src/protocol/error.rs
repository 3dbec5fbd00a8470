//! What a server can do wrong.

use thiserror::Error;

/// Why bytes are not QMP, or why a connection cannot be used.
///
/// After [`Malformed`](Self::Malformed) the connection goes on: where the message ends is known. All other
/// errors end it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ProtocolError {
    /// Between two messages stands what neither is white space nor begins one.
    #[error("byte 0x{0:02x} between messages")]
    Garbage(u8),
    /// A message does not end within the limit.
    #[error("message longer than {limit} bytes")]
    MessageTooLong {
        /// The limit in bytes.
        limit: usize,
    },
    /// A message is not JSON, or its members are not those of a greeting, a reply or an event.
    #[error("malformed message: {0}")]
    Malformed(String),
    /// So many bytes came and no greeting among them.
    #[error("no greeting in {limit} bytes")]
    NoGreeting {
        /// The limit in bytes.
        limit: usize,
    },
    /// The server has not greeted yet, or capabilities are not negotiated.
    #[error("the connection is not ready for commands")]
    NotReady,
    /// The command is to be executed out-of-band, and the server does not offer that, or it was not enabled.
    #[error("out-of-band execution is not enabled on this connection")]
    OutOfBandNotEnabled,
    /// The arguments of a command nest too deep; it was not sent.
    #[error("arguments nested deeper than {limit} levels")]
    TooDeep {
        /// How deep they may nest.
        limit: usize,
    },
    /// The connection has ended.
    #[error("the connection is closed")]
    Closed,
}
