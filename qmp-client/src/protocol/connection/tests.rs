//! Conversations, byte by byte.

use super::{Arguments, Capability, Connection, Delivery, ProtocolError, Received, RequestId, State};

const LIMIT: usize = 1 << 16;
const GREETING: &str = "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 2, \"minor\": 0, \"major\": 10}, \
    \"package\": \"\"}, \"capabilities\": [\"oob\"]}}\r\n";

fn greeted() -> Connection {
    let mut connection = Connection::new(LIMIT);
    assert_eq!(take(&mut connection, GREETING), ["greeting"]);
    connection
}

fn ready() -> Connection {
    let mut connection = greeted();
    connection.negotiate(&[]).unwrap();
    sent(&mut connection);
    assert_eq!(take(&mut connection, "{\"return\": {}, \"id\": 1}"), ["ready"]);
    connection
}

fn request(connection: &mut Connection, name: &str) -> RequestId {
    connection.request(name, &Arguments::none(), Delivery::InBand).unwrap()
}

/// What is outgoing, as a transport takes it.
fn sent(connection: &mut Connection) -> String {
    let bytes = connection.outgoing().bytes.to_vec();
    connection.written(bytes.len());
    String::from_utf8(bytes).unwrap()
}

/// Feeds bytes and describes what they mean, up to the first error that ends the connection.
fn take(connection: &mut Connection, bytes: impl AsRef<[u8]>) -> Vec<String> {
    match connection.feed(bytes.as_ref()) {
        Ok(()) => drain(connection),
        Err(error) => vec![error.to_string()],
    }
}

fn drain(connection: &mut Connection) -> Vec<String> {
    let mut found = Vec::new();
    loop {
        match connection.next_message() {
            Ok(None) => return found,
            Ok(Some(received)) => found.push(describe(received)),
            Err(ProtocolError::Malformed(_)) => found.push("malformed".into()),
            Err(error) => {
                found.push(error.to_string());
                return found;
            }
        }
    }
}

fn describe(received: Received) -> String {
    let outcome = |outcome: super::Outcome| match outcome {
        Ok(result) => result.into(),
        Err(error) => error.desc,
    };
    match received {
        Received::Greeting(_) => "greeting".into(),
        Received::Ready => "ready".into(),
        Received::Refused(error) => format!("refused: {}", error.desc),
        Received::Reply { id, outcome: of } => format!("{id}: {}", outcome(of)),
        Received::Late(id) => format!("late: {id}"),
        Received::Unmatched(of) => format!("unmatched: {}", outcome(of)),
        Received::Event(event) => event.name().into(),
    }
}

#[test]
fn what_a_previous_client_left_is_passed_over() {
    for stale in ["tail\"}], \"id\": 1}\r\n", "{\"event\": \"STOP\"}\r\n{\"return\": [", "\0\"{{"] {
        let stream = format!("{stale}{GREETING}");
        for split in 0..stream.len() {
            let mut connection = Connection::new(LIMIT);
            let mut found = take(&mut connection, &stream[..split]);
            found.extend(take(&mut connection, &stream[split..]));
            assert_eq!(found, ["greeting"]);
        }
    }
}

#[test]
fn a_greeting_may_be_pretty_printed() {
    let pretty = GREETING.replace(": {", " :\r\n  {\r\n    ").replace("{\"QMP\"", "{\r\n \"QMP\"");
    assert_eq!(take(&mut Connection::new(LIMIT), pretty), ["greeting"]);
}

