//! Requests on their way to the transport.

use std::collections::VecDeque;
use std::fmt;

use super::{Delivery, RequestId};

/// Above this the buffer's memory is given back once it is empty.
const KEPT_CAPACITY: usize = 16 << 10;

/// What is to be written next. See [`Connection::outgoing`](super::Connection::outgoing).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outgoing<'a> {
    /// The bytes, empty when there is nothing to write.
    pub bytes: &'a [u8],
    /// The request whose file descriptors go with the first of these bytes.
    pub fds_of: Option<RequestId>,
}

/// A request that is not released yet.
pub(super) struct Waiting {
    pub(super) id: RequestId,
    pub(super) delivery: Delivery,
    pub(super) ends_connection: bool,
    /// Whether nobody waits for the reply: it is asked for the protocol's own sake.
    pub(super) abandoned: bool,
    pub(super) bytes: Vec<u8>,
}

/// Requests that may be written, and behind them those that have to wait.
#[derive(Default)]
pub(super) struct OutgoingQueue {
    buffer: Vec<u8>,
    /// How many bytes of the buffer are written.
    written: usize,
    /// Up to where bytes of the buffer may be on their way to the transport.
    lent: usize,
    /// The requests in the buffer that are not written in full.
    released: VecDeque<Released>,
    waiting: VecDeque<Waiting>,
}

/// A request in the buffer.
struct Released {
    id: RequestId,
    delivery: Delivery,
    start: usize,
    end: usize,
}

impl OutgoingQueue {
    /// Releases a request behind all that are released; `compose` appends it.
    pub(super) fn release(&mut self, id: RequestId, delivery: Delivery, compose: impl FnOnce(&mut Vec<u8>)) {
        let start = self.buffer.len();
        compose(&mut self.buffer);
        self.released.push_back(Released { id, delivery, start, end: self.buffer.len() });
    }

    pub(super) fn push_waiting(&mut self, waiting: Waiting) {
        self.waiting.push_back(waiting);
    }

    pub(super) fn first_waiting(&self) -> Option<&Waiting> {
        self.waiting.front()
    }

    pub(super) fn pop_waiting(&mut self) -> Option<Waiting> {
        self.waiting.pop_front()
    }

    /// Takes back a request of which nothing is written; `false` if something is, or may be.
    pub(super) fn take_back(&mut self, id: RequestId) -> bool {
        let waiting = self.waiting.len();
        self.waiting.retain(|waiting| waiting.id != id);
        self.waiting.len() < waiting || self.take_back_released(id)
    }

    fn take_back_released(&mut self, id: RequestId) -> bool {
        let free = self.written.max(self.lent);
        let index = self.released.iter().position(|released| released.id == id && released.start >= free);
        let Some(Released { start, end, .. }) = index.and_then(|index| self.released.remove(index)) else {
            return false;
        };
        self.buffer.drain(start..end);
        for behind in self.released.iter_mut().filter(|released| released.start >= end) {
            behind.start -= end - start;
            behind.end -= end - start;
        }
        true
    }

    /// Whether nothing of a request is written.
    pub(super) fn is_unwritten(&self, id: RequestId) -> bool {
        self.waiting.iter().any(|waiting| waiting.id == id)
            || self.released.iter().any(|released| released.id == id && released.start >= self.written)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.released.is_empty()
    }

    /// What is to be written next, up to the next request with file descriptors. Until
    /// [`written`](Self::written) says how much of it was, it stays as it is.
    pub(super) fn lend(&mut self) -> Outgoing<'_> {
        let mut with_fds =
            self.released.iter().filter(|released| released.delivery == Delivery::WithFds).peekable();
        let fds_of = with_fds.next_if(|released| released.start == self.written).map(|released| released.id);
        // Behind the beginning of one whose file descriptors are written already, the next one counts.
        let end =
            with_fds.find(|released| released.start > self.written).map_or(self.buffer.len(), |it| it.start);
        self.lent = end;
        Outgoing { bytes: &self.buffer[self.written..end], fds_of }
    }

    /// Takes note that so many of the lent bytes are written.
    pub(super) fn written(&mut self, count: usize) {
        self.written = self.lent.min(self.written + count);
        self.lent = self.written;
        while self.released.front().is_some_and(|first| first.end <= self.written) {
            self.released.pop_front();
        }
        if self.released.is_empty() {
            (self.written, self.lent) = (0, 0);
            self.buffer.clear();
            self.buffer.shrink_to(KEPT_CAPACITY);
        }
    }
}

/// Requests may hold secrets: only their lengths show.
impl fmt::Debug for OutgoingQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutgoingQueue")
            .field("released", &self.released.len())
            .field("bytes", &(self.buffer.len() - self.written))
            .field("waiting", &self.waiting.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{Delivery, Outgoing, OutgoingQueue, RequestId};

    fn queue() -> OutgoingQueue {
        let mut queue = OutgoingQueue::default();
        for (id, delivery, bytes) in [
            (1, Delivery::InBand, "first"),
            (2, Delivery::WithFds, "second"),
            (3, Delivery::InBand, "third"),
            (4, Delivery::WithFds, "fourth"),
        ] {
            queue.release(RequestId(id), delivery, |buffer| buffer.extend_from_slice(bytes.as_bytes()));
        }
        queue
    }

    #[track_caller]
    fn lends(queue: &mut OutgoingQueue, bytes: &str, id: Option<u64>) {
        assert_eq!(queue.lend(), Outgoing { bytes: bytes.as_bytes(), fds_of: id.map(RequestId) });
    }

    #[test]
    fn file_descriptors_go_with_the_first_byte_of_their_request() {
        let mut queue = queue();
        lends(&mut queue, "first", None);
        queue.written(2);
        lends(&mut queue, "rst", None);
        queue.written(3);
        lends(&mut queue, "secondthird", Some(2));
        queue.written(0);
        lends(&mut queue, "secondthird", Some(2));
        queue.written(1);
        lends(&mut queue, "econdthird", None);
        queue.written(10);
        lends(&mut queue, "fourth", Some(4));
        queue.written(6);
        lends(&mut queue, "", None);
    }

    #[test]
    fn what_is_not_written_can_be_taken_back() {
        let mut queue = queue();
        assert!(queue.take_back(RequestId(2)));
        assert!(!queue.take_back(RequestId(2)));
        lends(&mut queue, "firstthird", None);
        // Lent: it may be written by now.
        assert!(!queue.take_back(RequestId(3)));
        assert!(queue.is_unwritten(RequestId(3)));
        queue.written(6);
        assert!(!queue.is_unwritten(RequestId(3)));
        assert!(!queue.take_back(RequestId(3)));
        assert!(queue.take_back(RequestId(4)));
        lends(&mut queue, "hird", None);
        queue.written(4);
        assert!(queue.is_empty());
    }
}
