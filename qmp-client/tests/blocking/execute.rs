//! Commands and what they come to.

use std::time::Duration;

use qmp_client::{CallOptions, Error};
use qmp_types::ErrorClass;
use serde_json::value::RawValue;

use crate::SHORT;
use crate::bindings::{Name, QueryBlock, QueryName, Quit, SetPassword, Shutdown};
use crate::server::client;

#[test]
fn results_are_typed_and_requests_compact() {
    let (client, server) = client(|mut peer| {
        peer.expect(r#"{"execute":"query-name","id":2}"#);
        peer.send("{\"return\": {\"name\": \"vm\", \"new\": 1}, \"id\": 2}\r\n");
        peer.expect(r#"{"execute":"set_password","arguments":{"password":"s"},"id":3}"#);
        peer.send("{\r\n    \"return\": {\r\n    },\r\n    \"id\": 3\r\n}\r\n");
    });
    assert_eq!(client.execute(&QueryName {}).unwrap(), Name { name: Some("vm".into()) });
    client.execute(&SetPassword { password: "s".into() }).unwrap();
    server.join().unwrap();
}

#[test]
fn raw_commands_pass_as_they_are() {
    let (client, server) = client(|mut peer| {
        peer.expect(r#"{"execute":"device_add","arguments":{"driver": "x"},"id":2}"#);
        peer.send(r#"{"return": [ 1, null ], "id": 2}"#);
        peer.expect(r#"{"execute":"qom-get","id":3}"#);
        peer.send(r#"{"return": null, "id": 3}"#);
    });
    let arguments: &RawValue = serde_json::from_str(r#"{"driver": "x"}"#).unwrap();
    assert_eq!(
        client.execute_raw("device_add", Some(arguments), &CallOptions::new()).unwrap().get(),
        "[ 1, null ]"
    );
    assert_eq!(client.execute_raw("qom-get", None, &CallOptions::new()).unwrap().get(), "null");
    server.join().unwrap();
}

#[test]
fn a_server_error_is_a_value_without_secrets_or_control_characters() {
    let (client, server) = client(|mut peer| {
        peer.expect(r#"{"execute":"set_password","arguments":{"password":"secret"},"id":2}"#);
        peer.send(r#"{"id": 2, "error": {"class": "DeviceNotFound", "desc": "no\u001b[2J\n"}}"#);
        peer.expect(r#"{"execute":"query-name","id":3}"#);
        peer.send(r#"{"return": {}, "id": 3}"#);
    });
    let error = client.execute(&SetPassword { password: "secret".into() }).unwrap_err();
    assert_eq!(error.to_string(), "set_password: DeviceNotFound: no\\u{1b}[2J\\n");
    assert!(!format!("{error:?}").contains("secret"));
    assert!(matches!(error, Error::Server { error, .. } if error.class == ErrorClass::DeviceNotFound));
    client.execute(&QueryName {}).unwrap();
    server.join().unwrap();
}

#[test]
fn a_result_of_another_type_names_command_and_place() {
    let (client, server) = client(|mut peer| {
        peer.expect(r#"{"execute":"query-block","id":2}"#);
        peer.send(r#"{"return": [{"device": "a"}, {"device": "b", "inserted": {"ro": "yes"}}], "id": 2}"#);
    });
    let error = client.execute(&QueryBlock {}).unwrap_err();
    assert_eq!(
        error.to_string(),
        "reply to query-block: [1].inserted.ro: expected a boolean, found a string"
    );
    server.join().unwrap();
}

#[test]
fn a_command_that_timed_out_leaves_the_connection_usable() {
    let (client, server) = client(|mut peer| {
        peer.expect(r#"{"execute":"query-name","id":2}{"execute":"query-name","id":3}"#);
        peer.send(r#"{"return": {"name": "late"}, "id": 2}{"return": {"name": "timely"}, "id": 3}"#);
    });
    let error = client.execute_with(&QueryName {}, &CallOptions::new().timeout(SHORT)).unwrap_err();
    assert_eq!(error.to_string(), "no reply to query-name within 30ms");
    assert_eq!(client.execute(&QueryName {}).unwrap(), Name { name: Some("timely".into()) });
    server.join().unwrap();
}

#[test]
fn a_request_that_was_cut_short_is_finished_before_the_next() {
    let password = "x".repeat(4 << 20);
    let request = format!(r#"{{"execute":"set_password","arguments":{{"password":"{password}"}},"id":2}}"#);
    let (timed_out, go_on) = std::sync::mpsc::channel();
    let (client, server) = client(move |mut peer| {
        go_on.recv().unwrap();
        peer.expect(&request);
        peer.send(r#"{"return": {}, "id": 2}"#);
        // Nothing of the second one had left.
        peer.expect(r#"{"execute":"query-name","id":4}"#);
        peer.send(r#"{"return": {}, "id": 4}"#);
    });
    for _ in 0..2 {
        let error = client
            .execute_with(&SetPassword { password: password.clone() }, &CallOptions::new().timeout(SHORT));
        assert!(matches!(error, Err(Error::Timeout { .. })));
    }
    timed_out.send(()).unwrap();
    client.execute(&QueryName {}).unwrap();
    server.join().unwrap();
}

#[test]
fn no_wait_is_too_short_or_too_long() {
    let (client, server) = client(|mut peer| {
        peer.expect(r#"{"execute":"query-name","id":2}{"execute":"query-name","id":3}"#);
        peer.send(r#"{"return": {}, "id": 2}{"return": {}, "id": 3}"#);
    });
    let error = client.execute_with(&QueryName {}, &CallOptions::new().timeout(Duration::ZERO));
    assert!(matches!(error, Err(Error::Timeout { .. })));
    client.execute_with(&QueryName {}, &CallOptions::new().timeout(Duration::MAX)).unwrap();
    server.join().unwrap();
}

#[test]
fn a_long_result_is_read_in_full() {
    let (client, server) = client(|mut peer| {
        peer.expect(r#"{"execute":"query-block","id":2}"#);
        let block = r#"{"device": "\"}]", "inserted": {"ro": true, "x": [[{}]]}}"#;
        peer.send(format!(r#"{{"return": [{}], "id": 2}}"#, vec![block; 100_000].join(", ")));
    });
    let blocks = client.execute(&QueryBlock {}).unwrap();
    assert_eq!(blocks.len(), 100_000);
    assert!(
        blocks.iter().all(
            |block| block.device == "\"}]" && block.inserted.as_ref().is_some_and(|inserted| inserted.ro)
        )
    );
    server.join().unwrap();
}

#[test]
fn a_command_without_a_reply_returns_when_it_is_written() {
    let (client, server) = client(|mut peer| {
        peer.expect(r#"{"execute":"guest-shutdown","id":2}{"execute":"query-name","id":3}"#);
        peer.send(r#"{"id": 2, "error": {"class": "GenericError", "desc": "no"}}{"return": {}, "id": 3}"#);
    });
    client.execute(&Shutdown {}).unwrap();
    client.execute(&QueryName {}).unwrap();
    server.join().unwrap();
}

#[test]
fn quit_succeeds_however_the_connection_ends() {
    let reply = r#"{"event": "SHUTDOWN"}{"return": {}, "id": 2}"#;
    for (request, answer) in [
        (r#"{"execute":"quit","id":2}"#, reply),
        (r#"{"execute":"quit","id":2}"#, r#"{"event": "SHUTDOWN"}"#),
        // A server that closes with input unread resets the connection.
        (r#"{"execute":"quit","id":2"#, reply),
        (r#"{"execute":"quit","id":2"#, ""),
    ] {
        let (client, server) = client(move |mut peer| {
            peer.expect(request);
            peer.send(answer);
        });
        client.execute(&Quit {}).unwrap();
        server.join().unwrap();
        assert!(matches!(client.execute(&QueryName {}), Err(Error::Closed)));
    }
}