#[test]
fn a_server_that_is_just_starting_greets_twice() {
    let mut connection = greeted();
    connection.negotiate(&[]).unwrap();
    assert_eq!(take(&mut connection, GREETING), ["greeting"]);
    assert_eq!(take(&mut connection, r#"{"return": {}, "id": 1}"#), ["ready"]);
    assert_eq!(connection.state(), State::Ready);
}

#[test]
fn bytes_without_a_greeting_end_the_connection() {
    let mut connection = Connection::new(10);
    assert_eq!(take(&mut connection, "220 mail ESMTP"), ["no greeting in 10 bytes"]);
    assert_eq!(drain(&mut connection), ["the connection is closed"]);
}

#[test]
fn each_state_takes_its_requests_only() {
    let stop = |connection: &mut Connection| connection.request("stop", &Arguments::none(), Delivery::InBand);
    let mut connection = Connection::new(LIMIT);
    assert_eq!(connection.state(), State::Greeting);
    assert_eq!(connection.negotiate(&[]), Err(ProtocolError::NotReady));
    let mut connection = greeted();
    assert_eq!(connection.state(), State::Negotiating);
    assert_eq!(stop(&mut connection), Err(ProtocolError::NotReady));
    let mut connection = ready();
    assert_eq!(connection.state(), State::Ready);
    assert_eq!(connection.negotiate(&[]), Err(ProtocolError::NotReady));
    connection.end_of_input();
    assert_eq!(connection.state(), State::Closed);
    assert_eq!(stop(&mut connection), Err(ProtocolError::Closed));
    assert_eq!(sent(&mut connection), "");
}

#[test]
fn a_refused_negotiation_may_be_tried_again() {
    let mut connection = greeted();
    let enable = [Capability::Oob, Capability::Unrecognized("later".into())];
    connection.negotiate(&enable).unwrap();
    assert_eq!(
        sent(&mut connection),
        r#"{"execute":"qmp_capabilities","arguments":{"enable":["oob"]},"id":1}"#
    );
    let refusal = r#"{"id": 1, "error": {"class": "GenericError", "desc": "no"}}"#;
    assert_eq!(take(&mut connection, refusal), ["refused: no"]);
    connection.negotiate(&[]).unwrap();
    assert_eq!(sent(&mut connection), r#"{"execute":"qmp_capabilities","id":2}"#);
    assert_eq!(take(&mut connection, r#"{"return": {}, "id": 2}"#), ["ready"]);
    assert!(!connection.has_enabled(&Capability::Oob));
    let refused = connection.request("stop", &Arguments::none(), Delivery::OutOfBand);
    assert_eq!(refused, Err(ProtocolError::OutOfBandNotEnabled));
}

/// A connection on which out-of-band execution is on. The id 1 is used.
fn with_out_of_band() -> Connection {
    let mut connection = greeted();
    connection.negotiate(&[Capability::Oob]).unwrap();
    sent(&mut connection);
    assert_eq!(take(&mut connection, "{\"return\": {}, \"id\": 1}"), ["ready"]);
    connection
}

#[test]
fn eight_requests_in_band_are_on_their_way_and_those_out_of_band_pass_them() {
    let mut connection = with_out_of_band();
    let ids: Vec<_> = (0..12).map(|_| request(&mut connection, "a")).collect();
    let sequence = |ids: std::ops::RangeInclusive<u64>| -> String {
        ids.map(|id| format!(r#"{{"execute":"a","id":{id}}}"#)).collect()
    };
    assert_eq!(sent(&mut connection), sequence(2..=9));
    let urgent = connection.request("b", &Arguments::none(), Delivery::OutOfBand).unwrap();
    assert_eq!(sent(&mut connection), r#"{"exec-oob":"b","id":14}"#);
    // A request that never left is not made; one that did still takes its place.
    connection.abandon(ids[8]);
    connection.abandon(ids[1]);
    assert_eq!(take(&mut connection, r#"{"return": {}, "id": 14}"#), [format!("{urgent}: {{}}")]);
    assert_eq!(sent(&mut connection), "");
    assert_eq!(take(&mut connection, r#"{"return": {}, "id": 2}"#), ["2: {}"]);
    assert_eq!(sent(&mut connection), sequence(11..=11));
    assert_eq!(
        take(&mut connection, r#"{"return": {}, "id": 3}{"return": {}, "id": 4}"#),
        ["late: 3", "4: {}"]
    );
    assert_eq!(sent(&mut connection), sequence(12..=13));
}

#[test]
fn file_descriptors_go_one_request_at_a_time() {
    let mut connection = ready();
    let mut with_fds = |name: &str| connection.request(name, &Arguments::none(), Delivery::WithFds).unwrap();
    let (first, second) = (with_fds("a"), with_fds("b"));
    request(&mut connection, "c");
    assert_eq!(connection.outgoing().fds_of, Some(first));
    assert_eq!(sent(&mut connection), r#"{"execute":"a","id":2}"#);
    assert_eq!(sent(&mut connection), "");
    assert_eq!(take(&mut connection, r#"{"return": {}, "id": 2}"#), ["2: {}"]);
    assert_eq!(connection.outgoing().fds_of, Some(second));
    assert_eq!(sent(&mut connection), r#"{"execute":"b","id":3}{"execute":"c","id":4}"#);
}

#[test]
fn replies_find_their_requests_among_events() {
    let mut connection = ready();
    let (first, second) = (request(&mut connection, "a"), request(&mut connection, "b"));
    assert_eq!((first.0, second.0), (2, 3));
    let stream = concat!(
        "\u{20}{\"event\": \"STOP\"}\r\n",
        r#"{"id": 3, "error": {"class": "GenericError", "desc": "no"}}{"return": 5, "id": 9}"#,
        r#"{"return": [], "id": 2}{"return": [], "id": 2}{"event": "RESUME", "data": {}}"#,
    );
    let expected = ["STOP", "3: no", "unmatched: 5", "2: []", "unmatched: []", "RESUME"];
    assert_eq!(take(&mut connection, stream), expected);
}

#[cfg(feature = "blocking")]
#[test]
fn what_comes_at_a_time_is_read_where_it_lies_if_it_is_a_result_and_nothing_else() {
    let mut connection = ready();
    let first = request(&mut connection, "stop");
    let second = request(&mut connection, "cont");
    let result = format!("{{\"return\": {{}}, \"id\": {first}}}\r\n");
    let both = format!("{result}{{\"return\": 1, \"id\": {second}}}\n");
    for other in [both.as_str(), "{\"event\": \"STOP\"}\r\n", result.trim_end()] {
        assert!(connection.receive_result(other.as_bytes()).is_none(), "{other}");
        assert_eq!(connection.presumed_result(first, other.as_bytes()), None, "{other}");
    }
    assert_eq!(connection.presumed_result(second, result.as_bytes()), None);
    assert_eq!(connection.presumed_result(first, result.as_bytes()), Some("{}"));
    assert_eq!(connection.receive_result(result.as_bytes()).map(describe), Some("2: {}".into()));
    // Behind the beginning of a message they are its middle.
    assert!(take(&mut connection, "{\"event\": \"").is_empty());
    assert!(connection.receive_result(result.as_bytes()).is_none());
    assert_eq!(connection.presumed_result(first, result.as_bytes()), None);
}

#[test]
fn a_late_reply_is_recognised() {
    let mut connection = ready();
    let late = request(&mut connection, "a");
    sent(&mut connection);
    connection.abandon(late);
    let never_made = request(&mut connection, "b");
    connection.abandon(never_made);
    request(&mut connection, "c");
    assert_eq!(sent(&mut connection), r#"{"execute":"c","id":4}"#);
    let stream = r#"{"return": 1, "id": 2}{"return": 2, "id": 4}"#;
    assert_eq!(take(&mut connection, stream), ["late: 2", "4: 2"]);
}

#[test]
fn errors_without_id_fail_one_request_at_most() {
    let error = r#"{"error": {"class": "GenericError", "desc": "no"}}"#;
    let mut connection = ready();
    assert_eq!(take(&mut connection, error), ["unmatched: no"]);
    request(&mut connection, "a");
    assert_eq!(take(&mut connection, error.repeat(2)), ["2: no", "unmatched: no"]);
    // Behind a request that shows where they end, an error without id can be the next request's.
    sent(&mut connection);
    request(&mut connection, "b");
    assert_eq!(sent(&mut connection), r#"{"execute":"qmp_capabilities","id":3}{"execute":"b","id":4}"#);
    let shown = r#"{"error": {"class": "CommandNotFound", "desc": "known"}, "id": 3}"#;
    assert_eq!(
        take(&mut connection, format!("{error}{shown}{error}")),
        ["unmatched: no", "late: 3", "4: no"]
    );
    request(&mut connection, "c");
    let replies = r#"{"return": 5, "id": 5}{"return": 6, "id": 6}"#;
    assert_eq!(take(&mut connection, format!("{error}{replies}")), ["unmatched: no", "late: 5", "6: 6"]);
    sent(&mut connection);
    request(&mut connection, "d");
    assert_eq!(sent(&mut connection), r#"{"execute":"d","id":7}"#);
}

#[test]
fn a_result_without_id_is_nobodys() {
    let mut connection = ready();
    request(&mut connection, "a");
    assert_eq!(take(&mut connection, r#"{"return": 1}"#), ["unmatched: 1"]);
}

#[test]
fn a_malformed_message_is_passed_over() {
    let mut connection = ready();
    request(&mut connection, "a");
    let stream = format!(r#"{{"return": inf, "id": 2}}{GREETING}{{"return": 1, "id": 2}}"#);
    assert_eq!(take(&mut connection, stream), ["malformed", "malformed", "2: 1"]);
}

#[test]
fn a_malformed_reply_is_blamed_on_its_request() {
    let blamed = |connection: &mut Connection, message: &str| {
        assert_eq!(take(connection, message), ["malformed"]);
        connection.unreadable_reply().map(|id| id.0)
    };
    let mut connection = ready();
    let late = request(&mut connection, "a");
    assert_eq!(blamed(&mut connection, "{}"), None, "nothing is written");
    sent(&mut connection);
    assert_eq!(blamed(&mut connection, "{}"), Some(2));
    assert_eq!(blamed(&mut connection, r#"{"event": 1}"#), None);
    assert_eq!(blamed(&mut connection, GREETING), None);
    connection.abandon(late);
    request(&mut connection, "b");
    sent(&mut connection);
    for nobodys in [r#"{"return": inf, "id": 2}"#, r#"{"return": inf, "id": 9}"#, r#"{"return": inf}"#] {
        assert_eq!(blamed(&mut connection, nobodys), None, "{nobodys}");
    }
    assert_eq!(blamed(&mut connection, r#"{"return": inf, "id": 3}"#), Some(3));
    assert_eq!(take(&mut connection, r#"{"return": 1, "id": 3}"#), ["3: 1"]);
    assert_eq!(blamed(&mut connection, "{}"), None);
}

#[test]
fn garbage_ends_the_connection() {
    let mut connection = ready();
    assert_eq!(take(&mut connection, "{} }"), ["malformed", "byte 0x7d between messages"]);
    assert_eq!(connection.state(), State::Closed);
    assert_eq!(take(&mut connection, "{}"), ["the connection is closed"]);
}

#[test]
fn quit_succeeds_by_the_end_and_nothing_behind_it_does() {
    let mut connection = ready();
    request(&mut connection, "quit");
    request(&mut connection, "stop");
    assert_eq!(take(&mut connection, r#"{"event": "SHUTDOWN"}{"retu"#), ["SHUTDOWN"]);
    connection.end_of_input();
    assert_eq!(drain(&mut connection), ["2: {}", "the connection is closed"]);

    let mut connection = ready();
    request(&mut connection, "quit");
    assert_eq!(take(&mut connection, r#"{"return": {}, "id": 2}"#), ["2: {}"]);
    connection.end_of_input();
    assert_eq!(drain(&mut connection), ["the connection is closed"]);
}

/// Streams that random damage makes of a valid one: whatever they mean, reading them ends.
#[test]
fn damaged_streams_neither_hang_nor_panic() {
    let reply = "{\"event\": \"A\", \"data\": {\"b\": [\"\\\"}\"]}}\r\n{\"return\": [1, {}], \"id\": 2}\r\n";
    let stream = format!("{GREETING}{}", reply.repeat(3)).into_bytes();
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        usize::try_from(random % below as u64).unwrap()
    };
    for _ in 0..20_000 {
        let mut damaged = stream.clone();
        for _ in 0..=next(4) {
            let place = next(damaged.len());
            match next(3) {
                0 => damaged[place] = u8::try_from(next(256)).unwrap(),
                1 => drop(damaged.remove(place)),
                _ => damaged.insert(place, b"{}[]\"\\:,\xff\0 1"[next(12)]),
            }
        }
        let mut connection = Connection::new(LIMIT);
        for piece in damaged.chunks(1 + next(40)) {
            take(&mut connection, piece);
            if connection.negotiate(&[]).is_ok() {
                take(&mut connection, "{\"return\": {}, \"id\": 1}");
            }
            let _ = connection.request("a", &Arguments::none(), Delivery::InBand);
        }
        connection.end_of_input();
        assert_eq!(drain(&mut connection).pop().unwrap(), "the connection is closed");
    }
}

const REFUSED: &str = r#"{"error": {"class": "GenericError", "desc": "refused"}}"#;

/// A connection with out-of-band execution enabled.
fn windowed() -> Connection {
    let mut connection = greeted();
    connection.negotiate(&[Capability::Oob]).unwrap();
    sent(&mut connection);
    assert_eq!(take(&mut connection, "{\"return\": {}, \"id\": 1}"), ["ready"]);
    connection
}

#[test]
fn a_window_full_of_refused_requests_opens_again() {
    let mut connection = windowed();
    let refused: Vec<_> = (0..8).map(|_| request(&mut connection, "refused")).collect();
    sent(&mut connection);
    take(&mut connection, REFUSED.repeat(8));
    for &id in &refused[..7] {
        connection.abandon(id);
    }
    // The last may yet be answered: only when nobody waits for it either, nothing else would open the window.
    let next = request(&mut connection, "next");
    assert_eq!(sent(&mut connection), "");
    connection.abandon(refused[7]);
    assert_eq!(sent(&mut connection), r#"{"execute":"qmp_capabilities","id":11}"#);
    let known = r#"{"error": {"class": "CommandNotFound", "desc": "known"}, "id": 11}"#;
    assert_eq!(take(&mut connection, known), ["late: 11"]);
    assert_eq!(sent(&mut connection), r#"{"execute":"next","id":10}"#);
    assert_eq!(take(&mut connection, format!("{{\"return\": 1, \"id\": {next}}}")).len(), 1);
}

#[test]
fn file_descriptors_do_not_wait_for_a_refused_request() {
    let mut connection = ready();
    let with_fds = |connection: &mut Connection| {
        connection.request("getfd", &Arguments::none(), Delivery::WithFds).unwrap()
    };
    let (refused, other) = (with_fds(&mut connection), request(&mut connection, "other"));
    sent(&mut connection);
    take(&mut connection, REFUSED);
    take(&mut connection, format!("{{\"return\": {{}}, \"id\": {other}}}"));
    connection.abandon(refused);
    with_fds(&mut connection);
    assert_eq!(sent(&mut connection), r#"{"execute":"qmp_capabilities","id":5}"#);
    take(&mut connection, r#"{"error": {"class": "CommandNotFound", "desc": "known"}, "id": 5}"#);
    assert_eq!(sent(&mut connection), r#"{"execute":"getfd","id":4}"#);
}
