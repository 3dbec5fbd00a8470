//! Events beside replies.

use std::time::Duration;

use qmp_client::Error;
use qmp_types::UnrecognizedEvent;

use crate::bindings::{DeviceDeleted, Events, QueryName, Stop};
use crate::server::{client, client_with, patient};
use crate::{LONG, SHORT};

const STOP: &str = "{\"timestamp\": {\"seconds\": 5, \"microseconds\": 6}, \"event\": \"STOP\"}\r\n";

#[test]
fn events_before_a_reply_are_kept_in_order() {
    let (client, server) = client(|mut peer| {
        peer.expect(r#"{"execute":"query-name","id":2}"#);
        peer.send(STOP);
        peer.send(r#"{"event": "DEVICE_DELETED", "data": {"path": "/p"}}{"event": "NEW", "data": {"a": 1}}"#);
        peer.send(r#"{"return": {}, "id": 2}{"event": "STOP"}"#);
    });
    let mut events = client.events();
    client.execute(&QueryName {}).unwrap();
    let stop = events.next_of::<Events>(LONG).unwrap().unwrap();
    assert_eq!(stop.event, Events::Stop(Stop {}));
    assert_eq!((stop.timestamp.seconds, stop.timestamp.microseconds), (5, 6));

    let deleted = events.next(LONG).unwrap().unwrap();
    assert_eq!(deleted.decode::<Stop>().unwrap(), None);
    assert_eq!(deleted.decode().unwrap(), Some(DeviceDeleted { path: "/p".into() }));

    let new = events.next_of::<Events>(LONG).unwrap().unwrap();
    let data = serde_json::json!({"a": 1});
    assert_eq!(new.event, Events::Unrecognized(UnrecognizedEvent { name: "NEW".into(), data }));
    server.join().unwrap();
    assert_eq!(events.next_of::<Events>(LONG).unwrap().unwrap().timestamp.seconds, -1);
    assert!(matches!(events.next(LONG), Err(Error::Closed)));
}

#[test]
fn waiting_for_an_event_ends() {
    let (client, server) = client(|peer| drop(peer.wait_for_close()));
    let mut events = client.events();
    assert!(events.next(SHORT).unwrap().is_none());
    assert!(events.next(Duration::ZERO).unwrap().is_none());
    client.close();
    assert!(matches!(events.next(LONG), Err(Error::Closed)));
    server.join().unwrap();
}

#[test]
fn an_event_may_come_while_it_is_waited_for() {
    let (client, server) = client(|mut peer| {
        peer.expect(r#"{"execute":"query-name","id":2}"#);
        peer.send(r#"{"return": {}, "id": 2}{"eve"#);
        peer.expect(r#"{"execute":"query-name","id":3}"#);
        peer.send(r#"nt": "STOP"}{"return": {}, "id": 3}{"return": {}, "id": 4}{"event": "STOP"}"#);
        drop(peer.wait_for_close());
    });
    let mut events = client.events();
    client.execute(&QueryName {}).unwrap();
    client.execute(&QueryName {}).unwrap();
    for _ in 0..2 {
        assert_eq!(events.next(LONG).unwrap().unwrap().name(), "STOP");
    }
    client.close();
    server.join().unwrap();
}

#[test]
fn events_that_nobody_takes_are_lost_with_a_count() {
    let (client, server) = client_with(&patient().event_capacity(3), |mut peer| {
        peer.expect(r#"{"execute":"query-name","id":2}"#);
        for number in 0..10 {
            peer.send(format!(r#"{{"event": "E{number}"}}"#));
        }
        peer.send(r#"{"return": {}, "id": 2}"#);
    });
    let mut events = client.events();
    client.execute(&QueryName {}).unwrap();
    let error = events.next(LONG).unwrap_err();
    assert_eq!(error.to_string(), "7 events were lost because nobody took them in time");
    for name in ["E7", "E8", "E9"] {
        assert_eq!(events.next(LONG).unwrap().unwrap().name(), name);
    }
    server.join().unwrap();
}

#[test]
fn an_event_of_another_type_is_named() {
    let (client, server) = client(|mut peer| {
        peer.expect(r#"{"execute":"query-name","id":2}"#);
        peer.send(r#"{"event": "DEVICE_DELETED", "data": {"path": 1}}{"return": {}, "id": 2}"#);
    });
    let mut events = client.events();
    client.execute(&QueryName {}).unwrap();
    let error = events.next_of::<Events>(LONG).unwrap_err();
    assert_eq!(error.to_string(), "event DEVICE_DELETED: path: expected a string, found a number");
    server.join().unwrap();
}
