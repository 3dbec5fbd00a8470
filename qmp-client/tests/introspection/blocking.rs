//! The client that blocks.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use qmp_client::blocking::Client;
use qmp_client::introspection::SchemaError;
use qmp_client::mock::{Builder, Request};
use qmp_client::{Error, Options};
use qmp_types::Served;
use qmp_types::qmp::{commands, events};
use serde_json::value::RawValue;

use crate::server;

#[test]
fn a_schema_is_fetched_once_for_all_threads() {
    let (builder, asked) = server(1);
    let (_server, stream) = builder.pair().unwrap();
    let client = Client::over(stream).unwrap();
    let barrier = Arc::new(Barrier::new(8));
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let (client, barrier) = (client.clone(), Arc::clone(&barrier));
            thread::spawn(move || {
                barrier.wait();
                client.server_schema().unwrap()
            })
        })
        .collect();
    let schemas: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    assert!(schemas.iter().all(|schema| Arc::ptr_eq(schema, &schemas[0])));
    assert!(schemas[0].supports::<commands::Stop>());
    assert!(!schemas[0].supports::<commands::Cont>() && !schemas[0].supports::<events::Stop>());
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[test]
fn a_failure_is_not_kept() {
    let (builder, asked) = server(3);
    let (_server, stream) = builder.pair().unwrap();
    let client = Client::over(stream).unwrap();
    for _ in 0..2 {
        let error = client.server_schema().unwrap_err();
        assert!(matches!(error, Error::Server { .. }), "{error}");
    }
    assert!(client.server_schema().unwrap().supports::<commands::Stop>());
    client.server_schema().unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 3);
}

#[test]
fn a_schema_that_makes_no_sense_is_an_error() {
    let builder = Builder::service(|| {
        |_: &Request| -> Served {
            let text = r#"[{"name": "\u001b[2J", "meta-type": "event", "arg-type": "1\n"}]"#;
            Ok(Some(RawValue::from_string(text.to_owned()).unwrap()))
        }
    });
    let (_server, stream) = builder.pair().unwrap();
    let error = Client::over(stream).unwrap().server_schema().unwrap_err();
    assert!(matches!(error, Error::Schema(SchemaError::UnknownType { .. })) && !error.is_disconnected());
    assert_eq!(
        error.to_string(),
        "query-qmp-schema: the server's schema has no type 1\\n, which \\u{1b}[2J refers to",
    );
}

#[test]
fn waits_for_a_schema_end() {
    let (builder, _) = server(1);
    let (_server, stream) = builder.withhold_reply(1).pair().unwrap();
    let client = Client::over_with(stream, &Options::new().call_timeout(Duration::from_millis(50))).unwrap();
    let threads: Vec<_> = (0..2)
        .map(|_| {
            let client = client.clone();
            thread::spawn(move || client.server_schema().map(|_| ()))
        })
        .collect();
    let outcomes: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    // One waits in vain. The other waits for that, and has no time left, or comes so late that it asks again.
    let timed_out = |outcome: &Result<(), Error>| match outcome {
        Ok(()) => false,
        Err(Error::Timeout { command, .. }) => &**command == "query-qmp-schema",
        Err(error) => panic!("{error}"),
    };
    assert!(outcomes.iter().any(timed_out));
    client.server_schema().unwrap();
}

#[test]
fn the_end_of_a_connection_ends_the_wait() {
    let (builder, _) = server(1);
    let (_server, stream) = builder.cut_reply(1).pair().unwrap();
    let error = Client::over(stream).unwrap().server_schema().unwrap_err();
    assert!(error.is_disconnected(), "{error}");
}
