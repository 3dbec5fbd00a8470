//! What a client has written, read as a server reads it.

use std::collections::BTreeSet;

use qmp_client::protocol::RequestId;
use serde_json::{Deserializer, Value};

/// The bytes that were written, and the requests in them.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    /// What is not a complete request yet.
    rest: Vec<u8>,
    requests: Vec<Request>,
    /// Requests that the transport may have seen although they are not written: they were lent to it.
    lent: BTreeSet<String>,
    /// Requests that must not be written any more.
    given_up: BTreeSet<String>,
    with_fds: Option<String>,
    /// Whether the server has answered out of order, or not to a request: then the client may know of answers that are
    /// not known here.
    is_disorderly: bool,
}

#[derive(Debug)]
struct Request {
    id: String,
    is_in_band: bool,
    is_own: bool,
    is_answered: bool,
}

impl Sent {
    /// The transport may take these bytes, or a part of them.
    pub(crate) fn lend(&mut self, bytes: &[u8]) {
        let all = [self.rest.as_slice(), bytes].concat();
        let requests = Deserializer::from_slice(&all).into_iter::<Value>();
        self.lent.extend(requests.map_while(Result::ok).map(|request| request["id"].to_string()));
    }

    /// The transport took these bytes, and with the first of them the file descriptors of a request.
    pub(crate) fn append(&mut self, bytes: &[u8], fds_of: Option<RequestId>) {
        self.lent.clear();
        if let Some(id) = fds_of.filter(|_| !bytes.is_empty()) {
            assert!(self.rest.is_empty(), "file descriptors of {id} within another request");
            let earlier = self.with_fds.replace(id.to_string());
            let is_unanswered =
                |request: &Request| Some(&request.id) == earlier.as_ref() && !request.is_answered;
            let is_replaced = !self.is_disorderly && self.requests.iter().any(is_unanswered);
            assert!(!is_replaced, "file descriptors of {id} replace others");
        }
        self.rest.extend_from_slice(bytes);
        let mut requests = Deserializer::from_slice(&self.rest).into_iter::<Value>();
        let mut end = 0;
        while let Some(request) = requests.next() {
            match request {
                Ok(request) => {
                    end = requests.byte_offset();
                    let id = request["id"].as_u64().expect("an id").to_string();
                    assert!(!self.given_up.contains(&id), "{id} was given up before it was written");
                    let is_in_band = request.get("execute").is_some();
                    assert!(is_in_band || request.get("exec-oob").is_some(), "{request}");
                    let is_own = request["execute"] == "qmp_capabilities";
                    self.requests.push(Request { id, is_in_band, is_own, is_answered: false });
                }
                Err(error) => {
                    assert!(error.is_eof(), "{error} in {}", self.rest.escape_ascii());
                    break;
                }
            }
        }
        self.rest.drain(..end);
    }

    /// Nobody waits for a reply any more. If the transport has seen nothing of the request, it never will.
    pub(crate) fn give_up(&mut self, id: RequestId) {
        let id = id.to_string();
        // What is not complete may be the beginning of this one: its id would come last.
        let may_be_seen = !self.rest.is_empty()
            || self.lent.contains(&id)
            || self.requests.iter().any(|request| request.id == id);
        if !may_be_seen {
            self.given_up.insert(id);
        }
    }

    /// From now on the server need not answer in order.
    pub(crate) fn be_disorderly(&mut self) {
        self.is_disorderly = true;
    }

    pub(crate) fn answer(&mut self, id: &str) {
        if let Some(request) = self.requests.iter_mut().find(|request| request.id == id) {
            request.is_answered = true;
        }
    }

    /// The requests that were not answered, in the order in which they were written.
    pub(crate) fn unanswered(&self) -> impl Iterator<Item = String> {
        self.requests.iter().filter(|request| !request.is_answered).map(|request| request.id.clone())
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        self.requests.iter().map(|request| request.id.as_str())
    }

    /// The ids of commands in-band. What the client asks for its own sake may go ahead of what waits.
    pub(crate) fn in_band(&self) -> impl Iterator<Item = u64> {
        let in_band = self.requests.iter().filter(|request| request.is_in_band && !request.is_own);
        in_band.map(|request| request.id.parse().expect("a number"))
    }

    pub(crate) fn assert_complete(&self) {
        assert!(self.rest.is_empty(), "unfinished: {}", self.rest.escape_ascii());
    }
}
