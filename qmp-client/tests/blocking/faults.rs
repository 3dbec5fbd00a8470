//! Servers that break off, break the protocol, or never stop.

use std::panic::{AssertUnwindSafe, catch_unwind};

use qmp_client::{CallOptions, Error};

use crate::SHORT;
use crate::bindings::{Name, QueryMistake, QueryName};
use crate::server::{Peer, client, client_with, hasty, over, patient};

/// What `query-name` comes to when the server answers with these bytes and leaves.
fn answered(bytes: impl Into<Vec<u8>>) -> Result<Name, Error> {
    let bytes = bytes.into();
    let (client, server) = client(move |mut peer| {
        peer.expect(r#"{"execute":"query-name","id":2}"#);
        peer.send(bytes);
    });
    let result = client.execute(&QueryName {});
    server.join().unwrap();
    result
}

#[test]
fn the_connection_may_end_at_any_byte_of_a_reply() {
    let reply = r#"{"return": {"name": "vm"}, "id": 2}"#;
    for end in 0..reply.len() {
        assert!(matches!(answered(&reply[..end]), Err(Error::Closed)), "{end}");
    }
    assert!(answered(reply).is_ok());
}

#[test]
fn what_breaks_the_protocol_is_an_error() {
    let text = |bytes: &[u8]| answered(bytes).unwrap_err().to_string();
    assert_eq!(text(b"]"), "not QMP: byte 0x5d between messages");
    assert_eq!(text(b"\0{}"), "not QMP: byte 0x00 between messages");
    assert_eq!(text(b"{}"), "not QMP: malformed message: neither a greeting, a reply nor an event");
    assert!(text(br#"{"return": nan, "id": 2}"#).starts_with("not QMP: malformed message: "));
    assert!(answered(b"\xff{\"retu\xff{\"return\": {}, \"id\": 2}".as_slice()).is_ok());
}

#[test]
fn messages_on_one_line_are_told_apart() {
    let reply = r#"{"return": {"name": "vm"}, "id": 2}"#;
    for bytes in [
        format!("{reply}{{\"return\": {{}}, \"id\": 3}}\r\n"),
        format!("{{\"return\": {{}}, \"id\": 9}}{reply}\n"),
        format!("{{\"event\": \"STOP\"}} {reply}\n"),
    ] {
        assert!(answered(bytes.as_str()).is_ok(), "{bytes}");
    }
}

#[test]
fn a_result_of_another_type_fails_its_command_only() {
    let (client, server) = client(|mut peer| {
        peer.expect(r#"{"execute":"query-name","id":2}"#);
        peer.send("{\"return\": [1], \"id\": 2}\r\n");
        peer.expect(r#"{"execute":"query-name","id":3}"#);
        peer.send("{\"return\": {}, \"id\": 3}\r\n");
    });
    assert!(matches!(client.execute(&QueryName {}), Err(Error::Decode(_))));
    client.execute(&QueryName {}).unwrap();
    server.join().unwrap();
}

#[test]
fn a_result_type_that_panics_takes_nothing_from_other_calls() {
    let (client, server) = client(|mut peer| {
        peer.expect(r#"{"execute":"query-mistake","id":2}"#);
        peer.send("{\"return\": {}, \"id\": 2}\r\n");
        peer.expect(r#"{"execute":"query-name","id":3}"#);
        peer.send("{\"return\": {}, \"id\": 3}\r\n");
    });
    catch_unwind(AssertUnwindSafe(|| client.execute(&QueryMistake {}))).unwrap_err();
    client.execute(&QueryName {}).unwrap();
    server.join().unwrap();
}

#[test]
fn a_malformed_message_fails_one_command_only() {
    let (client, server) = client(|mut peer| {
        peer.expect(r#"{"execute":"query-name","id":2}"#);
        peer.send(r#"{"return": inf, "id": 2}"#);
        peer.expect(r#"{"execute":"query-name","id":3}"#);
        peer.send(r#"{"return": {}, "id": 3}"#);
    });
    assert!(matches!(client.execute(&QueryName {}), Err(Error::Protocol(_))));
    client.execute(&QueryName {}).unwrap();
    server.join().unwrap();
}

#[test]
fn a_malformed_message_of_others_fails_no_command() {
    for other in [
        r#"{"return": inf, "id": 2}"#,
        r#"{"error": {"class": "GenericError"}, "id": 2}"#,
        r#"{"return": inf}"#,
        r#"{"event": "STOP", "data": nan}"#,
    ] {
        let (client, server) = client(move |mut peer| {
            peer.expect(r#"{"execute":"query-name","id":2}{"execute":"query-name","id":3}"#);
            peer.send(format!("{other}\r\n"));
            peer.send(r#"{"return": {}, "id": 3}"#);
        });
        let error = client.execute_with(&QueryName {}, &CallOptions::new().timeout(SHORT)).unwrap_err();
        assert!(matches!(error, Error::Timeout { .. }));
        client.execute(&QueryName {}).unwrap();
        server.join().unwrap();
    }
}

#[test]
fn an_error_without_id_fails_the_command_in_flight() {
    let refusal = r#"{"error": {"class": "GenericError", "desc": "JSON nesting depth limit exceeded"}}"#;
    let (client, server) = client(move |mut peer| {
        peer.expect(r#"{"execute":"query-name","id":2}"#);
        peer.send(refusal);
        peer.expect(r#"{"execute":"qmp_capabilities","id":3}{"execute":"query-name","id":4}"#);
        let known = r#"{"error": {"class": "CommandNotFound", "desc": "known"}, "id": 3}"#;
        peer.send(format!(r#"{refusal}{known}{{"return": {{}}, "id": 4}}"#));
    });
    let error = client.execute(&QueryName {}).unwrap_err();
    assert_eq!(error.to_string(), "query-name: GenericError: JSON nesting depth limit exceeded");
    client.execute(&QueryName {}).unwrap();
    server.join().unwrap();
}

#[test]
fn a_message_may_not_exceed_its_limit() {
    let (client, server) = client_with(&patient().max_message_size(1000), |mut peer| {
        peer.expect(r#"{"execute":"query-name","id":2}"#);
        peer.send_forever("{ \"return\": [0000");
    });
    let error = client.execute(&QueryName {}).unwrap_err();
    assert_eq!(error.to_string(), "the server sent a message longer than 1000 bytes");
    let error = client.execute(&QueryName {}).unwrap_err();
    assert!(matches!(error, Error::MessageTooLong { limit: 1000 }) && error.is_disconnected(), "{error:?}");
    client.close();
    server.join().unwrap();
}

/// What `query-name` comes to, in a short time, when the server goes on and on.
fn times_out(script: fn(&mut Peer)) {
    let (stream, server) = crate::server::pair(move |mut peer| {
        peer.negotiate();
        script(&mut peer);
    });
    let client = over(stream);
    let result = client.execute_with(&QueryName {}, &CallOptions::new().timeout(SHORT));
    assert!(matches!(result, Err(Error::Timeout { .. })), "{result:?}");
    client.close();
    server.join().unwrap();
}

#[test]
fn no_stream_of_bytes_holds_a_command_beyond_its_deadline() {
    times_out(|peer| peer.send_forever("{\"event\": \"STOP\"}\r\n".repeat(100)));
    times_out(|peer| peer.send_forever(r#"{"return": {}, "id": 77}"#));
    times_out(|peer| peer.send_forever(" "));
    times_out(|peer| {
        peer.send(r#"{"return": {"name": ""#);
        peer.send_forever("x");
    });
}

#[test]
fn random_bytes_end_in_an_error() {
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..200 {
        let bytes: Vec<u8> = (0..100)
            .map(|_| {
                random ^= random << 13;
                random ^= random >> 7;
                random ^= random << 17;
                random.to_le_bytes()[3]
            })
            .collect();
        assert!(answered(bytes).is_err());
    }
    let error = crate::server::refused(&hasty(), |mut peer| peer.send([0x80, 0xff, b'{', b'"']));
    assert!(matches!(error, Error::ClosedEarly { .. } | Error::NoGreeting { .. }));
}
