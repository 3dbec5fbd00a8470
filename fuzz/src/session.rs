//! One connection, driven by choices: what the server says, what callers want, how the transport behaves.

use std::collections::{BTreeMap, BTreeSet};

use qmp_client::protocol::{
    Arguments, Capability, Connection, Delivery, ProtocolError, Received, RequestId, State,
};

use crate::choices::Choices;
use crate::sent::Sent;

/// Small, so that the fuzzer comes to its limit.
const MAX_MESSAGE_SIZE: usize = 4 << 10;

/// How many steps a session has at most.
const STEPS: usize = 400;

const GREETING: &str = r#"{"QMP": {"version": {"qemu": {"micro": 2, "minor": 0, "major": 10}, "package": ""}, "capabilities": ["oob"]}}"#;

/// A connection and what is known of it.
///
/// What has to hold: nothing panics. A reply goes to a request that was made and not abandoned, and once. While the
/// server says nothing but messages, each reply holds what the server said to that very request. What is written is
/// one complete request behind the other, each once, those in-band in their order, and none that was given up before
/// the transport saw it. File descriptors go with the first byte of their request, one request at a time.
#[derive(Debug)]
pub struct Session {
    connection: Connection,
    requests: BTreeMap<RequestId, Request>,
    sent: Sent,
    /// Whether the server has said anything that is not a message: then no reply can be relied on.
    is_garbled: bool,
    is_ready: bool,
}

#[derive(Debug)]
struct Request {
    delivery: Delivery,
    is_abandoned: bool,
    is_answered: bool,
}

impl Session {
    /// Makes a session of the choices that bytes stand for.
    ///
    /// # Panics
    /// When something does not hold.
    pub fn run(bytes: &[u8]) {
        let mut choices = Choices::new(bytes);
        let mut session = Self {
            connection: Connection::new(MAX_MESSAGE_SIZE),
            requests: BTreeMap::new(),
            sent: Sent::default(),
            is_garbled: false,
            is_ready: false,
        };
        for _ in 0..STEPS {
            if choices.is_empty() {
                break;
            }
            session.step(&mut choices);
        }
        session.finish();
    }

    fn step(&mut self, choices: &mut Choices<'_>) {
        match choices.below(12) {
            0..=2 => self.request(choices),
            3 | 4 => self.write(choices),
            5 => self.abandon(choices),
            6..=8 => self.hear(choices),
            9 => self.hear_opening(),
            10 => self.hear_anything(choices),
            _ => {
                if choices.once_in(16) {
                    self.connection.end_of_input();
                    // It answers what ends the connection.
                    self.sent.be_disorderly();
                }
                self.take_messages();
            }
        }
    }

    fn request(&mut self, choices: &mut Choices<'_>) {
        let delivery = choices.one_of(&[Delivery::InBand, Delivery::OutOfBand, Delivery::WithFds]);
        let name = choices.one_of(&["stop", "query-x", "quit", "a\"b\\\u{7}"]);
        let arguments = match choices.below(3) {
            0 => Arguments::none(),
            1 => Arguments::new(&"x".repeat(choices.below(64))),
            _ => Arguments::new("}{\"][\\"),
        };
        match self.connection.request(name, &arguments, delivery) {
            Ok(id) => {
                let request = Request { delivery, is_abandoned: false, is_answered: false };
                assert!(self.requests.insert(id, request).is_none(), "{id} is given twice");
            }
            Err(ProtocolError::NotReady | ProtocolError::Closed) => {
                assert_ne!(self.connection.state(), State::Ready);
            }
            Err(ProtocolError::OutOfBandNotEnabled) => {
                assert!(!self.connection.has_enabled(&Capability::Oob));
            }
            Err(error) => panic!("{error}"),
        }
    }

    /// Lets the transport take some of what is outgoing. Between the two, a request may be given up.
    fn write(&mut self, choices: &mut Choices<'_>) {
        let outgoing = self.connection.outgoing();
        let bytes = outgoing.bytes.to_vec();
        if let Some(id) = outgoing.fds_of {
            assert_eq!(self.requests[&id].delivery, Delivery::WithFds);
            assert!(!bytes.is_empty());
        }
        let fds_of = outgoing.fds_of;
        assert_eq!(self.connection.has_outgoing(), !bytes.is_empty());
        let written = if choices.once_in(2) { bytes.len() } else { choices.below(bytes.len() + 1) };
        if choices.once_in(4) {
            self.sent.lend(&bytes);
            self.abandon(choices);
        }
        self.connection.written(written);
        self.sent.append(&bytes[..written], fds_of);
    }

    fn abandon(&mut self, choices: &mut Choices<'_>) {
        let ids: Vec<_> = self.requests.keys().copied().collect();
        if ids.is_empty() {
            return;
        }
        let id = choices.one_of(&ids);
        self.connection.abandon(id);
        if let Some(request) = self.requests.get_mut(&id)
            && !request.is_abandoned
            && !request.is_answered
        {
            request.is_abandoned = true;
            self.sent.give_up(id);
        }
    }

