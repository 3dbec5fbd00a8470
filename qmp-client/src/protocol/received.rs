//! What a connection tells.

use qmp_types::ServerError;

use super::{EventRecord, Greeting, RequestId};

/// How far a connection has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum State {
    /// The server has not greeted.
    Greeting,
    /// The server has greeted; only capabilities may be negotiated.
    Negotiating,
    /// Commands may be sent.
    Ready,
    /// The connection has ended.
    Closed,
}

/// What a server sent.
#[derive(Debug)]
#[non_exhaustive]
pub enum Received {
    /// The server's greeting: the first message of a connection. A server that is just starting may repeat
    /// it before it answers the negotiation.
    Greeting(Greeting),
    /// Capabilities are negotiated: the connection is [`State::Ready`].
    Ready,
    /// The server refused the negotiation. Another may be tried.
    Refused(ServerError),
    /// The reply to a request.
    Reply {
        /// The request.
        id: RequestId,
        /// The result, as the text of a JSON value, or the server's error.
        outcome: Result<Box<str>, ServerError>,
    },
    /// The reply to a request that was [abandoned](super::Connection::abandon).
    Late(RequestId),
    /// A reply that is to no request in flight, or an error without `id` of which it is not known whose it is.
    Unmatched(Result<Box<str>, ServerError>),
    /// An event.
    Event(EventRecord),
}
