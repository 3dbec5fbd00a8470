//! Requests that wait for their replies.

use std::fmt;

use super::id_map::IdMap;

/// What matches a reply with its request: the `id` on the wire, a small unsigned integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub(super) u64);

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Requests that were sent and not answered, by id.
#[derive(Debug, Default)]
pub(super) struct InFlight {
    requests: IdMap<Request>,
    last_id: u64,
    /// Whether errors without `id` may still belong to a request that has failed by one.
    suspect: bool,
    /// Whether a request may have been answered in a way that does not tell which.
    doubtful: bool,
    /// The request by whose reply it is found out which ones were answered so.
    probe: Option<RequestId>,
}

#[derive(Debug, Clone, Copy)]
struct Request {
    delivery: Delivery,
    /// Whether nobody waits for the reply any more.
    abandoned: bool,
    /// Whether the end of the connection is a success.
    ends_connection: bool,
}

/// How a request reaches the server (`docs/interop/qmp-spec.rst`, *Issuing Commands* and *Out-of-band execution*).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Delivery {
    /// Executed behind those that were sent before it.
    InBand,
    /// In-band, with file descriptors that the transport passes along.
    WithFds,
    /// Executed as soon as the server reads it, before those that wait.
    OutOfBand,
}

/// Whose a reply is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    Waiting(RequestId),
    Abandoned(RequestId),
    Nobody,
}

impl InFlight {
    /// An id that was never used before: a late reply would else be taken for another's.
    pub(super) fn next_id(&mut self) -> RequestId {
        self.last_id += 1;
        RequestId(self.last_id)
    }

    /// Registers a request that is sent.
    pub(super) fn insert(&mut self, id: RequestId, delivery: Delivery, ends_connection: bool) {
        self.requests.insert(id, Request { delivery, abandoned: false, ends_connection });
    }

    /// Marks a request for whose reply nobody waits any more.
    pub(super) fn abandon(&mut self, id: RequestId) {
        if let Some(request) = self.requests.get_mut(id) {
            request.abandoned = true;
        }
    }

    /// Strikes off a request that never left.
    pub(super) fn take_back(&mut self, id: RequestId) {
        self.requests.remove(id);
    }

    /// The request that is not answered, if it is a single one.
    pub(super) fn only(&self) -> Option<RequestId> {
        let mut requests = self.requests.iter().map(|(id, _)| id);
        requests.next().filter(|_| requests.next().is_none())
    }

    /// Whether somebody waits for the reply to a request.
    pub(super) fn is_awaited(&self, id: RequestId) -> bool {
        self.requests.iter().any(|(other, request)| other == id && !request.abandoned)
    }

    /// How many requests in-band are not answered, abandoned ones included: the server still holds them.
    pub(super) fn in_band(&self) -> usize {
        self.requests.iter().filter(|(_, request)| request.delivery != Delivery::OutOfBand).count()
    }

    /// Whether a request that carries file descriptors is not answered.
    pub(super) fn has_fds(&self) -> bool {
        self.requests.iter().any(|(_, request)| request.delivery == Delivery::WithFds)
    }

    /// Whether errors without `id` cannot be told apart until a reply with an id comes.
    pub(super) fn is_suspect(&self) -> bool {
        self.suspect
    }

    /// Finds whose a reply with an id is, and strikes the request off.
    pub(super) fn take(&mut self, id: RequestId) -> Owner {
        let Some(request) = self.requests.remove(id) else { return Owner::Nobody };
        // What is out-of-band overtakes those errors too.
        if request.delivery != Delivery::OutOfBand {
            self.suspect = false;
            self.strike_off_abandoned(id);
        }
        owner(id, request)
    }

    /// Strikes off abandoned requests before one that is answered in-band: answers come in the order of the requests,
    /// so theirs will not come any more.
    fn strike_off_abandoned(&mut self, answered: RequestId) {
        let is_gone = |id, request: &Request| id < answered && request.abandoned;
        while self.requests.pop_first_if(is_gone).is_some() {}
    }

    /// Finds whose an error without id is, and strikes the request off.
    ///
    /// QEMU cannot tell the id of input that its parser refuses. Our requests are well-formed JSON, but can
    /// still be refused: too large, too deep, a duplicate key or a lone surrogate in arguments that the
    /// caller wrote. With one request in flight it must be that one. With several it is not known whose
    /// the error is, and it is nobody's: a reply must never go to the wrong caller. One refused input can yield several
    /// such errors, all before the reply to whatever follows it. So behind the first, further ones are
    /// nobody's until a reply with an id comes; a request that only asks for such a reply can go ahead.
    pub(super) fn take_without_id(&mut self) -> Owner {
        if self.suspect || self.requests.len() != 1 {
            self.doubt();
            return Owner::Nobody;
        }
        let Some((id, request)) = self.requests.pop_first_if(|_, _| true) else { return Owner::Nobody };
        self.suspect = true;
        owner(id, request)
    }

    /// Takes note of an answer of which it is not known whose it is.
    pub(super) fn doubt(&mut self) {
        self.doubtful = !self.requests.is_empty();
    }

