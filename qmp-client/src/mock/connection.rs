//! One connection of a mock, without I/O.

use std::sync::Arc;

use super::emitter::{Emitter, Outbox};
use super::service::Service;
use crate::protocol::server::{Profile, Received, Session};

/// Makes what answers the commands of a new connection.
pub(super) type MakeService = Box<dyn Fn() -> Box<dyn Service> + Send + Sync>;

/// What all connections of a server have in common.
pub(super) struct Shared {
    pub(super) profile: Arc<Profile>,
    pub(super) make_service: MakeService,
    pub(super) emitter: Emitter,
    pub(super) event_capacity: usize,
    pub(super) faults: Faults,
}

/// What a server does wrong on purpose. Replies are counted from 1 on each connection, that to the negotiation
/// not among them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Faults {
    /// The reply in whose middle the connection ends.
    pub(super) cut_reply: Option<u64>,
    /// The reply that is not sent.
    pub(super) withhold_reply: Option<u64>,
}

/// One connection.
pub(super) struct Connection {
    session: Session,
    service: Box<dyn Service>,
    profile: Arc<Profile>,
    pub(super) outbox: Arc<Outbox>,
    faults: Faults,
    replies: u64,
}

/// What follows when the bytes of a step are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Further steps.
    Continue,
    /// The connection ends.
    Close,
    /// The server ends.
    Quit,
}

impl Connection {
    /// A connection that was just accepted, and what it says first.
    pub(super) fn new(shared: &Shared) -> (Self, Vec<u8>) {
        let mut greeting = Vec::new();
        let connection = Self {
            session: Session::new(Arc::clone(&shared.profile), &mut greeting),
            service: (shared.make_service)(),
            profile: Arc::clone(&shared.profile),
            outbox: shared.emitter.outbox(shared.event_capacity),
            faults: shared.faults,
            replies: 0,
        };
        (connection, greeting)
    }

    /// Takes bytes that came from the client. Take all steps before the next are fed.
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        self.session.feed(bytes);
    }

    /// Carries out the next request that has come in full: what is to be written, behind the events that wait, and
    /// what follows.
    pub(super) fn step(&mut self) -> Option<(Vec<u8>, Next)> {
        let mut out = Vec::new();
        match self.session.next_message(&mut out)? {
            Received::Answered => {
                Some((out, if self.session.has_ended() { Next::Close } else { Next::Continue }))
            }
            Received::Request(request) => {
                let outcome = self.service.serve(&request);
                self.session.reply(request, outcome, &mut out);
                let next = if self.session.has_ended() { Next::Quit } else { Next::Continue };
                Some(self.spoil(out, next))
            }
        }
    }

    /// Puts the events that wait in front of the bytes of a step, and lets events come if they may.
    ///
    /// The caller writes the result before anybody takes further events.
    pub(super) fn with_events(&self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        append_events(&self.outbox, &self.profile, &mut out);
        out.extend_from_slice(bytes);
        if self.session.takes_events() {
            self.outbox.open();
        }
        out
    }

    /// Does wrong what is to be wrong about a reply.
    fn spoil(&mut self, mut reply: Vec<u8>, next: Next) -> (Vec<u8>, Next) {
        self.replies += u64::from(!reply.is_empty());
        if self.faults.withhold_reply == Some(self.replies) {
            return (Vec::new(), next);
        }
        if self.faults.cut_reply == Some(self.replies) {
            reply.truncate(reply.len() / 2);
            return (reply, Next::Close);
        }
        (reply, next)
    }
}

/// Appends the events that wait.
pub(super) fn append_events(outbox: &Outbox, profile: &Profile, out: &mut Vec<u8>) {
    for event in outbox.take() {
        profile.append_event(&event, out);
    }
}
