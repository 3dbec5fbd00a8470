//! What a client sends, and what it is answered.

use std::sync::Arc;

use super::{Profile, Received, Session};
use qmp_types::ServerError;

/// A session whose requests are all answered with their names.
struct Echo(Session);

impl Echo {
    fn new(profile: Profile) -> Self {
        Self(Session::new(Arc::new(profile), &mut Vec::new()))
    }

    /// One that is negotiated.
    fn ready(profile: Profile) -> Self {
        let mut echo = Self::new(profile);
        echo.says(br#"{"execute":"qmp_capabilities"}"#, "{\"return\": {}}\r\n");
        echo
    }

    fn answers(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        self.0.feed(bytes);
        while let Some(received) = self.0.next_message(&mut out) {
            if let Received::Request(request) = received {
                let outcome = match request.name.as_str() {
                    "silent" => Ok(None),
                    "quit" => Err(ServerError::command_not_found("quit")),
                    name => Ok(Some(qmp_types::json::to_raw_value(name))),
                };
                self.0.reply(request, outcome, &mut out);
            }
        }
        out
    }

    #[track_caller]
    fn says(&mut self, bytes: &[u8], answer: &str) {
        assert_eq!(
            self.answers(bytes).escape_ascii().to_string(),
            answer.as_bytes().escape_ascii().to_string()
        );
    }

    /// Refuses a message with an error of the class, once, and goes on.
    #[track_caller]
    fn refuses(&mut self, bytes: &[u8], class: &str, desc: &str, id: &str) {
        let answer = String::from_utf8(self.answers(bytes)).unwrap();
        let expected = format!("{{\"error\": {{\"class\": \"{class}\", \"desc\": \"");
        assert!(answer.starts_with(&expected) && answer.contains(desc), "{answer}");
        assert!(answer.ends_with(&format!("\"}}{id}}}\r\n")), "{answer}");
        assert_eq!(answer.lines().count(), 1, "{answer}");
        self.says(br#"{"execute":"alive"}"#, "{\"return\": \"alive\"}\r\n");
    }
}

#[test]
fn a_monitor_greets() {
    let mut out = Vec::new();
    let profile = Profile::monitor().version(9, 1, 50).package("caf\u{e9}").out_of_band(["yank"]);
    let _ = Session::new(Arc::new(profile), &mut out);
    let greeting = r#"{"QMP": {"version": {"qemu": {"major": 9, "minor": 1, "micro": 50}, "package": "caf\u00E9"}, "capabilities": ["oob"]}}"#;
    assert_eq!(String::from_utf8(out).unwrap(), format!("{greeting}\r\n"));
}

#[test]
fn nothing_is_carried_out_before_the_negotiation() {
    let mut echo = Echo::new(Profile::monitor());
    let answer = echo.answers(br#"{"execute":"stop","id":1}{"execute":"quit"}"#);
    let answer = String::from_utf8(answer).unwrap();
    assert_eq!(answer.matches("CommandNotFound").count(), 2);
    assert!(answer.contains(r#""id": 1}"#));
    let answer = echo.answers(br#"{"execute":"qmp_capabilities","arguments":{"enable":["oob"]}}"#);
    assert!(answer.starts_with(br#"{"error": {"class": "GenericError""#));
    assert!(!echo.0.takes_events());
    echo.says(
        b"{\"execute\":\"qmp_capabilities\",\"id\":\"c\"}\r\n{\"execute\":\"stop\"}",
        "{\"return\": {}, \"id\": \"c\"}\r\n{\"return\": \"stop\"}\r\n",
    );
    assert!(echo.0.takes_events());
    echo.refuses(br#"{"execute":"qmp_capabilities","id":3}"#, "CommandNotFound", "already", ", \"id\": 3");
}

#[test]
fn ids_are_echoed_whatever_they_are() {
    let mut echo = Echo::ready(Profile::monitor());
    for id in ["null", "7", "1.5", "\"caf\\u00E9\"", "{\"a\": [null, true]}", "12345678901234567890"] {
        let request = format!(r#"{{"id":{id},"execute":"x","arguments":{{}}}}"#);
        echo.says(request.as_bytes(), &format!("{{\"return\": \"x\", \"id\": {id}}}\r\n"));
    }
}

#[test]
fn what_is_no_request_is_refused_with_its_id() {
    let mut echo = Echo::ready(Profile::monitor());
    echo.refuses(b"{}", "GenericError", "'execute' is missing", "");
    echo.refuses(br#"{"id":7}"#, "GenericError", "'execute' is missing", ", \"id\": 7");
    echo.refuses(br#"{"execute":"x","foo":1,"id":"x"}"#, "GenericError", "'foo'", ", \"id\": \"x\"");
    echo.refuses(br#"{"execute":5}"#, "GenericError", "not a string", "");
    echo.refuses(br#"{"execute":"x","arguments":[]}"#, "GenericError", "not an object", "");
    echo.refuses(br#"{"execute":"x","arguments":null}"#, "GenericError", "not an object", "");
}

#[test]
fn what_is_not_json_is_refused_without_an_id() {
    let mut echo = Echo::ready(Profile::monitor());
    echo.refuses(b"foo\r\n", "GenericError", "between messages", "");
    echo.refuses(b"[1,{\"execute\":\"x\"}]", "GenericError", "", "");
    echo.refuses(b"\"{ x\"\r\n", "GenericError", "between messages", "");
    echo.refuses(b"}]", "GenericError", "between messages", "");
    echo.refuses(br#"{"execute":"x","id":1,}"#, "GenericError", "", "");
    echo.refuses(br#"{"execute":"x","execute":"y","id":1}"#, "GenericError", "twice", "");
    echo.refuses(b"{\"execute\":\"caf\xe9\"}", "GenericError", "", "");
    echo.refuses(b"{\"execute\":\"half\xff", "GenericError", "0xff", "");
    echo.refuses(b"\x00", "GenericError", "0x00", "");
}

#[test]
fn what_stands_behind_a_reset_is_read() {
    let mut echo = Echo::ready(Profile::monitor());
    let answer =
        String::from_utf8(echo.answers(b"{\"execute\":\"a\"}\xff\xff{\"execute\":\"b\"}{\xff")).unwrap();
    let kinds: Vec<_> = answer.lines().map(|line| &line[2..8]).collect();
    assert_eq!(kinds, ["return", "error\"", "error\"", "return", "error\""]);
}

#[test]
fn the_pieces_in_which_bytes_come_do_not_matter() {
    let stream = b"{\"execute\":\"a\",\"id\":{}}\r\n{}\xff{\"execute\":\"b\"}[1]{\"execute\":\"c\"}";
    let whole = Echo::ready(Profile::monitor()).answers(stream);
    let mut echo = Echo::ready(Profile::monitor());
    let pieces: Vec<u8> = stream.iter().flat_map(|byte| echo.answers(&[*byte])).collect();
    assert_eq!(String::from_utf8(pieces).unwrap(), String::from_utf8(whole).unwrap());
}

#[test]
fn out_of_band_is_for_commands_that_may_and_clients_that_asked() {
    let mut echo = Echo::ready(Profile::monitor().out_of_band(["yank"]));
    echo.refuses(br#"{"exec-oob":"yank","id":1}"#, "GenericError", "'exec-oob'", ", \"id\": 1");

    let mut echo = Echo::new(Profile::monitor().out_of_band(["yank"]));
    echo.says(br#"{"execute":"qmp_capabilities","arguments":{"enable":["oob"]}}"#, "{\"return\": {}}\r\n");
    echo.says(br#"{"exec-oob":"yank","id":1}"#, "{\"return\": \"yank\", \"id\": 1}\r\n");
    echo.refuses(br#"{"exec-oob":"stop","id":1}"#, "GenericError", "out-of-band", ", \"id\": 1");
    echo.refuses(br#"{"exec-oob":"yank","execute":"yank"}"#, "GenericError", "either", "");
}

#[test]
fn quit_ends_the_connection() {
    let mut echo = Echo::ready(Profile::monitor());
    echo.says(br#"{"execute":"quit","id":1}{"execute":"x"}"#, "{\"return\": {}, \"id\": 1}\r\n");
    assert!(echo.0.has_ended());
    echo.says(br#"{"execute":"x"}"#, "");
}

#[test]
fn a_request_above_the_limit_ends_the_connection() {
    let mut echo = Echo::ready(Profile::monitor().max_message_size(40));
    let answer = echo.answers(format!(r#"{{"execute":"{}"#, "x".repeat(100)).as_bytes());
    assert!(answer.starts_with(br#"{"error": {"class": "GenericError""#));
    assert!(echo.0.has_ended());
}

#[test]
fn an_agent_answers_at_once_and_syncs() {
    let mut out = Vec::new();
    let session = Session::new(Arc::new(Profile::agent().version(1, 2, 3).out_of_band(["x"])), &mut out);
    assert_eq!((out, session.takes_events()), (Vec::new(), false));
    let mut echo = Echo(session);
    echo.says(br#"{"execute":"guest-sync","arguments":{"id":12},"id":1}"#, "{\"return\": 12, \"id\": 1}\n");
    echo.says(br#"{"execute":"silent"}{"execute":"x"}"#, "{\"return\": \"x\"}\n");
    echo.says(br#"{"execute":"qmp_capabilities"}"#, "{\"return\": \"qmp_capabilities\"}\n");
    let answer = echo.answers(b"{\"ex\xff{\"execute\":\"guest-sync-delimited\",\"arguments\":{\"id\":-3}}");
    assert!(answer.starts_with(b"{\"error\": "));
    assert!(answer.ends_with(b"\n\xff{\"return\": -3}\n"));
    let answer = echo.answers(br#"{"execute":"guest-sync-delimited","arguments":{"id":"3"}}"#);
    assert!(answer.starts_with(br#"{"error": {"class": "GenericError""#));
}

#[test]
fn behind_damage_and_a_reset_requests_are_understood() {
    const STREAM: &[u8] = b"{\"execute\":\"a\",\"arguments\":{\"x\":[{},\"\\\"}{\"]},\"id\":[1]}\r\n{\"exec-oob\":\"b\"} \
        {\"execute\":\"qmp_capabilities\"}[1,{}]{\"id\":{\"a\":\"\\u00e9\"},\"execute\":\"c\"}\xff{\"execute\":1}";
    let mut seed = 1_u32;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as usize % below
    };
    let mut echo = Echo::ready(Profile::monitor());
    for _ in 0..5000 {
        let mut stream = STREAM.to_vec();
        for _ in 0..=random(4) {
            let place = random(stream.len());
            stream[place] = b"{}[]\",:\\ \r\nx1\x00\xff\xc3"[random(16)];
        }
        stream.truncate(random(stream.len()) + 1);
        for piece in stream.chunks(random(20) + 1) {
            let answer = echo.answers(piece);
            assert!(answer.is_ascii() && (answer.is_empty() || answer.ends_with(b"\r\n")));
        }
        let answer = echo.answers(b"\xff{\"execute\":\"alive\"}");
        assert!(answer.ends_with(b"{\"return\": \"alive\"}\r\n"), "{}", stream.escape_ascii());
    }
}