    /// Whether those in-band may all have been answered in such a way: nobody waits for them, and without a reply in-band
    /// they would never be struck off.
    pub(super) fn is_stale(&self) -> bool {
        let is_gone = |request: &Request| request.abandoned || request.delivery == Delivery::OutOfBand;
        self.doubtful && !self.is_probing() && self.requests.iter().all(|(_, request)| is_gone(request))
    }

    /// Registers the request that ends the doubt.
    pub(super) fn insert_probe(&mut self, id: RequestId) {
        self.doubtful = false;
        self.probe = Some(id);
        self.requests
            .insert(id, Request { delivery: Delivery::InBand, abandoned: true, ends_connection: false });
    }

    /// Whether the reply to that request is to come. What is sent behind it must not have a lower id.
    pub(super) fn is_probing(&self) -> bool {
        self.probe.is_some_and(|probe| self.requests.contains(probe))
    }

    /// Takes a request that the end of the connection answers, if one waits.
    pub(super) fn take_ended(&mut self) -> Option<RequestId> {
        let (id, _) =
            self.requests.iter().find(|(_, request)| request.ends_connection && !request.abandoned)?;
        self.requests.remove(id);
        Some(id)
    }
}

fn owner(id: RequestId, request: Request) -> Owner {
    if request.abandoned { Owner::Abandoned(id) } else { Owner::Waiting(id) }
}

#[cfg(test)]
mod tests {
    use super::{Delivery, InFlight, Owner, RequestId};

    fn insert(in_flight: &mut InFlight, delivery: Delivery) -> RequestId {
        let id = in_flight.next_id();
        in_flight.insert(id, delivery, false);
        id
    }

    #[test]
    fn a_reply_belongs_to_its_request_once() {
        let mut in_flight = InFlight::default();
        let first = insert(&mut in_flight, Delivery::InBand);
        let second = insert(&mut in_flight, Delivery::InBand);
        assert_eq!(in_flight.take(second), Owner::Waiting(second));
        assert_eq!(in_flight.take(second), Owner::Nobody);
        assert_eq!(in_flight.take(RequestId(77)), Owner::Nobody);
        assert_eq!(in_flight.take(first), Owner::Waiting(first));
    }

    #[test]
    fn abandoned_requests_do_not_pile_up() {
        let mut in_flight = InFlight::default();
        let late = insert(&mut in_flight, Delivery::InBand);
        in_flight.abandon(late);
        assert_eq!(in_flight.take(late), Owner::Abandoned(late));
        for _ in 0..10 {
            let id = insert(&mut in_flight, Delivery::InBand);
            in_flight.abandon(id);
        }
        let last = insert(&mut in_flight, Delivery::InBand);
        assert_eq!(in_flight.take(last), Owner::Waiting(last));
        assert!(in_flight.requests.is_empty());
    }

    #[test]
    fn a_reply_out_of_band_says_nothing_of_those_in_band() {
        let mut in_flight = InFlight::default();
        let late = insert(&mut in_flight, Delivery::InBand);
        in_flight.abandon(late);
        let overtaking = insert(&mut in_flight, Delivery::OutOfBand);
        assert_eq!(in_flight.in_band(), 1);
        assert_eq!(in_flight.take(overtaking), Owner::Waiting(overtaking));
        assert_eq!(in_flight.take(late), Owner::Abandoned(late));
    }

    #[test]
    fn an_error_without_id_is_that_of_a_single_request() {
        let mut in_flight = InFlight::default();
        assert_eq!(in_flight.take_without_id(), Owner::Nobody);
        let first = insert(&mut in_flight, Delivery::InBand);
        assert_eq!(in_flight.take_without_id(), Owner::Waiting(first));
        // The same input's second error must not fail the next request.
        let second = insert(&mut in_flight, Delivery::InBand);
        assert_eq!(in_flight.take_without_id(), Owner::Nobody);
        assert_eq!(in_flight.take(second), Owner::Waiting(second));
        let third = insert(&mut in_flight, Delivery::InBand);
        assert_eq!(in_flight.take_without_id(), Owner::Waiting(third));
    }

    #[test]
    fn a_reply_out_of_band_clears_no_suspicion() {
        let mut in_flight = InFlight::default();
        let first = insert(&mut in_flight, Delivery::InBand);
        assert_eq!(in_flight.take_without_id(), Owner::Waiting(first));
        let overtaking = insert(&mut in_flight, Delivery::OutOfBand);
        assert_eq!(in_flight.take(overtaking), Owner::Waiting(overtaking));
        insert(&mut in_flight, Delivery::InBand);
        assert_eq!(in_flight.take_without_id(), Owner::Nobody);
    }

    #[test]
    fn an_error_without_id_is_nobodys_among_several_requests() {
        let mut in_flight = InFlight::default();
        let first = insert(&mut in_flight, Delivery::InBand);
        in_flight.abandon(first);
        let second = insert(&mut in_flight, Delivery::InBand);
        assert_eq!(in_flight.take_without_id(), Owner::Nobody);
        assert_eq!(in_flight.take(second), Owner::Waiting(second));
    }
}