    /// The server says something that a server says.
    fn hear(&mut self, choices: &mut Choices<'_>) {
        let unanswered: Vec<_> = self.sent.unanswered().collect();
        let mut message = match choices.below(6) {
            0 => "{\"event\": \"STOP\", \"timestamp\": {\"seconds\": 1, \"microseconds\": 2}}".to_owned(),
            1 => {
                self.sent.be_disorderly();
                "{\"error\": {\"class\": \"GenericError\", \"desc\": \"refused\"}}".to_owned()
            }
            _ if unanswered.is_empty() => "{\"return\": {}, \"id\": 999999}".to_owned(),
            kind => {
                let index = if choices.once_in(8) { choices.below(unanswered.len()) } else { 0 };
                if index > 0 {
                    self.sent.be_disorderly();
                }
                let id = &unanswered[index];
                self.sent.answer(id);
                if kind == 2 {
                    format!("{{\"id\": {id}, \"error\": {{\"class\": \"New\", \"desc\": \"to {id}\"}}}}")
                } else {
                    format!("{{\"return\": {{\"to\": {id}, \"x\": \"}}\\\"{{\"}}, \"id\": {id}}}")
                }
            }
        };
        message.push_str(choices.one_of(&["\r\n", "", "\n \t"]));
        let split = choices.below(message.len() + 1);
        for piece in [&message[..split], &message[split..]] {
            self.feed(piece.as_bytes());
        }
    }

    /// The server greets, and answers the negotiation.
    fn hear_opening(&mut self) {
        // A second greeting is malformed.
        self.is_garbled |= self.is_ready;
        self.feed(GREETING.as_bytes());
        if self.connection.negotiate(&[Capability::Oob]).is_ok() {
            let bytes = self.connection.outgoing().bytes.to_vec();
            self.connection.written(bytes.len());
            self.sent.append(&bytes, None);
        }
        let first = self.sent.unanswered().next();
        if let Some(id) = first {
            self.sent.answer(&id);
            self.feed(format!("{{\"return\": {{\"to\": {id}, \"x\": 1}}, \"id\": {id}}}").as_bytes());
        }
    }

    fn hear_anything(&mut self, choices: &mut Choices<'_>) {
        self.is_garbled = true;
        self.sent.be_disorderly();
        let times = if choices.once_in(8) { 1 + choices.below(2 * MAX_MESSAGE_SIZE) } else { 1 };
        let piece = choices.bytes(48);
        for chunk in piece.repeat(times).chunks(16 << 10) {
            self.feed(chunk);
        }
    }

    fn feed(&mut self, bytes: &[u8]) {
        if let Err(error) = self.connection.feed(bytes) {
            assert!(matches!(error, ProtocolError::NoGreeting { .. }), "{error}");
            assert_eq!(self.connection.state(), State::Closed);
        }
        self.take_messages();
    }

    fn take_messages(&mut self) {
        loop {
            match self.connection.next_message() {
                Ok(Some(received)) => self.received(received),
                Ok(None) => return,
                Err(ProtocolError::Malformed(_)) => assert!(self.is_garbled || !self.is_ready),
                Err(_) => {
                    assert_eq!(self.connection.state(), State::Closed);
                    assert!(matches!(self.connection.next_message(), Err(ProtocolError::Closed)));
                    return;
                }
            }
        }
    }

    fn received(&mut self, received: Received) {
        match received {
            Received::Reply { id, outcome } => {
                let is_over = self.connection.state() == State::Closed;
                let request = self.requests.get_mut(&id).expect("a request that was made");
                assert!(!request.is_abandoned, "a reply to {id}, which was given up");
                assert!(!std::mem::replace(&mut request.is_answered, true), "two replies to {id}");
                if !self.is_garbled && !is_over {
                    let text = outcome.map_or_else(|error| error.desc, String::from);
                    let is_its_own = [format!("to {id}"), format!("{{\"to\": {id}, ")];
                    assert!(
                        text == "refused" || is_its_own.iter().any(|own| text.starts_with(own)),
                        "{id}: {text}"
                    );
                }
            }
            Received::Late(id) => {
                assert!(self.requests.get(&id).is_none_or(|request| request.is_abandoned));
            }
            Received::Ready => self.is_ready = true,
            _ => {}
        }
    }

    /// Nothing is left half said.
    fn finish(mut self) {
        while self.connection.has_outgoing() {
            let outgoing = self.connection.outgoing();
            let (bytes, fds_of) = (outgoing.bytes.to_vec(), outgoing.fds_of);
            self.connection.written(bytes.len());
            self.sent.append(&bytes, fds_of);
        }
        self.sent.assert_complete();
        let in_band: Vec<_> = self.sent.in_band().collect();
        assert!(in_band.is_sorted(), "{in_band:?}");
        let ids: BTreeSet<_> = self.sent.ids().collect();
        assert_eq!(ids.len(), self.sent.ids().count(), "each request is written once");
    }
}
