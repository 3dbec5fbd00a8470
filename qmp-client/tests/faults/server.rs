//! A server without a socket, which does what it is told by decisions.

use std::collections::VecDeque;

use serde_json::{Deserializer, Value, json};

use crate::schedule::{Cut, Decisions, Schedule};

/// What a read gets.
pub(crate) enum Turn {
    Bytes(Vec<u8>),
    /// Nothing for so many milliseconds. Then say that they [`passed`](Server::passed).
    Pause(u64),
    /// Nothing this time.
    Again,
    /// Nothing until more is [heard](Server::hear).
    Idle,
    End,
    Reset,
}

pub(crate) struct Server {
    decisions: Decisions,
    cut: Option<Cut>,
    has_garbage: bool,
    refusals: u8,
    is_negotiated: bool,
    has_put_off: bool,
    /// The beginning of a request.
    heard: Vec<u8>,
    /// What will be said, in its order, and how long the server will take for it.
    in_band: VecDeque<(u64, Vec<u8>)>,
    /// What is being said.
    said: VecDeque<u8>,
    count: usize,
    /// The tokens of the requests that the server answers without an id.
    pub(crate) refused: Vec<usize>,
}

impl Server {
    pub(crate) fn new(schedule: &Schedule) -> Self {
        let version = json!({"qemu": {"micro": 2, "minor": 0, "major": 10}, "package": ""});
        let mut server = Self {
            decisions: schedule.decisions.clone(),
            cut: schedule.cut,
            has_garbage: schedule.has_garbage,
            refusals: schedule.refusals,
            is_negotiated: false,
            has_put_off: false,
            heard: Vec::new(),
            in_band: VecDeque::new(),
            said: VecDeque::new(),
            count: 0,
            refused: Vec::new(),
        };
        if server.decisions.next() % 4 == 1 {
            server.say(b"the end of another's reply\"}], \"id\": 7}\r\n");
        }
        server.say_value(&json!({"QMP": {"version": version, "capabilities": ["oob"]}}));
        server
    }

    /// From now on it is a good one.
    pub(crate) fn mend(&mut self) {
        self.decisions = Decisions::none();
    }

    /// What the next read gets, of `most` bytes at most.
    pub(crate) fn next(&mut self, most: usize) -> Turn {
        if let Some(Cut { by_reset, .. }) = self.cut.filter(|cut| cut.behind <= self.count) {
            return if by_reset { Turn::Reset } else { Turn::End };
        }
        while self.said.is_empty() {
            match self.in_band.front_mut() {
                None => return Turn::Idle,
                Some((delay, _)) if *delay > 0 => return Turn::Pause(*delay),
                Some((_, bytes)) => {
                    self.said.extend(bytes.drain(..));
                    self.in_band.pop_front();
                }
            }
        }
        let most = most.min(self.cut.map_or(usize::MAX, |cut| cut.behind - self.count));
        let length = match self.decisions.next() {
            decision if decision % 16 == 15 && self.put_off() => return Turn::Again,
            decision if decision % 2 == 1 => most.min(1 + usize::from(decision / 16)),
            _ => most,
        };
        let length = length.min(self.said.len());
        self.count += length;
        Turn::Bytes(self.said.drain(..length).collect())
    }

    /// The [pause](Turn::Pause) is over.
    pub(crate) fn passed(&mut self) {
        if let Some((delay, _)) = self.in_band.front_mut() {
            *delay = 0;
        }
    }

    /// How many of so many bytes a write takes: none in this moment, or some.
    pub(crate) fn takes(&mut self, length: usize) -> Option<usize> {
        match self.decisions.next() {
            decision if decision % 8 == 7 && self.put_off() => None,
            decision if decision % 2 == 1 => Some(length.min(1 + usize::from(decision / 8))),
            _ => Some(length),
        }
    }

    /// Whether to let the client try again: not twice in turn, for then it might do nothing else.
    fn put_off(&mut self) -> bool {
        self.has_put_off = !self.has_put_off;
        self.has_put_off
    }

    pub(crate) fn is_cut(&self) -> bool {
        self.cut.is_some_and(|cut| cut.behind <= self.count)
    }

    /// Takes bytes of the client, and answers the requests that they complete.
    pub(crate) fn hear(&mut self, bytes: &[u8]) {
        self.heard.extend_from_slice(bytes);
        let heard = std::mem::take(&mut self.heard);
        let mut requests = Deserializer::from_slice(&heard).into_iter::<Value>();
        let mut end = 0;
        while let Some(request) = requests.next() {
            match request {
                Ok(request) => self.answer(&request),
                Err(error) => {
                    assert!(error.is_eof(), "{error}: {}", heard.escape_ascii());
                    break;
                }
            }
            end = requests.byte_offset();
        }
        self.heard = heard[end..].to_vec();
    }

    fn answer(&mut self, request: &Value) {
        let id = &request["id"];
        if request["execute"] == "qmp_capabilities" {
            let reply = if self.is_negotiated {
                json!({"id": id, "error": {"class": "CommandNotFound", "desc": "of none"}})
            } else {
                json!({"return": {}, "id": id})
            };
            self.is_negotiated = true;
            return self.queue(0, text(&reply));
        }
        let token = &request["arguments"]["token"];
        let delay = match self.decisions.next() {
            decision if decision % 4 == 3 => u64::from(decision),
            _ => 0,
        };
        if self.decisions.next() % 16 > 15 - self.refusals {
            return self.refuse(token, delay);
        }
        let reply = match self.decisions.next() % 16 {
            1..=3 => json!({"id": id, "error": {"class": "New", "desc": format!("of {token}")}}),
            6 if self.has_garbage => return self.queue(delay, b"{\"return\": inf}\r\n".to_vec()),
            7 if self.has_garbage => return self.queue(delay, b"]".to_vec()),
            _ => json!({"id": id, "return": {"token": token, "x": "}{\""}}),
        };
        let reply = self.dressed(&reply);
        if request.get("exec-oob").is_some() { self.say(&reply) } else { self.queue(delay, reply) }
    }

    /// Answers without an id, once or several times.
    fn refuse(&mut self, token: &Value, delay: u64) {
        self.refused.push(token.as_u64().and_then(|token| usize::try_from(token).ok()).unwrap());
        let refusal = json!({"error": {"class": "GenericError", "desc": "refused"}});
        for again in 0..=self.decisions.next() % 4 {
            self.queue(delay * u64::from(again == 0), text(&refusal));
        }
    }

    /// A reply, with what may stand before it.
    fn dressed(&mut self, reply: &Value) -> Vec<u8> {
        let event =
            json!({"event": "STOP", "data": {"id": 2}, "timestamp": {"seconds": 1, "microseconds": 2}});
        let before = match self.decisions.next() % 8 {
            1 => text(&event),
            2 => b"\xff".to_vec(),
            3 => b"{\"return\": [\"unfinished\xff".to_vec(),
            4 => b"\r\n \t\n".to_vec(),
            5 => text(&json!({"return": {"token": 0}, "id": 999_999})),
            _ => Vec::new(),
        };
        let reply =
            if self.decisions.next() % 4 == 1 { format!("{reply:#}\r\n").into_bytes() } else { text(reply) };
        [before, reply].concat()
    }

    fn queue(&mut self, delay: u64, bytes: Vec<u8>) {
        self.in_band.push_back((delay, bytes));
    }

    fn say_value(&mut self, value: &Value) {
        self.say(&text(value));
    }

    fn say(&mut self, bytes: &[u8]) {
        self.said.extend(bytes);
    }
}

fn text(value: &Value) -> Vec<u8> {
    format!("{value}\r\n").into_bytes()
}
